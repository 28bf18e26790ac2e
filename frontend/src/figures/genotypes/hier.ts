/** Motifs within motifs as graphs, the highest first: edges are operations, or motifs of the level below. */

import { t } from "../../i18n"
import { opTitle } from "../../words"
import { type Graph, type GraphNode, working } from "../graph"

interface Motif {
  n: number
  edges: [from: number, to: number, what: string][]
}

export interface Hier {
  kind: "hier"
  levels: { level: number; motifs: Motif[] }[]
}

/** A graph for each motif that the highest one is made of; others stand nowhere in the network. */
export function hierGraphs({ levels }: Hier): Graph[] {
  const graphs: Graph[] = []
  let used = new Set([0])
  for (const { level, motifs } of [...levels].reverse()) {
    const below = new Set<number>()
    motifs.forEach((motif, place) => {
      if (!used.has(place)) return
      graphs.push(motifGraph(motif, level, place))
      for (const [, , what] of motif.edges) {
        const named = placeOf(what)
        if (named !== null) below.add(named)
      }
    })
    used = below
  }
  return graphs
}

function motifGraph({ n, edges }: Motif, level: number, place: number): Graph {
  return {
    name: `m${level}.${place}`,
    title: t("Level %(level)s, motif %(place)s", { level, place }),
    nodes: Array.from({ length: n }, (_, id) => node(id, n)),
    edges: edges.map(([from, to, what]) => working(String(from), String(to), what, title(what))),
  }
}

function node(id: number, count: number): GraphNode {
  if (id === 0) return { id: "0", kind: "input", title: t("in") }
  const kind = id === count - 1 ? "output" : "state"
  return { id: String(id), kind, title: kind === "output" ? t("out") : String(id) }
}

function title(what: string): string {
  const place = placeOf(what)
  return place === null ? opTitle(what) : t("motif %(place)s", { place })
}

/** Which motif of the level below "m2.4" is: the fourth; null for an operation. */
function placeOf(what: string): number | null {
  const found = /^m\d+\.(\d+)$/.exec(what)
  return found ? Number(found[1]) : null
}
