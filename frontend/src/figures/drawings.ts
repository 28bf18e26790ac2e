/** The catalogue of drawings: of each kind of genotype the graphs that it is drawn as. */

import { type CellNet, cellGraphs } from "./genotypes/cell-net"
import { type Chain, chainGraphs } from "./genotypes/chain"
import { type Hier, hierGraphs } from "./genotypes/hier"
import { type MacroDag, macroGraphs } from "./genotypes/macro-dag"
import { type Nb201, nb201Graphs } from "./genotypes/nb201"
import { type Neat, neatGraphs } from "./genotypes/neat"
import { type Residual, residualGraphs } from "./genotypes/residual"
import type { Graph } from "./graph"

export type Genotype = CellNet | Chain | Hier | MacroDag | Nb201 | Neat | Residual

type Drawings = { [K in Genotype["kind"]]: (genotype: Extract<Genotype, { kind: K }>) => Graph[] }

/** One file and one line a kind. */
const DRAWINGS: Drawings = {
  cell_net: cellGraphs,
  chain: chainGraphs,
  hier: hierGraphs,
  macro_dag: macroGraphs,
  nb201: nb201Graphs,
  neat: neatGraphs,
  residual: residualGraphs,
}

/** The graphs of a genotype. A kind that cannot be drawn has none. */
export function graphsOf(genotype: Genotype): Graph[] {
  const draw = DRAWINGS[genotype.kind] as ((genotype: Genotype) => Graph[]) | undefined
  return draw?.(genotype) ?? []
}
