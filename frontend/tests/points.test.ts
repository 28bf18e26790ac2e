import { afterEach, describe, expect, test, vi } from "vitest"
import { RunInsight } from "../src/elements/run-insight"
import type { Axis, Point, Points } from "../src/figures/insight"
import { pointsFigure } from "../src/figures/points"
import { mostSpread } from "../src/figures/view"
import { leave, livePage } from "./live-page"
import { GOAL } from "./run"
import { named } from "./traces"

vi.mock("../src/plotly", () => ({ loadPlotly: async () => ({ react: async () => {} }) }))

customElements.define("run-insight", RunInsight)

afterEach(leave)

const axis = (name: string, tried: number, levels: number | null = null): Axis => ({
  name,
  is_objective: false,
  ticks: [
    [0, 0.001],
    [1, 0.1],
  ],
  tried,
  levels,
})

const KIND: Axis = {
  ...axis("kind", 2),
  ticks: [
    [0.25, "adam"],
    [0.75, "<b>own</b>"],
  ],
}

function point(number: number, places: (number | null)[], more: Partial<Point> = {}): Point {
  const values = places.map((place) => (place === null ? null : place * 10))
  const rest = { loss: -number / 10, group: null, alive: false, best: false, origin: null }
  return { number, places, values, ...rest, ...more }
}

const told = (more: Partial<Points>): Points => ({
  groups: "",
  axes: [KIND, axis("rate", 3), axis("depth", 2)],
  points: [],
  normal: null,
  widths: [],
  ...more,
})

describe("what random search and a grid have tried", () => {
  const axes = [axis("rate", 4, 2), axis("depth", 2, 2)]
  const points = [
    point(1, [0.1, 0.25]),
    point(2, [0.2, 0.25], { best: true }),
    point(3, [0.3, 0.75], { loss: null }),
    point(4, [0.4, null]),
  ]
  const figure = pointsFigure(told({ axes, points }), "rate", "depth", GOAL)

  test("stands along both edges, each value once", () => {
    expect(named(figure, "Values tried")?.x).toEqual([0.1, 0.2, 0.3])
    expect(named(figure, "Values of depth")?.y).toEqual([0.25, 0.75])
    const population = pointsFigure(told({ groups: "iteration", points }), "rate", "depth", GOAL)
    expect(named(population, "Values tried")).toBeUndefined()
  })

  test("is drawn where a trial has both values; one without a score is a cross", () => {
    expect(named(figure, "Trials")?.customdata).toEqual([1, 2])
    expect(named(figure, "No score")?.customdata).toEqual([3])
    expect(named(figure, "Best")?.customdata).toEqual([2])
    expect(figure.table().rows).toHaveLength(3)
  })

  test("is told beside what a grid of as many trials has", () => {
    expect(figure.sentence).toBe(
      "4 trials: 4 values of rate have been tried, and 2 values of depth; a grid of as many trials " +
        "has 2 and 2. Whichever of the two matters, more of its values are known. The best is " +
        "trial 2 with 20.0\u00a0%.",
    )
    const grid = told({ axes: [axis("rate", 2, 3), axis("depth", 2, 3)], points })
    expect(pointsFigure(grid, "rate", "depth", GOAL).sentence).toContain(
      "However many trials there are",
    )
  })
})

test("marks of an axis are the values at their places, and markup stays text", () => {
  const { layout } = pointsFigure(told({ points: [point(1, [0.25, 0, 0])] }), "kind", "rate", GOAL)
  const { tickvals, ticktext } = layout.xaxis as { tickvals: number[]; ticktext: string[] }
  expect([tickvals, ticktext]).toEqual([
    [0.25, 0.75],
    ["adam", "&lt;b&gt;own&lt;/b&gt;"],
  ])
  expect((layout.yaxis as { ticktext: string[] }).ticktext).toEqual(["0.001", "0.1"])
})

test("a swarm is drawn where it stands, with its last moves and what each knows as the best", () => {
  const points = [
    point(1, [0.25, 0.1, 0.2], { group: 0, best: true }),
    point(2, [0.75, 0.5, 0.5], { group: 0, alive: true, best: true }),
    point(3, [0.25, 0.3, 0.4], { group: 1, alive: true, origin: [0.25, 0.1, 0.2], loss: -0.05 }),
  ]
  const figure = pointsFigure(told({ groups: "iteration", points }), "rate", "depth", GOAL)
  expect(named(figure, "Last move")?.x).toEqual([0.1, 0.3, null])
  expect(named(figure, "Now")?.customdata).toEqual([3, 2])
  expect(named(figure, "Earlier")?.customdata).toEqual([1])
  expect(named(figure, "Own best")?.customdata).toEqual([1, 2])
  expect(named(figure, "Best")?.customdata).toEqual([2])
  expect(figure.sentence).toContain("Iteration 2: 2 particles.")
})

