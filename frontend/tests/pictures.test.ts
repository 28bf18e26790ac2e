import htmx from "htmx.org"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { EdgeWeights } from "../src/elements/edge-weights"
import { ParetoFront } from "../src/elements/pareto-front"
import { RunLive } from "../src/elements/run-live"
import type { Derivation, LiveState } from "../src/events.gen"
import { descent, familyFigure } from "../src/figures/family"
import type { Member, RungTrial } from "../src/figures/insight"
import { hypervolumeFigure, type Pareto, paretoFigure } from "../src/figures/pareto"
import { coverageFigure, rungsFigure } from "../src/figures/rungs"
import { weightsFigure } from "../src/figures/weights"
import { derivation, OPS } from "./cells"
import { put } from "./page"
import { aRun, GOAL } from "./run"

vi.mock("htmx.org", () => ({ default: { ajax: vi.fn(async () => {}) } }))
vi.mock("../src/plotly", () => ({ loadPlotly: async () => ({ react: async () => {} }) }))

class SilentSocket {
  send(): void {}
  close(): void {}
}

/** Whatever is watched is in view. */
class Sight {
  readonly #tell: IntersectionObserverCallback

  constructor(tell: IntersectionObserverCallback) {
    this.#tell = tell
  }

  observe(): void {
    this.#tell([{ isIntersecting: true } as IntersectionObserverEntry], this as never)
  }

  disconnect(): void {}
}

interface Trace {
  name: string
  x: (number | null)[]
  y: (number | null)[]
  z: number[][]
  customdata: number[]
  marker: { symbol: string }
  line: { shape: string }
}

const traces = (figure: { traces: object[] }) => figure.traces as Trace[]
const named = (figure: { traces: object[] }, name: string) =>
  traces(figure).find((trace) => trace.name === name)

customElements.define("run-live", RunLive)
customElements.define("edge-weights", EdgeWeights)
customElements.define("pareto-front", ParetoFront)

const point = (number: number, x: number, y: number, kind: "front" | "beside" | "beyond") => ({
  number,
  x,
  y,
  feasible: kind !== "beyond",
  front: kind === "front",
})

const PARETO: Pareto = {
  x: "params",
  y: "val_accuracy",
  total: 4,
  points: [
    point(1, 20_000, 0.7, "front"),
    point(2, 10_000, 0.5, "front"),
    point(3, 30_000, 0.6, "beside"),
    point(4, 5_000, 0.9, "beyond"),
  ],
  reference: [30_000, 0.5],
  hypervolume: [
    [1, 0],
    [4, 2000],
  ],
}

describe("the Pareto front", () => {
  test("is a staircase from left to right; the dominated and what breaks a limit are beside it", () => {
    const figure = paretoFigure(PARETO)
    expect(named(figure, "Front")?.customdata).toEqual([2, 1])
    expect(named(figure, "Front")?.line.shape).toBe("hv")
    expect(named(figure, "Dominated")?.customdata).toEqual([3])
    expect(named(figure, "Beyond a limit")?.customdata).toEqual([4])
    expect(named(figure, "Beyond a limit")?.marker.symbol).toBe("x")
  })

  test("turns its steps where more is better across", () => {
    const turned = paretoFigure({ ...PARETO, x: "val_accuracy", y: "params" })
    expect(named(turned, "Front")?.line.shape).toBe("vh")
  })

  test("has a logarithmic axis for what is counted, and none for shares", () => {
    const { xaxis, yaxis } = paretoFigure(PARETO).layout as Record<string, { type?: string }>
    expect([xaxis?.type, yaxis?.type]).toEqual(["log", undefined])
  })

  test("says how many are on it and which is best", () => {
    expect(paretoFigure(PARETO).sentence).toContain("2 of 4 trials are on the front")
    expect(paretoFigure(PARETO).sentence).toContain("trial 1 with 70.0\u00a0%")
  })

  test("says what its hypervolume is measured to", () => {
    expect(hypervolumeFigure(PARETO).sentence).toContain("30,000 (Parameters) and 50.0\u00a0%")
    expect(hypervolumeFigure({ ...PARETO, hypervolume: [[1, 0]] }).traces).toEqual([])
  })
})

describe("edge weights", () => {
  test("are a row an edge and a column an operation, for each cell", () => {
    const maps = traces(weightsFigure(derivation(10)))
    expect(maps.map(({ name }) => name)).toEqual(["Normal cell", "Reduction cell"])
    for (const { x, y, z } of maps) expect([x.length, y.length, z.length]).toEqual([5, 14, 14])
  })

  test("stand one cell below the other where there is little room, and never overlap", () => {
    const axes = (stacked: boolean) =>
      weightsFigure(derivation(1), stacked).layout as Record<string, { domain: number[] }>
    for (const [stacked, first, second] of [
      [false, "xaxis", "xaxis2"],
      [true, "yaxis2", "yaxis"],
    ] as const) {
      const [before, after] = [axes(stacked)[first], axes(stacked)[second]]
      expect(before?.domain[1]).toBeLessThan(after?.domain[0] ?? 0)
    }
  })

  test("are said in words and listed", () => {
    const figure = weightsFigure(derivation(10))
    expect(figure.sentence).toContain("sep 3×3 leads on 28 edges")
    expect(figure.table().rows).toHaveLength(28)
    expect(figure.table().head).toHaveLength(2 + OPS.length)
  })
})

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
    expect(named(figure, "Aged out")?.customdata).toEqual([1])
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

