/** Cells of papers in our vocabulary, and a super-network that has trained for some epochs. */

import type { Derivation } from "../src/events.gen"
import type { Genotype } from "../src/figures/drawings"

type Cells = Extract<Genotype, { kind: "cell_net" }>["cells"]
type Cell = Cells[string]

/** Zoph and others 2018: joins an input and skips none of its states; one pair is the same twice. */
export const NASNET_A: Cell = {
  nodes: [
    ["sep5", 1, "sep3", 0],
    ["sep5", 0, "sep3", 0],
    ["avg3", 1, "id", 0],
    ["avg3", 0, "avg3", 0],
    ["sep3", 1, "id", 1],
  ],
  concat: [0, 2, 3, 4, 5, 6],
}

/** Real and others 2019: states 2 and 5 are used within the cell and not joined. */
export const AMOEBANET_A: Cell = {
  nodes: [
    ["avg3", 1, "max3", 1],
    ["sep3", 0, "id", 0],
    ["id", 1, "avg3", 0],
    ["sep3", 1, "sep5", 2],
    ["avg3", 5, "sep3", 1],
  ],
  concat: [0, 3, 4, 6],
}

/** Liu and others 2019. */
export const DARTS_V2: Cell = {
  nodes: [
    ["sep3", 0, "sep3", 1],
    ["sep3", 0, "sep3", 1],
    ["sep3", 1, "id", 0],
    ["id", 0, "dil3", 2],
  ],
  concat: [2, 3, 4, 5],
}

/** A cell of NAS-Bench-201: one input, and as many operations a state as there are states before it. */
export const DENSE: Cell = {
  inputs: 1,
  nodes: [
    { in: [[0, "conv3"]] },
    {
      in: [
        [0, "conv3"],
        [1, "conv3"],
      ],
    },
    {
      in: [
        [0, "id"],
        [1, "conv3"],
        [2, "conv1"],
      ],
    },
  ],
  concat: [3],
}

export function cellNet(normal: Cell, reduce: Cell = normal): string {
  const skeleton = { C: 8, L: 5, reductions: 2, stem: "conv3" }
  return JSON.stringify({ v: 1, kind: "cell_net", cells: { normal, reduce }, skeleton })
}

export const CHAIN = JSON.stringify({
  v: 1,
  kind: "chain",
  stem: 32,
  blocks: [
    { op: "mbconv", k: 3, e: 1, c: 16, n: 1, s: 1 },
    { op: "mbconv", k: 3, e: 6, c: 24, n: 2, s: 2 },
    { op: "mbconv", k: 5, e: 6, c: 40, n: 0, s: 2 },
  ],
})

export const OPS = ["zero", "max3", "id", "sep3", "dil3"]
const EDGES = [2, 3, 4, 5].flatMap((to) => Array.from({ length: to }, (_, from) => [from, to]))

/** What trial 1 has derived after `step` epochs: `sep3` grows on all edges, and `zero` is the largest. */
export function derivation(step: number): Derivation {
  const row = [0.4 - step / 100, 0.2, 0.1, 0.2 + step / 100, 0.1]
  const weights = EDGES.map(() => row)
  const edge_weights = { ops: OPS, edges: EDGES, weights: { normal: weights, reduce: weights } }
  return { number: 1, step, genotype: cellNet(DARTS_V2), edge_weights }
}
