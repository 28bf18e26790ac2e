import htmx from "htmx.org"
import { afterEach, describe, expect, test, vi } from "vitest"
import { ParetoFront } from "../src/elements/pareto-front"
import { hypervolumeFigure, type Pareto, paretoFigure } from "../src/figures/pareto"
import { leave, livePage } from "./live-page"
import { named } from "./traces"

vi.mock("htmx.org", () => ({ default: { ajax: vi.fn(async () => {}) } }))
vi.mock("../src/plotly", () => ({ loadPlotly: async () => ({ react: async () => {} }) }))

customElements.define("pareto-front", ParetoFront)

afterEach(leave)

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

const asked = () => vi.mocked(fetch).mock.calls.map(([address]) => String(address))

test("the points of a front are buttons, so that a keyboard reaches what they are", async () => {
  livePage(
    '<pareto-front src="/front/" point-url="/runs/12/trials/0/point/"></pareto-front>',
    PARETO,
  )
  await vi.waitFor(() => expect(document.querySelectorAll(".front-points button")).toHaveLength(2))
  expect(document.querySelector(".front-points button")?.textContent).toBe(
    "2: 10,000 · 50.0\u00a0%",
  )
  document.querySelector<HTMLElement>(".front-points button")?.click()
  expect(vi.mocked(htmx.ajax).mock.calls[0]?.[1]).toBe("/runs/12/trials/2/point/")
})

test("another metric is fetched at once, and a change of the run only after a rest", async () => {
  const live = livePage(
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
  livePage('<pareto-front src="/front/"></pareto-front>', PARETO)
  vi.mocked(fetch).mockRejectedValue(new TypeError("the network is gone"))
  document.querySelector("select")?.dispatchEvent(new Event("change"))
  await vi.waitFor(() =>
    expect(document.querySelector("pareto-front button")?.textContent).toBe("Try again"),
  )
})
