import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { ImageDrop } from "../src/elements/image-drop"
import { put } from "./page"

customElements.define("image-drop", ImageDrop)

const FORM = `<form><input type="file" name="image"><button type="submit">Ask</button></form>`

beforeEach(() => put(`<image-drop>${FORM}</image-drop>`))
afterEach(() => document.body.replaceChildren())

function drop(files: File[]): ReturnType<typeof vi.fn> {
  const sent = vi.fn()
  const form = document.querySelector("form") as HTMLFormElement
  form.requestSubmit = sent
  const input = document.querySelector("input") as HTMLInputElement
  Object.defineProperty(input, "files", { value: files, writable: true })
  const event = new Event("drop", { cancelable: true })
  Object.defineProperty(event, "dataTransfer", { value: { files } })
  document.querySelector(".drop-zone")?.dispatchEvent(event)
  expect(event.defaultPrevented).toBe(true)
  return sent
}

test("an image that is dropped is named and sent at once", () => {
  expect(drop([new File(["12345"], "cat.png")])).toHaveBeenCalledOnce()
  expect(document.querySelector("image-drop")?.textContent).toContain("cat.png · 5 byte")
})

test("text that is dropped is not sent", () => {
  expect(drop([])).not.toHaveBeenCalled()
})

test("an element that is moved has one zone still", () => {
  const element = document.querySelector("image-drop") as HTMLElement
  document.body.append(element)
  expect(document.querySelectorAll(".drop-zone")).toHaveLength(1)
  expect(drop([new File(["12345"], "cat.png")])).toHaveBeenCalledOnce()
})