test("a grid shows what each level has had, and what is to come", () => {
  const levels = [
    { value: 0.1, planned: 3, complete: 2, best: -0.7 },
    { value: 0.2, planned: 3, complete: 0, best: null },
  ]
  const figure = coverageFigure([{ name: "lr", levels }], GOAL)
  expect(traces(figure).map(({ x }) => x)).toEqual([
    [2, 0],
    [1, 3],
  ])
  expect(figure.table().rows.map((row) => row.at(-1))).toEqual(["70.0\u00a0%", ""])
})

/** A page whose figure is in view and is answered so. */
function page(inside: string, answer: object, state: LiveState = aRun()): RunLive {
  vi.stubGlobal(
    "fetch",
    vi.fn(async (address: string) => Response.json({ ...answer, address })),
  )
  const data = JSON.stringify({ seq: 1, state })
  put(`<run-live run="12" socket="/ws/runs/12/" objective="val_accuracy" maximise>
    <script type="application/json">${data}</script>${inside}</run-live>`)
  return document.querySelector("run-live") as RunLive
}

const asked = () => vi.mocked(fetch).mock.calls.map(([address]) => String(address))
const slider = () => document.querySelector("input[type=range]") as HTMLInputElement

beforeEach(() => {
  vi.stubGlobal("WebSocket", SilentSocket)
  vi.stubGlobal("IntersectionObserver", Sight)
})

afterEach(() => {
  document.body.replaceChildren()
  vi.unstubAllGlobals()
})

test("the slider goes back through the epochs, tells the cells beside it, and follows at its end", async () => {
  const state = { ...aRun(), derived: derivation(3) }
  const derivations = [1, 2, 3].map(derivation)
  const live = page('<edge-weights src="/derivations/"></edge-weights>', { derivations }, state)
  await vi.waitFor(() => expect(slider().max).toBe("2"))
  expect(slider().value).toBe("2")
  const heard: (number | undefined)[] = []
  live.addEventListener("derivation-chosen", (event) =>
    heard.push((event as CustomEvent<Derivation | null>).detail?.step),
  )
  for (const value of ["0", "2"]) {
    slider().value = value
    slider().dispatchEvent(new Event("input"))
  }
  expect(heard).toEqual([1, undefined])
  live.stream.state = { ...state, derived: derivation(4) }
  live.stream.dispatchEvent(new Event("change"))
  expect([slider().max, slider().value]).toEqual(["3", "3"])
})

test("who looks at an earlier epoch is left there while the search goes on", async () => {
  const state = { ...aRun(), derived: derivation(3) }
  const derivations = [1, 2, 3].map(derivation)
  const live = page('<edge-weights src="/derivations/"></edge-weights>', { derivations }, state)
  await vi.waitFor(() => expect(slider().max).toBe("2"))
  slider().value = "1"
  slider().dispatchEvent(new Event("input"))
  live.stream.state = { ...state, derived: derivation(4) }
  live.stream.dispatchEvent(new Event("change"))
  expect([slider().max, slider().value]).toEqual(["3", "1"])
  expect(document.querySelector("edge-weights output")?.textContent).toContain("epoch 2 of 4")
})

test("the points of a front are buttons, so that a keyboard reaches what they are", async () => {
  page('<pareto-front src="/front/" point-url="/runs/12/trials/0/point/"></pareto-front>', PARETO)
  await vi.waitFor(() => expect(document.querySelectorAll(".front-points button")).toHaveLength(2))
  expect(document.querySelector(".front-points button")?.textContent).toBe(
    "2: 10,000 · 50.0\u00a0%",
  )
  document.querySelector<HTMLElement>(".front-points button")?.click()
  expect(vi.mocked(htmx.ajax).mock.calls[0]?.[1]).toBe("/runs/12/trials/2/point/")
})

test("another metric is fetched at once, and a change of the run only after a rest", async () => {
  const live = page(
    '<pareto-front src="/front/" metrics="val_accuracy params macs" x="params" y="val_accuracy"></pareto-front>',
    PARETO,
  )
  await vi.waitFor(() => expect(document.querySelectorAll(".front-points button")).toHaveLength(2))
  live.dispatchEvent(new CustomEvent("run-changed"))
  await Promise.resolve()
  expect(asked()).toHaveLength(1)
  const across = document.querySelector("select") as HTMLSelectElement
  across.value = "macs"
  across.dispatchEvent(new Event("change"))
  await vi.waitFor(() => expect(asked().at(-1)).toContain("x=macs"))
})

test("a figure whose data did not come offers to try again", async () => {
  page('<pareto-front src="/front/"></pareto-front>', PARETO)
  vi.mocked(fetch).mockRejectedValue(new TypeError("the network is gone"))
  document.querySelector("select")?.dispatchEvent(new Event("change"))
  await vi.waitFor(() =>
    expect(document.querySelector("pareto-front button")?.textContent).toBe("Try again"),
  )
})
