/** The edge weights of a super-network as a heat map: a row an edge, a column an operation. */

import type { Derivation, EdgeWeights } from "../events.gen"
import { n, number, t } from "../i18n"
import { cellTitle, opTitle } from "../words"
import { largest } from "./cell"
import { type Figure, label } from "./figure"

const ROW = 18 // pixels
const ABOVE = 120 // for the names of the operations, and the title of a cell

export function weightsFigure({ edge_weights, step }: Derivation): Figure {
  if (!edge_weights) return { traces: [], layout: {}, sentence: "", table: noTable }
  const names = Object.keys(edge_weights.weights)
  return {
    traces: names.map((name, index) => map(edge_weights, name, index, names.length)),
    layout: layout(edge_weights, names),
    sentence: sentence(edge_weights, step),
    table: () => table(edge_weights),
  }
}

function noTable() {
  return { head: [], rows: [] }
}

function map(weights: EdgeWeights, name: string, index: number, count: number): object {
  const axis = index === 0 ? "" : String(index + 1)
  return {
    type: "heatmap",
    name: label(cellTitle(name)),
    xaxis: `x${axis}`,
    yaxis: `y${axis}`,
    x: weights.ops.map((op) => label(opTitle(op))),
    y: weights.edges.map(edgeTitle),
    z: weights.weights[name],
    zmin: 0,
    zmax: Math.max(...Object.values(weights.weights).flat(2)),
    colorscale: "Cividis",
    showscale: index === count - 1,
    colorbar: { title: { text: label(t("Weight")) }, thickness: 10, outlinewidth: 0 },
    hovertemplate: "%{fullData.name}: %{y} · %{x} · %{z:.3~g}<extra></extra>",
    xgap: 1,
    ygap: 1,
  }
}

function edgeTitle([from, to]: readonly number[]): string {
  return `${from} → ${to}`
}

/** The cells side by side. */
function layout({ edges }: EdgeWeights, names: readonly string[]): Record<string, unknown> {
  const width = 1 / names.length
  const axes = names.flatMap((name, index): [string, object][] => {
    const suffix = index === 0 ? "" : String(index + 1)
    const domain = [index * width + (index ? 0.06 : 0), (index + 1) * width - (index ? 0 : 0.02)]
    const title = { text: label(cellTitle(name)) }
    return [
      [`xaxis${suffix}`, { domain, anchor: `y${suffix}`, side: "top", title, tickangle: -40 }],
      [`yaxis${suffix}`, { anchor: `x${suffix}`, autorange: "reversed", automargin: true }],
    ]
  })
  return { ...Object.fromEntries(axes), height: edges.length * ROW + ABOVE }
}

function sentence({ ops, weights }: EdgeWeights, step: number): string {
  const rows = Object.values(weights).flat()
  const strongest = rows.map((shares) => largest(ops, shares))
  const counts = new Map<string, number>()
  for (const [op] of strongest) counts.set(op, (counts.get(op) ?? 0) + 1)
  const [most = "", times = 0] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? []
  const mean = strongest.reduce((sum, [, share]) => sum + share, 0) / Math.max(1, strongest.length)
  return t(
    "After epoch %(step)s the strongest operation of an edge holds %(mean)s of its weight on " +
      "average; undecided would be %(even)s. %(op)s leads on %(edges)s.",
    {
      step,
      mean: number(mean),
      even: number(1 / ops.length),
      op: opTitle(most),
      edges: n("%(count)s edge", "%(count)s edges", times),
    },
  )
}

function table({ ops, edges, weights }: EdgeWeights) {
  return {
    head: [t("Cell"), t("Edge"), ...ops.map(opTitle)],
    rows: Object.entries(weights).flatMap(([name, rows]) =>
      rows.map((shares, index) => [
        cellTitle(name),
        edgeTitle(edges[index] ?? []),
        ...shares.map(number),
      ]),
    ),
  }
}
