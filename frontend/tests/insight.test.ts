import { describe, expect, test } from "vitest"
import { descent, familyFigure } from "../src/figures/family"
import type { Member, RungTrial } from "../src/figures/insight"
import { rungsFigure } from "../src/figures/rungs"
import { GOAL } from "./run"
import { named } from "./traces"

const member = (
  number: number,
  parent: number | null,
  loss: number | null,
  alive = true,
): Member => ({
  number,
  parent,
  born: number,
  generation: parent === null ? 0 : parent,
  state: loss === null ? "running" : "complete",
  loss,
  alive,
})

describe("a family tree", () => {
  const family = [
    member(1, null, -0.5, false),
    member(2, 1, -0.6),
    member(3, 2, -0.8),
    member(4, 1, null),
  ]

  test("joins every child with its parent, if that is drawn", () => {
    const joints = named(familyFigure(family, GOAL), "Descends from")
    expect(joints?.x).toEqual([1, 2, null, 2, 3, null, 1, 4, null])
    expect(named(familyFigure(family.slice(1), GOAL), "Descends from")?.x).toEqual([2, 3, null])
  })

  test("highlights the line of the best, and tells who has aged out", () => {
    const byNumber = new Map(family.map((each) => [each.number, each]))
    expect(descent(family, byNumber).map(({ number }) => number)).toEqual([3, 2, 1])
    const figure = familyFigure(family, GOAL)
    expect(named(figure, "Out of the population")?.customdata).toEqual([1])
    expect(named(figure, "In the population")?.customdata).toEqual([2, 3])
    expect(named(figure, "No score")?.customdata).toEqual([4])
    expect(figure.sentence).toContain("The best is trial 3 with 80.0\u00a0%")
  })
})

test("rungs tell who went on, and how many places are taken", () => {
  const trial = (number: number, promoted: boolean): RungTrial => ({
    number,
    state: "complete",
    loss: -number / 10,
    promoted,
  })
  const below = {
    bracket: 0,
    level: 0,
    resource: 1,
    size: 3,
    trials: [trial(1, false), trial(2, true)],
  }
  const above = { bracket: 0, level: 1, resource: 3, size: 1, trials: [] }
  const figure = rungsFigure([below, above], "epochs", GOAL)
  expect(named(figure, "Went on")?.customdata).toEqual([2])
  expect(named(figure, "Ended here")?.customdata).toEqual([1])
  expect(figure.sentence).toBe(
    "2 of 4 places on 2 rungs are taken; 1 so far went on to train longer.",
  )
  expect(figure.table().rows.map(([rung]) => rung)).toEqual(Array(2).fill("Bracket 1, 1 epoch"))
})

test("rungs of data are called by their share of it", () => {
  const trial = { number: 1, state: "complete", loss: -0.5, promoted: true }
  const below = { bracket: 0, level: 0, resource: 1 / 3, size: 3, trials: [trial] }
  const above = { bracket: 0, level: 1, resource: 1, size: 1, trials: [trial] }
  const figure = rungsFigure([below, above], "train_fraction", GOAL)
  expect(figure.table().rows.map(([rung]) => rung)).toEqual([
    "Bracket 1, 33.3\u00a0%",
    "Bracket 1, 100\u00a0%",
  ])
  expect(figure.sentence).toContain("share of the training data")
})
