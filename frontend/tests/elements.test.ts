import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { BestSoFar } from "../src/elements/best-so-far"
import { LearningCurves } from "../src/elements/learning-curves"
import { RunLive } from "../src/elements/run-live"
import { RunLog } from "../src/elements/run-log"
import { RunStatus } from "../src/elements/run-status"
import { ThemeToggle } from "../src/elements/theme-toggle"
import { TrialTable } from "../src/elements/trial-table"
import { empty } from "../src/state"
import type { Stream } from "../src/stream"
import { put } from "./page"
import { aRun, completed, created, moved } from "./run"

vi.mock("../src/plotly", () => ({ loadPlotly: async () => ({ react: async () => {} }) }))

class SilentSocket {
  send(): void {}
  close(): void {}
}

customElements.define("run-live", RunLive)
customElements.define("run-status", RunStatus)
customElements.define("trial-table", TrialTable)
customElements.define("run-log", RunLog)
customElements.define("learning-curves", LearningCurves)
customElements.define("best-so-far", BestSoFar)
customElements.define("theme-toggle", ThemeToggle)

/** A page with `inside` in a live run, and how to change the run as the stream would. */
function page(inside: string, state = aRun()) {
  const data = JSON.stringify({ seq: 13, state }).replaceAll("<", "\\u003c")
  put(`
    <run-live run="12" socket="/ws/runs/12/" objective="val_accuracy" maximise
      trial-url="/runs/12/trials/0/">
      <script type="application/json" class="live-state">${data}</script>
      <script type="application/json">{"diverged": "The loss became infinite."}</script>
      ${inside}
    </run-live>`)
  const live = document.querySelector<RunLive>("run-live")
  if (!live) throw new Error("there is no run")
  return { live, stream: live.stream }
}

function change(stream: Stream, state: Stream["state"]): void {
  stream.state = state
  stream.dispatchEvent(new Event("change"))
}

function find<T extends HTMLElement = HTMLElement>(selector: string): T {
  const found = document.querySelector<T>(selector)
  if (!found) throw new Error(`nothing matches ${selector}`)
  return found
}

const numbers = () =>
  [...document.querySelectorAll("tbody a")].map((link) => Number(link.textContent))

beforeEach(() => vi.stubGlobal("WebSocket", SilentSocket))

afterEach(() => {
  document.body.replaceChildren()
  vi.unstubAllGlobals()
})

test("the status replaces what the server wrote and follows the run", () => {
  const { stream } = page("<run-status>from the server</run-status>")
  expect(find("run-status").textContent).toContain("Trial 3 of about 6.")
  expect(find("run-status").textContent).not.toContain("from the server")
  expect(find("[role=progressbar]").getAttribute("aria-valuenow")).toBe("33")
  change(stream, aRun([completed(3, 0.9)]))
  expect(find("[role=progressbar]").getAttribute("aria-valuenow")).toBe("50")
})

test("the status says whether the page is live", () => {
  const { stream } = page("<run-status></run-status>")
  expect(find("[role=status]").textContent).toBe("running, reconnecting")
  stream.connection = "live"
  change(stream, stream.state)
  expect(find("[role=status]").textContent).toBe("running, live")
})

test("an element that left the page no longer follows", () => {
  const { stream } = page("<run-status></run-status>")
  const status = find("run-status")
  status.remove()
  change(stream, aRun([completed(3, 0.9)]))
  expect(status.querySelector("[role=progressbar]")?.getAttribute("aria-valuenow")).toBe("33")
})

test("the page hears when a trial has moved, and not when one has only reported", () => {
  const { live, stream } = page("")
  let heard = 0
  live.addEventListener("run-changed", () => heard++)
  change(stream, aRun())
  expect(heard).toBe(0)
  change(stream, aRun([completed(3, 0.9)]))
  expect(heard).toBe(1)
})

test("the page hears when the run itself has moved, and not when a trial has", () => {
  const { live, stream } = page("")
  let heard = 0
  live.addEventListener("run-moved", () => heard++)
  change(stream, aRun([completed(3, 0.9)]))
  expect(heard).toBe(0)
  change(stream, { ...aRun([completed(3, 0.9)]), state: "completed" })
  expect(heard).toBe(1)
})

