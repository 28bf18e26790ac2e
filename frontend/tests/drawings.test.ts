import { describe, expect, test } from "vitest"
import { graphsOf } from "../src/figures/drawings"
import { graphSentence } from "../src/figures/graph"
import { layoutOf } from "../src/figures/layout"

const CELL = {
  kind: "nb201" as const,
  edges: ["conv3", "zero", "id", "avg3", "conv1", "conv3"],
  skeleton: { C: 8, N: 3, act: "mish", divide: 2 },
}

const RESIDUAL = {
  kind: "residual" as const,
  stem: 16,
  groups: [
    { blocks: 2, branches: 3, c: 16 },
    { blocks: 1, branches: 1, c: 32 },
  ],
}

describe("a cell of six edges", () => {
  test("is drawn without those that are zero", () => {
    const [graph] = graphsOf(CELL)
    expect(graph?.edges.map(({ from, to, op }) => `${from} ${to} ${op}`)).toEqual([
      "0 1 conv3",
      "1 2 id",
      "0 3 avg3",
      "1 3 conv1",
      "2 3 conv3",
      "3 out null",
    ])
  })

  test("says what it is stacked to", () => {
    const [graph] = graphsOf(CELL)
    expect(graph?.title).toBe("3 cells a stage, 8 channels, Mish, images divided by 2")
  })
})

describe("a residual network", () => {
  test("has an edge for each branch of a group, and one for what they begin with", () => {
    const [graph] = graphsOf(RESIDUAL)
    if (!graph) throw new Error("nothing is drawn")
    expect(graph.nodes.map(({ title }) => title)).toEqual([
      "image",
      "16",
      "2 × 16",
      "1 × 32",
      "classes",
    ])
    const between = (from: string, to: string) =>
      graph.edges.filter((edge) => edge.from === from && edge.to === to)
    expect(between("0", "1").map(({ op }) => op)).toEqual(["conv3", "conv3", "conv3", null])
    expect(between("1", "2").map(({ op }) => op)).toEqual(["conv3", null])
    expect(new Set(layoutOf(graph).edges.map(({ points }) => JSON.stringify(points))).size).toBe(8)
  })

  test("is told in a sentence", () => {
    const [graph] = graphsOf(RESIDUAL)
    expect(graph && graphSentence(graph)).toBe(
      "Residual network: blocks × channels, two convolutions a branch: 3 states, 4 operations (4 × conv 3×3).",
    )
  })
})
