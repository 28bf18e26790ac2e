/** Super-networks as graphs: all edges of the cells at once, each as wide as its operation weighs. */

import type { Derivation } from "../events.gen"
import { type Genotype, graphsOf } from "./drawings"
import { cellGraph, opEdge, operations } from "./genotypes/cell-net"
import type { Graph, GraphEdge } from "./graph"

/** All of its edges as they weigh now, those that would be kept chosen. */
export function supernetGraphs({ genotype, edge_weights }: Derivation): Graph[] {
  const derived = JSON.parse(genotype) as Genotype
  if (derived.kind !== "cell_net" || !edge_weights) return graphsOf(derived)
  const { ops, edges, weights } = edge_weights
  return Object.entries(derived.cells).map(([name, cell]) => {
    const chosen = new Map(operations(cell).map(({ from, to, op }) => [`${from} ${to}`, op]))
    const weighed = edges.map(([from = 0, to = 0], index) =>
      weighedEdge(from, to, ops, weights[name]?.[index] ?? [], chosen.get(`${from} ${to}`)),
    )
    return cellGraph(name, cell, weighed)
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
