import { expect, test } from "vitest"
import type { RankCorrelation, Rung } from "../src/figures/insight"
import { rungsFigure } from "../src/figures/rungs"

const GOAL = { objective: "val_accuracy", maximise: true }
const trial = { number: 1, state: "complete", loss: -0.5, promoted: true }
const RUNGS: Rung[] = [1, 3].map((resource, level) => ({
  bracket: 0,
  level,
  resource,
  size: 3,
  trials: [trial],
}))

const correlation = (value: number | null, is_low = false, promoted = 0): RankCorrelation => ({
  below: 1,
  above: 3,
  pairs: 9,
  promoted,
  value,
  is_low,
})

const drawn = (...told: RankCorrelation[]) => rungsFigure(RUNGS, "epochs", GOAL, told)
const bars = (...told: RankCorrelation[]) =>
  drawn(...told).traces.at(-1) as { type: string; x: number[]; y: string[] }

test("a bar below the rungs tells how well one foretold another", () => {
  expect(bars(correlation(0.82))).toMatchObject({
    type: "bar",
    x: [0.82],
    y: ["1 epoch → 3 epochs"],
  })
  const { sentence } = drawn(correlation(0.82))
  expect(sentence).toContain("Rank correlation 1 epoch → 3 epochs: 0.82 over 9 trials.")
  expect(sentence).not.toContain("Warning")
})

test("a low one is warned of, with what to do", () => {
  const { sentence } = drawn(correlation(0.1, true))
  expect(sentence).toContain(
    "Warning: early scores hardly foretell later ones here (1 epoch → 3 epochs)",
  )
  expect(sentence).toContain("Begin with longer trainings")
})

test("that only those which were promoted are compared is said", () => {
  expect(drawn(correlation(0.5)).sentence).not.toContain("promoted are alike")
  expect(drawn(correlation(0.5, false, 9)).sentence).toContain("promoted are alike")
})

test("too few trials say nothing, and there is no bar", () => {
  const figure = drawn(correlation(null))
  expect(figure.traces).toHaveLength(2)
  expect(figure.sentence).toContain("Too few trials")
})

test("rungs that take whoever earns it have no number of places", () => {
  const endless = RUNGS.map((rung) => ({ ...rung, size: 0 }))
  expect(rungsFigure(endless, "epochs", GOAL).sentence).toBe(
    "2 trials on 2 rungs, which take whoever earns it; 2 so far went on from one to the next.",
  )
})
