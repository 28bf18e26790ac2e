/** Graphs that architectures are drawn as: nodes, edges with labels, and the same in words and rows. */

import { n, number, t } from "../i18n"
import type { Table } from "./figure"

/** A node; one that has an operation of its own, `op`, is drawn in that operation's colour. */
export interface GraphNode {
  id: string
  kind: "input" | "state" | "output"
  title: string
  op?: string
}

/** An edge carries an operation, or a state to the output. `key` is its own among parallel edges. */
export interface GraphEdge {
  key: string
  from: string
  to: string
  op: string | null
  title: string
  /** How wide the line is, from 0 to 1: while a search still weighs, the share of its operation. */
  weight?: number
  isChosen: boolean
}

/** `name` is its own among the graphs of a genotype, `title` is what a person reads. */
export interface Graph {
  name: string
  title: string
  nodes: GraphNode[]
  edges: GraphEdge[]
}

export const OUTPUT = "out"

/** An edge that does something, `title`, to what it reads. */
export function working(from: string, to: string, op: string, title: string): GraphEdge {
  return { key: `${from} ${to} ${op}`, from, to, op, title, isChosen: true }
}

/** An edge that passes on what it reads. */
export function joining(from: string, to: string = OUTPUT): GraphEdge {
  return { key: `${from} ${to}`, from, to, op: null, title: "", isChosen: true }
}

/** The same operation twice between the same states is two edges. */
export function unique(edges: readonly GraphEdge[]): GraphEdge[] {
  const seen = new Map<string, number>()
  return edges.map((edge) => {
    const before = seen.get(edge.key) ?? 0
    seen.set(edge.key, before + 1)
    return before ? { ...edge, key: `${edge.key} ${before + 1}` } : edge
  })
}

/** A graph in words: "Normal cell: 4 states, 8 operations: 3 × sep 3×3, …". */
export function graphSentence(graph: Graph): string {
  const chosen = [
    ...graph.nodes.filter(({ op }) => op !== undefined),
    ...graph.edges.filter(({ op, isChosen }) => op !== null && isChosen),
  ]
  const counts = new Map<string, number>()
  for (const { title } of chosen) counts.set(title, (counts.get(title) ?? 0) + 1)
  const most = [...counts].sort((a, b) => b[1] - a[1])
  const states = graph.nodes.filter(({ kind }) => kind === "state").length
  return t("%(name)s: %(states)s, %(operations)s (%(list)s).", {
    name: graph.title,
    states: n("%(count)s state", "%(count)s states", states),
    operations: n("%(count)s operation", "%(count)s operations", chosen.length),
    list: most.map(([title, count]) => `${number(count)} × ${title}`).join(", "),
  })
}

/** All edges of the graphs, a row each. */
export function edgeTable(graphs: readonly Graph[]): Table {
  const isWeighed = graphs.some(({ edges }) => edges.some(({ weight }) => weight !== undefined))
  const head = [t("Part"), t("From"), t("To"), t("Operation")]
  return {
    head: isWeighed ? [...head, t("Weight"), t("Kept")] : head,
    rows: graphs.flatMap((graph) => {
      const titles = new Map(graph.nodes.map(({ id, title }) => [id, title]))
      return graph.edges.map((edge) => {
        const ends = [titles.get(edge.from) ?? "", titles.get(edge.to) ?? ""]
        const cells = [graph.title, ...ends, edge.op === null ? t("joined") : edge.title]
        const weight = edge.weight === undefined ? "" : number(edge.weight)
        return isWeighed ? [...cells, weight, edge.isChosen ? t("yes") : t("no")] : cells
      })
    }),
  }
}
