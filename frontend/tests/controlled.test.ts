import { describe, expect, test } from "vitest"
import { cellGraphs } from "../src/figures/genotypes/cell-net"
import { chainGraphs } from "../src/figures/genotypes/chain"
import { macroGraphs } from "../src/figures/genotypes/macro-dag"

describe("layers that read any before them", () => {
  const [graph] = macroGraphs({
    kind: "macro_dag",
    layers: [
      { kh: 3, kw: 5, f: 8, s: 1, from: [0] },
      { kh: 1, kw: 1, f: 16, s: 2, from: [1] },
      { kh: 7, kw: 7, f: 8, s: 1, from: [0, 1] },
    ],
  })

  test("are a node each, with what they read, and those that no other reads lead out", () => {
    const edges = graph?.edges.map(({ from, to }) => `${from} ${to}`)
    expect(edges).toEqual(["0 1", "1 2", "0 3", "1 3", "2 out", "3 out"])
  })

  test("tell their filters", () => {
    const titles = graph?.nodes.map(({ title }) => title)
    expect(titles).toEqual(["image", "3×5, 8", "1×1, 16, stride 2", "7×7, 8", "classes"])
  })
})

test("a block of MnasNet tells what is unusual of it", () => {
  const block = { op: "dwconv", k: 5, c: 16, n: 1, s: 1, se: 0.25, skip: "pool" as const }
  const [graph] = chainGraphs({ kind: "chain", stem: 8, blocks: [block] })
  const title = graph?.edges.find(({ op }) => op === "dwconv")?.title
  expect(title).toContain("squeezed to 25")
  expect(title).toContain("skip, pooled")
})

test("a node of NASNet that joins says so", () => {
  const nodes = [{ in: [[0, "sep3"] as [number, string]], combine: "concat" as const }]
  const [graph] = cellGraphs({ kind: "cell_net", cells: { normal: { nodes, concat: [2] } } })
  expect(graph?.nodes.map(({ title }) => title)).toContain("2, joined")
})
