import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { RunInsight } from "../src/elements/run-insight"
import { leave, livePage } from "./live-page"

vi.mock("../src/plotly", () => ({ loadPlotly: async () => ({ react: async () => {} }) }))

customElements.define("run-insight", RunInsight)

let of = 7
const asked: string[] = []

function answer(address: string): object {
  asked.push(address)
  const at = Number(new URL(address, "http://site").searchParams.get("at") ?? of)
  const member = { parent: null, born: 1, generation: 0, state: "complete", alive: true }
  const members = [...Array(at + 1).keys()].map((number) => ({ ...member, number, loss: -0.5 }))
  return { kind: "family", members, at, of }
}

beforeEach(() => {
  of = 7
  asked.length = 0
  livePage('<run-insight src="/insight/"></run-insight>', answer)
})

afterEach(leave)

const settled = () => vi.waitFor(() => expect(said()).not.toBe(""))
const said = () => document.querySelector("run-insight output")?.textContent ?? ""

function slide(to: number): void {
  const slider = document.querySelector<HTMLInputElement>("run-insight input")
  if (!slider) throw new Error("there is no slider")
  slider.value = String(to)
  slider.dispatchEvent(new Event("input"))
}

test("it begins with the latest thought", async () => {
  await settled()
  expect(asked).toEqual(["/insight/"])
  expect(said()).toBe("when 7 of 7 trials had ended")
})

test("the slider goes back in time, and at its end follows the run again", async () => {
  await settled()
  slide(3)
  await vi.waitFor(() => expect(asked.at(-1)).toBe("/insight/?at=3"))
  expect(said()).toBe("when 3 of 7 trials had ended")
  slide(7)
  await vi.waitFor(() => expect(asked.at(-1)).toBe("/insight/"))
})

test("an older answer about the past does not shorten the time there is", async () => {
  await settled()
  of = 5
  slide(3)
  await vi.waitFor(() => expect(asked.at(-1)).toBe("/insight/?at=3"))
  await new Promise((done) => setTimeout(done, 20))
  expect(said()).toBe("when 3 of 7 trials had ended")
})

test("where nothing has ended there is no time to go back to", async () => {
  await settled()
  of = 0
  livePage('<run-insight src="/n/"></run-insight>', answer)
  await vi.waitFor(() => expect(asked.at(-1)).toBe("/n/"))
  expect(document.querySelector<HTMLElement>("run-insight .weights-tools")?.hidden).toBe(true)
})