describe("a generation", () => {
  const normal = {
    mean: [null, 0.5, 0.4],
    covariance: [
      [null, null, null],
      [null, 0.04, 0.01],
      [null, 0.01, 0.09],
    ],
  }
  const points = [point(1, [0.25, 0.5, 0.5], { group: 1, alive: true })]
  const evolution = told({ groups: "generation", points, normal, widths: [0.3, 0.15] })
  const figure = pointsFigure(evolution, "rate", "depth", GOAL)

  test("is drawn from an ellipse of its covariance around the mean", () => {
    const ring = named(figure, "One deviation")
    const xs = ring?.x as number[]
    expect(Math.max(...xs)).toBeCloseTo(0.7)
    const ys = ring?.y as number[]
    expect(Math.max(...ys)).toBeCloseTo(0.7, 2)
    expect([named(figure, "Mean")?.x, named(figure, "Mean")?.y]).toEqual([[0.5], [0.4]])
  })

  test("has no ellipse along a choice, and its widths stand below", () => {
    const along = pointsFigure(evolution, "kind", "depth", GOAL)
    expect(named(along, "One deviation")).toBeUndefined()
    expect(named(along, "Width")?.y).toEqual([0.3, 0.15])
    expect(figure.sentence).toContain("Its deviation is 15.0\u00a0% of the range")
  })
})

describe("fronts", () => {
  const objective = (name: string): Axis => ({ ...axis(name, 2), is_objective: true })
  const points = [
    point(1, [0.9, 0.9, 0.1], { group: 0, alive: true }),
    point(2, [0.1, 0.1, 0.2], { group: 0, alive: true }),
    point(3, [0.1, 0.9, 0.3], { group: 1, alive: true }),
    point(4, [0, 1, 0.3]),
  ]
  const axes = [objective("val_accuracy"), objective("params"), axis("rate", 4)]
  const fronts = told({ groups: "front", axes, points })

  test("are lines across the objectives, which are the axes at first", () => {
    expect(mostSpread(fronts)).toEqual(["val_accuracy", "params"])
    const figure = pointsFigure(fronts, "val_accuracy", "params", GOAL)
    expect(named(figure, "Front 1")).toMatchObject({ customdata: [2, 1], mode: "lines+markers" })
    expect(named(figure, "Left behind")?.customdata).toEqual([4])
    expect(figure.sentence).toContain("3 trials may breed; on the first front: 2, which")
    expect((figure.layout.xaxis as { ticktext: string[] }).ticktext).toContain("0.100\u00a0%")
  })

  test("are points across hyper-parameters", () => {
    const figure = pointsFigure(fronts, "rate", "params", GOAL)
    expect(named(figure, "Front 1")).toMatchObject({ mode: "markers" })
  })
})

test("the axes begin with those on which trials differ most, and others may be chosen", async () => {
  const points = [
    point(1, [0.25, 0.1, 0.2], { alive: true }),
    point(2, [0.25, 0.3, 0.2]),
    point(3, [0.25, 0.3, 0.6]),
    point(4, [0.25, 0.5, 0.6]),
    point(5, [0.75, null, 0.8]),
  ]
  livePage('<run-insight src="/insight/"></run-insight>', {
    kind: "points",
    ...told({ points, axes: [KIND, axis("rate", 3, 1), axis("depth", 4, 1)] }),
    at: 1,
    of: 1,
  })
  const said = () => document.querySelector("run-insight .figure-sentence")?.textContent ?? ""
  await vi.waitFor(() => expect(said()).toContain("4 values of depth"))
  const [across, up] = document.querySelectorAll<HTMLSelectElement>(
    "run-insight label:not([hidden]) select",
  )
  expect([across?.value, up?.value]).toEqual(["rate", "depth"])
  if (!up) throw new Error("there is no choice")
  up.value = "kind"
  up.dispatchEvent(new Event("change"))
  expect(said()).toContain("2 values of kind")
})

test("where nothing is searched there is a word in place of the picture", () => {
  const figure = pointsFigure(told({ axes: [] }), "", "", GOAL)
  expect([figure.traces, figure.waiting]).toEqual([
    [],
    "There is nothing to draw: nothing is searched.",
  ])
})
