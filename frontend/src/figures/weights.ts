/** The edge weights of a super-network as a heat map: a row an edge, a column an operation. */

import type { Derivation, EdgeWeights } from "../events.gen"
import { n, number, t } from "../i18n"
import { cellTitle, opTitle } from "../words"
import { type Figure, label } from "./figure"
import { largest } from "./supernet"

const ROW = 18 // pixels
const NAMES = 120 // for the names of the operations, and the title of a cell

/** The cells side by side or, where there is little room, `stacked`. */
export function weightsFigure({ edge_weights, step }: Derivation, stacked = false): Figure {
  if (!edge_weights) return { traces: [], layout: {}, sentence: "", table: noTable }
  const names = Object.keys(edge_weights.weights)
  return {
    traces: names.map((name, index) => map(edge_weights, name, index, names.length)),
    layout: stacked ? oneBelowAnother(edge_weights, names) : sideBySide(edge_weights, names),
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
    colorbar: {
      title: { text: label(t("Weight")), side: "right" },
      thickness: 10,
      outlinewidth: 0,
      len: 0.4,
      y: 0,
      yanchor: "bottom",
    },
    hovertemplate: "%{fullData.name}: %{y} · %{x} · %{z:.3~g}<extra></extra>",
    xgap: 1,
    ygap: 1,
  }
}

function edgeTitle([from, to]: readonly number[]): string {
  return `${from} → ${to}`
}

function sideBySide({ edges }: EdgeWeights, names: readonly string[]): Record<string, unknown> {
  const width = 1 / names.length
  const domains = names.map((_, index) => [
    index * width + (index ? 0.06 : 0),
    (index + 1) * width - (index ? 0 : 0.02),
  ])
  const axes = axesOf(names, (index) => [{ domain: domains[index] }, {}])
  return { ...axes, height: edges.length * ROW + NAMES }
}

function oneBelowAnother(
  { edges }: EdgeWeights,
  names: readonly string[],
): Record<string, unknown> {
  const height = names.length * (edges.length * ROW + NAMES)
  const between = NAMES / height
  const each = (1 - (names.length - 1) * between) / names.length
  const axes = axesOf(names, (index) => {
    const top = 1 - index * (each + between)
    return [{}, { domain: [Math.max(0, top - each), top] }]
  })
  return { ...axes, height }
}

/** The axes of each cell, with what `own` adds to those of the cell number `index`. */
function axesOf(names: readonly string[], own: (index: number) => [object, object]): object {
  const axes = names.flatMap((name, index): [string, object][] => {
    const suffix = index === 0 ? "" : String(index + 1)
    const [x, y] = own(index)
    const title = { text: label(cellTitle(name)) }
    return [
      [`xaxis${suffix}`, { ...x, anchor: `y${suffix}`, side: "top", title, tickangle: -40 }],
      [`yaxis${suffix}`, { ...y, anchor: `x${suffix}`, autorange: "reversed", automargin: true }],
    ]
  })
  return Object.fromEntries(axes)
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
