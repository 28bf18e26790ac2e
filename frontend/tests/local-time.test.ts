import { expect, test } from "vitest"
import { LocalTime, told } from "../src/elements/local-time"
import { put } from "./page"

customElements.define("local-time", LocalTime)

const NOON = new Date(2026, 10, 24, 12, 0)

test("a moment of today is told by the clock alone", () => {
  const evening = new Date(2026, 10, 24, 18, 5)
  expect(told(evening, NOON)).toMatch(/05/)
  expect(told(evening, NOON)).not.toMatch(/2026/)
})

test("a moment of another day is told with its date", () => {
  expect(told(new Date(2026, 10, 25, 0, 5), NOON)).toMatch(/25.*2026/)
})

test("what the server wrote stays where its moment cannot be read", () => {
  put(`<local-time datetime="soon">3 p.m.</local-time>`)
  expect(document.querySelector("local-time")?.textContent).toBe("3 p.m.")
})

test("what the server wrote gives way to the reader's own time", () => {
  put(`<local-time datetime="2026-01-01T10:00:00+00:00">server's</local-time>`)
  expect(document.querySelector("local-time")?.textContent).toMatch(/2026/)
})
