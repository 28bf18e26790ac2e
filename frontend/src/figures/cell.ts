/** Architectures as graphs: a node for each state, an edge for each operation, as the genotype says. */

import type { Derivation } from "../events.gen"
import { n, number, t } from "../i18n"
import { cellTitle, opTitle } from "../words"
import type { Table } from "./figure"

/** What a node computes: two operations, each on a state, that are added; or any number of them. */
type Sum = [op: string, from: number, op: string, from: number] | { in: [number, string][] }

interface Cell {
  inputs?: number
  nodes: Sum[]
  concat: number[]
}

interface Block {
  op: string
  k: number
  e: number
  c: number
  n: number
  s: number
}

export type Genotype =
  | { kind: "cell_net"; cells: Record<string, Cell> }
  | { kind: "chain"; stem: number; blocks: Block[] }

export interface GraphNode {
  id: string
  kind: "input" | "state" | "output"
  title: string
}

/** An edge carries an operation, or a state to the output. `key` is its own among parallel edges. */
export interface GraphEdge {
  key: string
  from: string
  to: string
  op: string | null
  title: string
  /** Share of an edge's weight that its operation has, while a search still weighs. */
  weight?: number
  isChosen: boolean
}

export interface Graph {
  name: string
  nodes: GraphNode[]
  edges: GraphEdge[]
}

const OUTPUT = "out"

/** The graphs of a genotype: its cells, or its chain. A kind that cannot be drawn has none. */
export function graphsOf(genotype: Genotype): Graph[] {
  if (genotype.kind === "chain") return [chainGraph(genotype)]
  const cells = Object.entries(genotype.cells ?? {})
  return cells.map(([name, cell]) => ({ name, nodes: nodesOf(cell), edges: edgesOf(cell) }))
}

/** The graphs of a super-network: all of its edges as they weigh now, those that would be kept chosen. */
export function supernetGraphs({ genotype, edge_weights }: Derivation): Graph[] {
  const derived = JSON.parse(genotype) as Genotype
  if (derived.kind !== "cell_net" || !edge_weights) return graphsOf(derived)
  const { ops, edges, weights } = edge_weights
  return Object.entries(derived.cells).map(([name, cell]) => {
    const chosen = new Map(operations(cell).map(({ from, to, op }) => [`${from} ${to}`, op]))
    const weighed = edges.map(([from = 0, to = 0], index) =>
      weighedEdge(from, to, ops, weights[name]?.[index] ?? [], chosen.get(`${from} ${to}`)),
    )
    return { name, nodes: nodesOf(cell), edges: [...weighed, ...outputs(cell)] }
  })
}

/** The largest operation of an edge that is not zero, with its share. */
export function largest(ops: readonly string[], shares: readonly number[]): [string, number] {
  let best: [string, number] = ["zero", 0]
  ops.forEach((op, index) => {
    const share = shares[index] ?? 0
    if (op !== "zero" && share > best[1]) best = [op, share]
  })
  return best
}

function weighedEdge(
  from: number,
  to: number,
  ops: readonly string[],
  shares: readonly number[],
  chosen: string | undefined,
): GraphEdge {
  const [strongest, share] = largest(ops, shares)
  const op = chosen ?? strongest
  const weight = chosen === undefined ? share : (shares[ops.indexOf(chosen)] ?? 0)
  return { ...opEdge(from, to, op), weight, isChosen: chosen !== undefined }
}

function inputsOf(cell: Cell): number {
  return cell.inputs ?? 2
}

function nodesOf(cell: Cell): GraphNode[] {
  const count = inputsOf(cell)
  const inputs = Array.from({ length: count }, (_, id) => ({
    id: String(id),
    kind: "input" as const,
    title: inputTitle(id, count),
  }))
  const states = cell.nodes.map((_, index) => ({
    id: String(count + index),
    kind: "state" as const,
    title: String(count + index),
  }))
  return [...inputs, ...states, { id: OUTPUT, kind: "output", title: t("cₖ") }]
}

/** The outputs of the cells before this one, cell k: the last input is the latest. */
function inputTitle(id: number, count: number): string {
  switch (count - id) {
    case 1:
      return t("cₖ₋₁")
    case 2:
      return t("cₖ₋₂")
    default:
      return String(id)
  }
}

interface Operation {
  op: string
  from: number
  to: number
}

/** The operations of a cell in the order of its genotype, with the states that they read and add to. */
export function operations(cell: Cell): Operation[] {
  return cell.nodes.flatMap((sum, index) => {
    const to = inputsOf(cell) + index
    if (!Array.isArray(sum)) return sum.in.map(([from, op]) => ({ op, from, to }))
    const [first, a, second, b] = sum
    return [
      { op: first, from: a, to },
      { op: second, from: b, to },
    ]
  })
}

