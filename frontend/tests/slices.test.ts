import { afterEach, describe, expect, test, vi } from "vitest"
import { NameChoice } from "../src/elements/name-choice"
import { RunInsight } from "../src/elements/run-insight"
import { mostTelling } from "../src/figures/cut"
import type { Slice, Slices } from "../src/figures/insight"
import { slicesFigure } from "../src/figures/slices"
import { leave, livePage } from "./live-page"
import { GOAL } from "./run"
import { named, traces } from "./traces"

vi.mock("../src/plotly", () => ({ loadPlotly: async () => ({ react: async () => {} }) }))

customElements.define("run-insight", RunInsight)

afterEach(leave)

const along = <T>(count: number, value: (share: number) => T): T[] =>
  [...Array(count).keys()].map((at) => value(at / (count - 1)))

/** A slice whose loss is least at `best`, in parts of its length, and that is worth most at its end. */
function slice(name: string, values: unknown[], best: number, range: number): Slice {
  const means = along(values.length, (share) => range * (share - best) ** 2 - 0.9)
  return {
    name,
    values,
    means,
    lows: means.map((mean) => mean - 0.02),
    highs: means.map((mean) => mean + 0.01),
    merits: along(values.length, (share) => share),
  }
}

const RATES = along(41, (share) => 10 ** (-4 + 3 * share))
const INSIGHT: Slices = {
  through: 2,
  slices: [
    slice("optimiser", ["sgd", "adam", "<b>own</b>"], 0.5, 0.1),
    slice("learning_rate", RATES, 0.5, 0.2),
    slice(
      "dropout",
      along(41, (share) => share / 2),
      0,
      0.01,
    ),
    slice("layers", [2, 3, 4, 5], 1, 0.05),
  ],
  seen: [
    { number: 1, values: ["sgd", 0.001, 0.1, 3], loss: -0.8 },
    { number: 2, values: ["adam", 0.01, null, 3], loss: -0.9 },
    { number: 4, values: ["adam", 0.02, 0.2, 3], loss: null },
    { number: 3, values: ["sgd", 0.005, 0.2, 3], loss: -0.1 },
  ],
}

const picture = (name: string, goal = GOAL) => slicesFigure(INSIGHT, name, goal)
const axis = (name: string) =>
  picture(name).layout.xaxis as { type: string; categoryarray: string[]; ticktext: string[] }

describe("a slice", () => {
  test("shows the mean within a band, in the metric's own sign", () => {
    const expected = named(picture("learning_rate"), "Expected")
    expect(expected?.y[20]).toBeCloseTo(0.9)
    const [low, high] = traces(picture("learning_rate")).filter(({ name }) => name === "Deviation")
    expect([low?.y[20], high?.y[20]].map((end) => Number(end?.toFixed(3)))).toEqual([0.89, 0.92])
    const minimised = picture("learning_rate", { objective: "val_loss", maximise: false })
    expect(named(minimised, "Expected")?.y[20]).toBeCloseTo(-0.9)
  })

  test("has trials as points where they have a value on it and a score, the best and the latest marked", () => {
    const points = (name: string) =>
      ["Trials", "Best", "Latest"].map((title) => named(picture(name), title)?.customdata)
    expect(points("learning_rate")).toEqual([[1, 3], [2], [3]])
    expect(points("dropout")).toEqual([[1, 3], [], [3]])
  })

  test("has a logarithmic axis where its values are spaced geometrically", () => {
    expect(axis("learning_rate").type).toBe("log")
    expect(axis("learning_rate").ticktext).toEqual(["0.0001", "0.001", "0.01", "0.1"])
    expect(axis("dropout").type).toBe("linear")
  })

  test("along choices has a place for each, and markup in a name stays text", () => {
    const { type, categoryarray } = axis("optimiser")
    expect(type).toBe("category")
    expect(categoryarray).toEqual(["sgd", "adam", "&lt;b&gt;own&lt;/b&gt;"])
    expect(named(picture("optimiser"), "Merit")).toMatchObject({ type: "bar" })
  })

  test("along a few numbers has a place for each, too", () => {
    expect(named(picture("layers"), "Expected")?.x).toEqual(["2", "3", "4", "5"])
    expect(picture("layers").table().rows).toHaveLength(4)
  })

  test("marks where a trial would be worth most", () => {
    const next = named(picture("learning_rate"), "Would try here")
    expect([next?.x, next?.y]).toEqual([[RATES[40]], [1]])
  })

  test("is told in words, with what lies beyond the picture", () => {
    const { sentence } = picture("learning_rate")
    expect(sentence).toContain("all else is as in trial 2.")
    expect(sentence).toContain("at 0.00316: 90.0\u00a0% (89.0\u00a0% to 92.0\u00a0%)")
    expect(sentence).toContain("worth most at 0.1.")
    expect(sentence).toContain("One trial lies beyond the picture.")
    const { range } = picture("learning_rate").layout.yaxis as { range: number[] }
    expect(range[0]).toBeGreaterThan(0.7)
  })
})

