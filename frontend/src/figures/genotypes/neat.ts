/** A network that grew unit by unit, as a graph: units and the links that are on, the strongest only of many. */

import { number, t } from "../../i18n"
import { type Graph, type GraphNode, joining } from "../graph"

interface Gene {
  innov: number
  in: number
  out: number
  w: number
  on: boolean
}

export interface Neat {
  kind: "neat"
  inputs: number[]
  outputs: number[]
  nodes: { id: number; act: string }[]
  genes: Gene[]
}

const MOST = 40 // links that are drawn

/** One graph. A weight is written on its link, and makes it wide; inputs without a link are left out. */
export function neatGraphs({ inputs, outputs, nodes, genes }: Neat): Graph[] {
  const on = genes.filter(({ on }) => on)
  const drawn = [...on].sort((a, b) => Math.abs(b.w) - Math.abs(a.w)).slice(0, MOST)
  const largest = Math.max(...drawn.map(({ w }) => Math.abs(w)), 1e-9)
  const linked = new Set(drawn.flatMap((gene) => [gene.in, gene.out]))
  const constant = inputs.at(-1)
  const unit = (id: number, kind: GraphNode["kind"], title: string) => ({
    id: `${id}`,
    kind,
    title,
  })
  return [
    {
      name: "network",
      title:
        drawn.length < on.length
          ? t("Evolved network, the %(count)s strongest of %(all)s links", {
              count: drawn.length,
              all: on.length,
            })
          : t("Evolved network"),
      nodes: [
        ...inputs
          .filter((id) => linked.has(id))
          .map((id) =>
            unit(id, "input", id === constant ? t("one") : t("in %(place)s", { place: id + 1 })),
          ),
        ...nodes.filter(({ id }) => linked.has(id)).map(({ id }) => unit(id, "state", `${id}`)),
        ...outputs.map((id, place) => unit(id, "output", t("out %(place)s", { place: place + 1 }))),
      ],
      edges: drawn.map((gene) => ({
        ...joining(`${gene.in}`, `${gene.out}`),
        op: "link",
        title: number(gene.w),
        weight: Math.abs(gene.w) / largest,
      })),
    },
  ]
}