test("the table links each trial to its page and marks the best", () => {
  page("<trial-table>from the server</trial-table>")
  expect(numbers()).toEqual([3, 2, 1])
  expect(find<HTMLAnchorElement>("tbody a").getAttribute("href")).toBe("/runs/12/trials/3/")
  expect(find("tr.is-best").textContent).toContain("best")
})

test("the table sorts by a click and back by another, and says so", () => {
  page("<trial-table></trial-table>")
  const button = [...document.querySelectorAll<HTMLElement>("th button")].find(
    (found) => found.textContent === "Validation accuracy",
  )
  button?.click()
  expect(numbers()).toEqual([3, 2, 1])
  button?.click()
  expect(numbers()).toEqual([1, 2, 3])
  expect(button?.closest("th")?.getAttribute("aria-sort")).toBe("ascending")
})

test("the table narrows to a state and a search, and says when nothing matches", () => {
  page("<trial-table></trial-table>")
  const search = find<HTMLInputElement>("input[type=search]")
  search.value = "adam"
  search.dispatchEvent(new Event("input"))
  expect(numbers()).toEqual([3, 2])
  search.value = "nothing has this"
  search.dispatchEvent(new Event("input"))
  expect(find("trial-table").textContent).toContain("No trial matches.")
})

test("a row stays the same element while its trial changes, so focus and selection stay", () => {
  const { stream } = page("<trial-table></trial-table>")
  const row = find("tbody tr")
  const fourth = created(4, { config: { lr: 1, optimiser: "sgd", width: 16 } })
  change(stream, aRun([moved(3, "running", "failed", { reason: "diverged" }), fourth]))
  expect(numbers()).toEqual([4, 3, 2, 1])
  expect(document.querySelectorAll("tbody tr")[1]).toBe(row)
  expect(row.textContent).toContain("failed: its loss grew without end")
})

test("what a person wrote stays text", () => {
  const config = { name: "<img src=x onerror=alert(1)>" }
  page("<trial-table></trial-table><run-log></run-log>", aRun([created(4, { config })]))
  expect(document.querySelector("run-live img, run-live b")).toBeNull()
  expect(find("trial-table").textContent).toContain("<img src=x")
  expect(find("run-log").textContent).toContain("<b>loud</b>")
})

test("the log of one trial shows its lines only, and of all whose lines they are", () => {
  page('<run-log></run-log><run-log trial="3"></run-log><run-log trial="1"></run-log>')
  const [all, third, first] = [...document.querySelectorAll("run-log")].map(
    (log) => log.textContent,
  )
  expect(all).toBe("#3  epoch 4 of 6\n#3  <b>loud</b>")
  expect(third).toBe("epoch 4 of 6\n<b>loud</b>")
  expect(first).toBe("Nothing has been printed yet.")
})

test("a chart comes with its sentence and, once opened, its data", () => {
  page('<learning-curves metric="val_accuracy"></learning-curves>')
  expect(find("learning-curves").textContent).toContain("Trial 2 leads")
  const details = find<HTMLDetailsElement>("learning-curves details")
  details.open = true
  details.dispatchEvent(new Event("toggle"))
  expect(details.querySelectorAll("tbody tr")).toHaveLength(7)
})

test("a chart without data says what it waits for", () => {
  page("<best-so-far></best-so-far><learning-curves></learning-curves>", empty())
  expect(find("best-so-far").textContent).toContain("No trial has completed yet.")
  expect(find("learning-curves .figure-canvas").hidden).toBe(true)
})

test("the theme is switched and remembered", () => {
  document.documentElement.dataset.bsTheme = "light"
  put("<theme-toggle></theme-toggle>")
  find("theme-toggle button").click()
  expect(document.documentElement.dataset.bsTheme).toBe("dark")
  expect(localStorage.getItem("theme")).toBe("dark")
  expect(find("theme-toggle button").getAttribute("aria-label")).toBe("Light theme")
})
