import { describe, expect, test } from "vitest"
import { graphsOf } from "../src/figures/drawings"
import { generationsFigure } from "../src/figures/generations"
import { graphSentence } from "../src/figures/graph"
import { layoutOf } from "../src/figures/layout"
import { named } from "./traces"

const HIER = {
  kind: "hier" as const,
  levels: [
    {
      level: 2,
      motifs: [
        { n: 3, edges: [[0, 1, "sep3"]] as [number, number, string][] },
        { n: 3, edges: [[0, 2, "max3"]] as [number, number, string][] },
      ],
    },
    {
      level: 3,
      motifs: [{ n: 3, edges: [[0, 2, "m2.1"]] as [number, number, string][] }],
    },
  ],
}

describe("motifs", () => {
  const graphs = graphsOf(HIER)

  test("are drawn level by level from the highest on, and only those that are used", () => {
    expect(graphs.map(({ name }) => name)).toEqual(["m3.0", "m2.1"])
    expect(graphs.map(({ title }) => title)).toEqual(["Level 3, motif 0", "Level 2, motif 1"])
  })

  test("have operations or motifs of the level below on their edges", () => {
    expect(graphs.map(({ edges }) => edges[0]?.title)).toEqual(["motif 1", "max pool 3×3"])
    expect(graphSentence(graphs[0] as (typeof graphs)[0])).toContain("1 × motif 1")
  })

  test("with nodes that nothing reads can be laid out", () => {
    for (const graph of graphs) expect(layoutOf(graph).nodes).toHaveLength(3)
  })
})

const link = (innov: number, from: number, to: number, w: number, on = true) => ({
  innov,
  in: from,
  out: to,
  w,
  on,
})

describe("an evolved network", () => {
  const genes = [link(0, 0, 3, 0.5), link(1, 2, 3, -2), link(2, 1, 3, 1, false), link(3, 0, 4, 1)]
  const nodes = [{ id: 4, act: "sigmoid" }]
  const [graph] = graphsOf({ kind: "neat", inputs: [0, 1, 2], outputs: [3], nodes, genes })
  if (!graph) throw new Error("there is no graph")

  test("shows the links that are on, the heavier the wider, with their weights", () => {
    expect(graph.edges.map(({ title }) => title)).toEqual(["-2", "1", "0.5"])
    expect(graph.edges.map(({ weight }) => weight)).toEqual([1, 0.5, 0.25])
  })

  test("leaves out inputs that are not linked, and names the constant", () => {
    expect(graph.nodes.map(({ title }) => title)).toEqual(["in 1", "one", "4", "out 1"])
  })

  test("of many links shows the strongest, and says so", () => {
    const many = [...Array(60).keys()].map((at) => link(at, at, 99, at))
    const inputs = [...Array(60).keys()]
    const [drawn] = graphsOf({ kind: "neat", inputs, outputs: [99], nodes: [], genes: many })
    expect(drawn?.edges).toHaveLength(40)
    expect(drawn?.title).toBe("Evolved network, the 40 strongest of 60 links")
  })

  test("with a circle can be laid out", () => {
    const circle = [...genes, link(5, 4, 4, 1), link(6, 3, 4, 1), link(7, 4, 3, 1)]
    const [drawn] = graphsOf({
      kind: "neat",
      inputs: [0, 1, 2],
      outputs: [3],
      nodes,
      genes: circle,
    })
    if (!drawn) throw new Error("there is no graph")
    expect(layoutOf(drawn).nodes).toHaveLength(4)
  })
})

describe("generations", () => {
  const generation = (number: number) => ({
    number,
    best: number / 10,
    mean: number / 20,
    species: number,
    units: 1,
    links: 4,
  })
  const figure = generationsFigure({
    trial: 1,
    judged: null,
    generations: [1, 2, 3].map(generation),
  })

  test("are lines of fitness, of species and of the champion", () => {
    expect(named(figure, "Species")?.y).toEqual([1, 2, 3])
    expect(named(figure, "Best fitness")?.y).toEqual([0.1, 0.2, 0.3])
  })

  test("are told in a sentence", () => {
    expect(figure.sentence).toBe(
      "In 3 generations the best fitness went from 0.1 to 0.3; now there are 3 species. " +
        "The champion has 1 unit and 4 links.",
    )
  })

  test("that have not begun are waited for", () => {
    const none = generationsFigure({ trial: 0, judged: null, generations: [] })
    expect(none.traces).toEqual([])
    expect(none.sentence).toBe("")
  })
})