function edgesOf(cell: Cell): GraphEdge[] {
  return unique([
    ...operations(cell).map(({ from, to, op }) => opEdge(from, to, op)),
    ...outputs(cell),
  ])
}

function opEdge(from: number, to: number, op: string): GraphEdge {
  const ends = { from: String(from), to: String(to) }
  return { ...ends, key: `${from} ${to} ${op}`, op, title: opTitle(op), isChosen: true }
}

function outputs(cell: Cell): GraphEdge[] {
  return cell.concat.map((id) => ({
    key: `${id} ${OUTPUT}`,
    from: String(id),
    to: OUTPUT,
    op: null,
    title: "",
    isChosen: true,
  }))
}

/** The same operation twice between the same states is two edges. */
function unique(edges: readonly GraphEdge[]): GraphEdge[] {
  const seen = new Map<string, number>()
  return edges.map((edge) => {
    const before = seen.get(edge.key) ?? 0
    seen.set(edge.key, before + 1)
    return before ? { ...edge, key: `${edge.key} ${before + 1}` } : edge
  })
}

/** A chain: a node for each width of the network, an edge for each block. */
function chainGraph({ stem, blocks }: { stem: number; blocks: Block[] }): Graph {
  const kept = blocks.filter(({ n }) => n > 0)
  const widths = [stem, ...kept.map(({ c }) => c)]
  const states = widths.map((width, id) => ({
    id: String(id),
    kind: "state" as const,
    title: number(width),
  }))
  const steps = kept.map((block, index) => ({
    ...opEdge(index, index + 1, block.op),
    title: blockTitle(block),
  }))
  const ends = { op: null, title: "", isChosen: true }
  return {
    name: "chain",
    nodes: [
      { id: "image", kind: "input", title: t("image") },
      ...states,
      { id: OUTPUT, kind: "output", title: t("classes") },
    ],
    edges: [
      { ...ends, key: "image", from: "image", to: "0" },
      ...steps,
      { ...ends, key: OUTPUT, from: String(kept.length), to: OUTPUT },
    ],
  }
}

function blockTitle({ op, k, e, n: times, s }: Block): string {
  const kernel = k ? t("%(op)s %(size)s×%(size)s", { op: opTitle(op), size: k }) : opTitle(op)
  const wide = e ? t("expands %(times)s×", { times: e }) : ""
  const repeated = times > 1 ? n("once", "%(count)s times", times) : ""
  const stride = s > 1 ? t("stride %(size)s", { size: s }) : ""
  return [kernel, wide, repeated, stride].filter(Boolean).join(", ")
}

/** A graph in words: "Normal cell: 4 states, 8 operations: 3 × sep 3×3, …". */
export function graphSentence(graph: Graph): string {
  const chosen = graph.edges.filter(({ op, isChosen }) => op !== null && isChosen)
  const counts = new Map<string, number>()
  for (const { title } of chosen) counts.set(title, (counts.get(title) ?? 0) + 1)
  const most = [...counts].sort((a, b) => b[1] - a[1])
  return t("%(name)s: %(states)s, %(operations)s (%(list)s).", {
    name: cellTitle(graph.name),
    states: n("%(count)s state", "%(count)s states", countOf(graph, "state")),
    operations: n("%(count)s operation", "%(count)s operations", chosen.length),
    list: most.map(([title, count]) => `${number(count)} × ${title}`).join(", "),
  })
}

function countOf(graph: Graph, kind: GraphNode["kind"]): number {
  return graph.nodes.filter((node) => node.kind === kind).length
}

/** All edges of the graphs, a row each. */
export function edgeTable(graphs: readonly Graph[]): Table {
  const isWeighed = graphs.some(({ edges }) => edges.some(({ weight }) => weight !== undefined))
  const head = [t("Cell"), t("From"), t("To"), t("Operation")]
  return {
    head: isWeighed ? [...head, t("Weight"), t("Kept")] : head,
    rows: graphs.flatMap((graph) => {
      const titles = new Map(graph.nodes.map(({ id, title }) => [id, title]))
      return graph.edges.map((edge) => {
        const ends = [titles.get(edge.from) ?? "", titles.get(edge.to) ?? ""]
        const cells = [cellTitle(graph.name), ...ends, edge.op === null ? t("joined") : edge.title]
        const weight = edge.weight === undefined ? "" : number(edge.weight)
        return isWeighed ? [...cells, weight, edge.isChosen ? t("yes") : t("no")] : cells
      })
    }),
  }
}
