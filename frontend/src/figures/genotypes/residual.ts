/** A residual network as a graph: a node for each group of blocks, an edge for each branch of these. */

import { number, t } from "../../i18n"
import { opTitle } from "../../words"
import { type Graph, type GraphEdge, joining, OUTPUT, unique, working } from "../graph"

interface Group {
  blocks: number
  branches: number
  c: number
}

export interface Residual {
  kind: "residual"
  stem: number
  groups: Group[]
}

/** One graph: what a group adds up, its branches and what they begin with, leads to it. */
export function residualGraphs({ stem, groups }: Residual): Graph[] {
  const states = groups.map(({ blocks, c }, index) => ({
    id: String(index + 1),
    kind: "state" as const,
    title: t("%(blocks)s × %(channels)s", { blocks, channels: number(c) }),
  }))
  return [
    {
      name: "residual",
      title: t("Residual network: blocks × channels, two convolutions a branch"),
      nodes: [
        { id: "image", kind: "input", title: t("image") },
        { id: "0", kind: "state", title: number(stem) },
        ...states,
        { id: OUTPUT, kind: "output", title: t("classes") },
      ],
      edges: [
        joining("image", "0"),
        ...unique(groups.flatMap(groupEdges)),
        joining(String(groups.length)),
      ],
    },
  ]
}

function groupEdges({ branches }: Group, index: number): GraphEdge[] {
  const ends = [String(index), String(index + 1)] as const
  const branch = working(...ends, "conv3", opTitle("conv3"))
  return [...Array.from({ length: branches }, () => branch), joining(...ends)]
}
