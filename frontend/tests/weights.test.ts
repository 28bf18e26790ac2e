import { afterEach, describe, expect, test, vi } from "vitest"
import { EdgeWeights } from "../src/elements/edge-weights"
import type { Derivation } from "../src/events.gen"
import { weightsFigure } from "../src/figures/weights"
import { derivation, OPS } from "./cells"
import { leave, livePage } from "./live-page"
import { aRun } from "./run"
import { traces } from "./traces"

vi.mock("../src/plotly", () => ({ loadPlotly: async () => ({ react: async () => {} }) }))

customElements.define("edge-weights", EdgeWeights)

afterEach(leave)

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

const slider = () => document.querySelector("input[type=range]") as HTMLInputElement

test("the slider goes back through the epochs, tells the cells beside it, and follows at its end", async () => {
  const state = { ...aRun(), derived: derivation(3) }
  const derivations = [1, 2, 3].map(derivation)
  const live = livePage('<edge-weights src="/derivations/"></edge-weights>', { derivations }, state)
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
  const live = livePage('<edge-weights src="/derivations/"></edge-weights>', { derivations }, state)
  await vi.waitFor(() => expect(slider().max).toBe("2"))
  slider().value = "1"
  slider().dispatchEvent(new Event("input"))
  live.stream.state = { ...state, derived: derivation(4) }
  live.stream.dispatchEvent(new Event("change"))
  expect([slider().max, slider().value]).toEqual(["3", "1"])
  expect(document.querySelector("edge-weights output")?.textContent).toContain("epoch 2 of 4")
})
