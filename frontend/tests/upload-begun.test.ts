import { afterEach, expect, test, vi } from "vitest"
import { UploadBegun } from "../src/elements/upload-begun"
import { put } from "./page"

customElements.define("upload-begun", UploadBegun)

afterEach(() => {
  document.body.replaceChildren()
  vi.unstubAllGlobals()
})

const BEGUN = `<section><ul><li><upload-begun data-address="/uploads/5/">
  <button hidden>Discard</button></upload-begun></li></ul></section>`

test("an unfinished upload can be discarded, and takes its empty list along", async () => {
  const asked = vi.fn(async (_address: string, _how: RequestInit) => ({ ok: true }))
  vi.stubGlobal("fetch", asked)
  put(BEGUN)
  document.querySelector("button")?.click()
  await vi.waitFor(() => expect(document.querySelector("section")).toBeNull())
  expect(asked.mock.calls[0]?.[0]).toBe("/uploads/5/")
  expect(asked.mock.calls[0]?.[1].method).toBe("DELETE")
})

test("an upload that could not be discarded stays in the list", async () => {
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError()))
  put(BEGUN)
  document.querySelector("button")?.click()
  await vi.waitFor(() => {
    expect(document.querySelector("section")?.textContent).toContain("Try again")
  })
})
