import { afterEach, describe, expect, test, vi } from "vitest"
import { RunInsight } from "../src/elements/run-insight"
import { densitiesFigure, mostApart } from "../src/figures/densities"
import type { Densities, Leader, Strategies } from "../src/figures/insight"
import { leaderFigure } from "../src/figures/leader"
import { strategiesFigure } from "../src/figures/strategies"
import { leave, livePage } from "./live-page"
import { GOAL } from "./run"
import { named, traces } from "./traces"

vi.mock("../src/plotly", () => ({ loadPlotly: async () => ({ react: async () => {} }) }))

customElements.define("run-insight", RunInsight)

afterEach(leave)

const RATES = [...Array(21).keys()].map((at) => 10 ** (-4 + (3 * at) / 20))
const DENSITIES: Densities = {
  densities: [
    { name: "kind", values: ["a", "b"], good: [0.5, 0.5], bad: [0.6, 0.4] },
    {
      name: "rate",
      values: RATES,
      good: RATES.map((_, at) => (at === 15 ? 6 : 0.5)),
      bad: RATES.map(() => 1),
    },
  ],
  good: [{ number: 3, values: ["a", 0.01], loss: -0.9 }],
  bad: [
    { number: 1, values: ["b", 0.1], loss: -0.2 },
    { number: 2, values: ["b", null], loss: null },
  ],
  fidelity: { epochs: 9 },
}

describe("densities", () => {
  const figure = densitiesFigure(DENSITIES, "rate", GOAL)

  test("begin along what tells good trials from others", () => {
    expect(mostApart(DENSITIES.densities)).toBe("rate")
    expect(figure.layout.xaxis).toMatchObject({ type: "log" })
  })

  test("stand above the trials that have a value, good ones apart from others", () => {
    const [good, bad] = traces(figure).filter(({ customdata }) => customdata)
    expect([good?.customdata, bad?.customdata]).toEqual([[3], [1]])
    expect([good?.y, bad?.y]).toEqual([[1], [0]])
  })

  test("say where a good trial is likeliest, and what all were given", () => {
    expect(named(figure, "Most promising")?.x).toEqual([RATES[15]])
    expect(figure.sentence).toContain("1 good trial")
    expect(figure.sentence).toContain("most promising at 0.0178, where good trials are 6 times")
    expect(figure.sentence).toContain("9 epochs")
    expect(densitiesFigure({ ...DENSITIES, fidelity: {} }, "rate", GOAL).sentence).not.toContain(
      "given",
    )
  })

  test("of choices are shares, as bars", () => {
    const choices = densitiesFigure(DENSITIES, "kind", GOAL)
    expect(named(choices, "Good trials")).toMatchObject({ type: "bar", y: [0.5, 0.5] })
  })

  test("need trials first", () => {
    const none = densitiesFigure({ densities: [], good: [], bad: [], fidelity: {} }, "", GOAL)
    expect([none.traces, none.waiting]).toEqual([
      [],
      "The densities are fitted after the first trials.",
    ])
  })
})

describe("the strategies of a game", () => {
  const told: Strategies = {
    plays: 30,
    best: 12,
    keeps: 0.5,
    players: [
      {
        name: "rate",
        values: [0.1, 1],
        shares: [0.25, 0.75],
        payoffs: [0.4, 0.5],
        best: 1,
      },
      {
        name: "<i>",
        values: ["a", "b", "c"],
        shares: [0.8, 0.1, 0.1],
        payoffs: [1, 0, 0],
        best: null,
      },
    ],
  }

  test("fill a row a player with tiles, and frame its part of the best play", () => {
    const [tiles, frames] = traces(strategiesFigure(told)) as unknown as {
      y: string[]
      base: number[]
      x: number[]
      marker: { color: number[] }
    }[]
    expect(tiles?.y).toEqual(["rate", "rate", ...Array(3).fill("&lt;i&gt;")])
    expect(tiles?.base).toEqual([0, 0.5, 0, 1 / 3, 2 / 3])
    expect(tiles?.marker.color).toEqual([0.25, 0.75, 0.8, 0.1, 0.1])
    expect([frames?.y, frames?.base]).toEqual([["rate"], [0.5]])
  })

  test("are told by the surest of the players", () => {
    expect(strategiesFigure(told).sentence).toContain("The surest is <i>: a with 80.0\u00a0%.")
    expect(strategiesFigure(told).table().rows).toHaveLength(5)
    expect(strategiesFigure({ ...told, plays: 0 }).sentence).toContain("not learnt anything yet")
  })
})

describe("a leader", () => {
  const told: Leader = {
    name: "weight_decay",
    trial: 1,
    leads: [
      { step: 1, value: 0.1, loss: 2 },
      { step: 2, value: 0.01, loss: 1.5 },
    ],
    led: 2,
    judged: [
      { number: 2, values: [0.01], loss: -0.9 },
      { number: 3, values: [0.5], loss: -0.7 },
      { number: 4, values: [0.001], loss: null },
    ],
  }

  test("goes from epoch to epoch, above the loss", () => {
    const figure = leaderFigure(told, GOAL)
    expect(named(figure, "Where it was led")?.y).toEqual([0.1, 0.01])
    expect(named(figure, "Validation loss")?.y).toEqual([2, 1.5])
    expect(named(figure, "Found, trained from scratch")?.customdata).toEqual([2])
    expect(named(figure, "Random, trained alike")?.customdata).toEqual([3, 4])
  })

  test("is told with what it was worth", () => {
    expect(leaderFigure(told, GOAL).sentence).toBe(
      "In 2 epochs weight_decay was led from 0.1 to 0.01, and the validation loss went from 2 to " +
        "1.5. Trained from scratch with what was found: 90.0\u00a0% (Validation accuracy); the best " +
        "of the random ones: 70.0\u00a0%.",
    )
    expect(leaderFigure({ ...told, led: null, judged: [] }, GOAL).sentence).not.toContain("scratch")
  })

  test("has nothing to show before the first epoch", () => {
    const figure = leaderFigure({ ...told, leads: [], judged: [] }, GOAL)
    expect([figure.traces, figure.sentence]).toEqual([[], ""])
    expect(figure.waiting).toContain("after the first epoch")
  })
})

test("a method that thinks in several ways lets one choose which is shown", async () => {
  const rung = { bracket: 0, level: 0, resource: 1, size: 3, trials: [] }
  livePage('<run-insight src="/insight/"></run-insight>', {
    kind: "several",
    pictures: [
      { kind: "rungs", fidelity: "epochs", rungs: [rung], correlations: [] },
      { kind: "densities", ...DENSITIES },
    ],
    at: 3,
    of: 3,
  })
  const choices = () => [
    ...document.querySelectorAll<HTMLSelectElement>("run-insight label:not([hidden]) select"),
  ]
  await vi.waitFor(() => expect(choices()).toHaveLength(1))
  const [picture] = choices()
  if (!picture) throw new Error("there is no choice")
  picture.value = "densities"
  picture.dispatchEvent(new Event("change"))
  const said = document.querySelector("run-insight .figure-sentence")?.textContent
  expect(said).toContain("1 good trial is compared with 2 others.")
  expect(choices()).toHaveLength(2)
})
