import { describe, expect, test } from "vitest"
import type { Predicted } from "../src/figures/insight"
import { predictedFigure } from "../src/figures/predicted"
import { metricValue } from "../src/words"
import { GOAL } from "./run"
import { named } from "./traces"

const share = (value: number): string => metricValue("val_accuracy", value)

const TOLD: Predicted = {
  correlation: 0.8,
  trials: [
    { number: 11, mean: -0.8, low: -0.85, high: -0.7, loss: -0.82 },
    { number: 12, mean: -0.9, low: -0.95, high: -0.8, loss: -0.6 },
    { number: 13, mean: -0.9, low: -0.95, high: -0.8, loss: null },
  ],
}

describe("what was predicted", () => {
  const figure = predictedFigure(TOLD, GOAL)

  test("stands across, and what came of it up", () => {
    const trials = named(figure, "Trials")
    expect(trials?.customdata).toEqual([11, 12])
    expect([trials?.x, trials?.y]).toEqual([
      [0.8, 0.9],
      [0.82, 0.6],
    ])
  })

  test("has a bar from the lower to the upper deviation, whichever way is better", () => {
    const [, trials] = figure.traces as { error_x: Record<"array" | "arrayminus", number[]> }[]
    expect(trials?.error_x.array[0]).toBeCloseTo(0.05)
    expect(trials?.error_x.arrayminus[0]).toBeCloseTo(0.1)
  })

  test("is told in words: how many, how near, and how far the orders agree", () => {
    expect(figure.sentence).toContain("2 trials were chosen")
    expect(figure.sentence).toContain("1 came within a deviation")
    expect(figure.sentence).toContain("rank correlation 0.8")
  })

  test("says so where the order says little", () => {
    expect(predictedFigure({ ...TOLD, correlation: 0.1 }, GOAL).sentence).toContain("agree little")
  })

  test("is a table, too, with those that have no score", () => {
    expect(figure.table().rows.at(-1)).toEqual(["13", ...[0.9, 0.8, 0.95].map(share), "No score"])
  })

  test("waits for the first that ends", () => {
    const waiting = predictedFigure({ trials: [], correlation: null }, GOAL)
    expect(waiting.traces).toEqual([])
    expect(waiting.waiting).toContain("after the first trials")
  })
})
