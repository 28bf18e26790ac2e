import { afterEach, expect, test, vi } from "vitest"
import { bytes, n, number, percent, t, wholePercent } from "../src/i18n"

afterEach(() => {
  vi.unstubAllGlobals()
  document.documentElement.lang = ""
})

test("a sentence without a catalogue stays as it is", () => {
  expect(t("No trial yet.")).toBe("No trial yet.")
})

test("a sentence goes through Django's catalogue before its values are filled in", () => {
  vi.stubGlobal("gettext", (message: string) => message.replace("Trial", "Versuch"))
  expect(t("Trial %(number)s of %(total)d", { number: 7, total: 12 })).toBe("Versuch 7 of 12")
})

test("a value is never read as a pattern", () => {
  expect(t("%(a)s and %(b)s", { a: "%(b)s", b: "$&" })).toBe("%(b)s and $&")
})

test("a missing value leaves its place to be seen", () => {
  expect(t("%(a)s of %(b)s", { a: 1 })).toBe("1 of %(b)s")
})

test("counts choose the form of the sentence", () => {
  const trials = (count: number) => n("%(count)s trial", "%(count)s trials", count)
  expect([trials(1), trials(1200)]).toEqual(["1 trial", "1,200 trials"])
})

test("numbers have three significant digits and the thousands of the page's language", () => {
  document.documentElement.lang = "de"
  expect([0.0123456, 1234, 0.00001234].map(number)).toEqual(["0,0123", "1.234", "1,23E-5"])
})

test("shares are hundredths with the unit set apart", () => {
  expect([0.97234, 0.5, 1, 0].map(percent)).toEqual([
    "97.2\u00a0%",
    "50.0\u00a0%",
    "100\u00a0%",
    "0\u00a0%",
  ])
  expect(wholePercent(0.999)).toBe("99\u00a0%")
})

test("bytes have the unit that fits", () => {
  expect([12, 345_678_901].map(bytes)).toEqual(["12 byte", "346 MB"])
})
