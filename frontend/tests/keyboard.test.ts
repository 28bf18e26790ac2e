import { afterEach, expect, test, vi } from "vitest"
import { onKey } from "../src/keyboard"

document.addEventListener("keydown", onKey)

function press(key: string, target: EventTarget = document.body): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })
  target.dispatchEvent(event)
  return event
}

afterEach(() => {
  document.body.replaceChildren()
  vi.restoreAllMocks()
})

test("g and a letter go to a list", () => {
  const assign = vi.spyOn(location, "assign").mockImplementation(() => {})
  press("g")
  press("r")
  press("d")
  expect(assign.mock.calls).toEqual([["/runs/"]])
})

test("a slash goes to the search and is not typed into it", () => {
  document.body.innerHTML = "<input type='search'>"
  expect(press("/").defaultPrevented).toBe(true)
  expect(document.activeElement).toBe(document.querySelector("input"))
})

test("a question mark shows the keys, once", () => {
  press("?")
  press("?")
  const dialogs = document.querySelectorAll<HTMLDialogElement>("dialog")
  expect([dialogs.length, dialogs[0]?.open]).toEqual([1, true])
})

test("keys that are typed into a field are left to it", () => {
  document.body.innerHTML = "<input type='search'><textarea></textarea>"
  const area = document.querySelector("textarea")
  expect(area && press("/", area).defaultPrevented).toBe(false)
})
