/** Cells as graphs: a node for each state, an edge for each operation, as the genotype says. */

import { t } from "../../i18n"
import { cellTitle, opTitle } from "../../words"
import {
  type Graph,
  type GraphEdge,
  type GraphNode,
  joining,
  OUTPUT,
  unique,
  working,
} from "../graph"

/** What a node computes: two operations, each on a state, that are added; or any number, or joined. */
type Sum =
  | [op: string, from: number, op: string, from: number]
  | { in: [number, string][]; combine?: "add" | "concat" }

export interface Cell {
  inputs?: number
  nodes: Sum[]
  concat: number[]
}

export interface CellNet {
  kind: "cell_net"
  cells: Record<string, Cell>
}

/** A graph a cell. */
export function cellGraphs({ cells }: CellNet): Graph[] {
  return Object.entries(cells).map(([name, cell]) => cellGraph(name, cell, edgesOf(cell)))
}

/** A cell with these edges between its states. */
export function cellGraph(name: string, cell: Cell, edges: readonly GraphEdge[]): Graph {
  const joined = cell.concat.map((id) => joining(String(id)))
  return {
    name,
    title: cellTitle(name),
    nodes: nodesOf(cell),
    edges: unique([...edges, ...joined]),
  }
}

/** An edge with this operation between two states. */
export function opEdge(from: number, to: number, op: string): GraphEdge {
  return working(String(from), String(to), op, opTitle(op))
}

function edgesOf(cell: Cell): GraphEdge[] {
  return operations(cell).map(({ from, to, op }) => opEdge(from, to, op))
}

function nodesOf(cell: Cell): GraphNode[] {
  const count = inputsOf(cell)
  const inputs = Array.from({ length: count }, (_, id) => ({
    id: String(id),
    kind: "input" as const,
    title: inputTitle(id, count),
  }))
  const states = cell.nodes.map((sum, index) => ({
    id: String(count + index),
    kind: "state" as const,
    title: isJoined(sum) ? t("%(state)s, joined", { state: count + index }) : String(count + index),
  }))
  return [...inputs, ...states, { id: OUTPUT, kind: "output", title: t("cₖ") }]
}

/** Whether a node puts what it reads side by side instead of adding it up. */
function isJoined(sum: Sum): boolean {
  return !Array.isArray(sum) && sum.combine === "concat"
}

function inputsOf(cell: Cell): number {
  return cell.inputs ?? 2
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