test("before the model there is a word in place of the picture", () => {
  const none = slicesFigure({ through: 0, slices: [], seen: [] }, "", GOAL)
  expect(none.traces).toEqual([])
  expect(none.waiting).toBe("The model is fitted after the first trials.")
})

describe("the choice of a slice", () => {
  const select = (choice: NameChoice) => choice.element.querySelector("select") as HTMLSelectElement
  const among = (choice: NameChoice, slices: readonly Slice[]): string =>
    choice.among(
      slices.map(({ name }) => ({ name, title: name })),
      mostTelling(slices),
    )

  test("begins with the slice that tells most, and keeps it as time goes on", () => {
    const choice = new NameChoice("Hyper-parameter", () => {})
    expect(among(choice, [])).toBe("")
    expect(choice.element.hidden).toBe(true)
    expect(among(choice, INSIGHT.slices)).toBe("learning_rate")
    const later = [...INSIGHT.slices, slice("width", RATES, 0, 9)]
    expect(mostTelling(later)).toBe("width")
    expect(among(choice, later)).toBe("learning_rate")
    expect(select(choice).value).toBe("learning_rate")
  })

  test("comes back to what was chosen when that is there again", () => {
    const changed = vi.fn()
    const choice = new NameChoice("Hyper-parameter", changed)
    among(choice, INSIGHT.slices)
    select(choice).value = "dropout"
    select(choice).dispatchEvent(new Event("change"))
    expect(changed).toHaveBeenCalledOnce()
    expect(among(choice, INSIGHT.slices.slice(0, 2))).toBe("learning_rate")
    expect(among(choice, INSIGHT.slices)).toBe("dropout")
  })
})

const said = () => document.querySelector("run-insight .figure-sentence")?.textContent ?? ""

test("another slice is drawn at once, from what is known", async () => {
  livePage('<run-insight src="/insight/"></run-insight>', {
    kind: "slices",
    ...INSIGHT,
    at: 4,
    of: 4,
  })
  await vi.waitFor(() => expect(said()).toContain("Only learning_rate changes"))
  const select = document.querySelector(
    "run-insight label:not([hidden]) select",
  ) as HTMLSelectElement
  expect([...select.options].map(({ value }) => value)).toEqual(
    INSIGHT.slices.map(({ name }) => name),
  )
  select.value = "layers"
  select.dispatchEvent(new Event("change"))
  expect(said()).toContain("Only layers changes")
  expect(fetch).toHaveBeenCalledOnce()
})

test("where there is no model yet, the page says when there will be", async () => {
  const none = { kind: "slices", through: 0, slices: [], seen: [], at: 2, of: 2 }
  livePage('<run-insight src="/insight/"></run-insight>', none)
  await vi.waitFor(() =>
    expect(document.querySelector("run-insight")?.textContent).toContain(
      "The model is fitted after the first trials.",
    ),
  )
})
