import { expect, test } from "vitest"
import { type Bar, importanceFigure, waiting } from "../src/figures/importance"

const bar = (title: string, share: number, clear = true): Bar => ({
  name: title,
  title,
  share,
  counts: 1,
  clear,
})

const told = (...bars: Bar[]) => ({ ended: 40, needed: 20, bars })

test("the most important hyper-parameter stands at the top, and the sentence names it", () => {
  const figure = importanceFigure(
    told(bar("Rate", 0.7), bar("Width", 0.25), bar("Idle", 0.05, false)),
  )
  const [trace] = figure.traces as { y: string[] }[]
  expect(trace?.y).toEqual(["Idle", "Width", "Rate"])
  expect(figure.sentence).toBe(
    "After 40 trials, Rate matters most (70.0\u00a0%), then Width. One other cannot be told from chance.",
  )
})

test("one that stands alone is said to", () => {
  const { sentence } = importanceFigure(told(bar("Rate", 0.9), bar("Idle", 0.1, false)))
  expect(sentence).toBe("After 40 trials, only Rate clearly matters (90.0\u00a0%).")
})

test("where all may be chance it is said, and marked in the table", () => {
  const figure = importanceFigure(told(bar("Idle", 1, false)))
  expect(figure.sentence).toContain("no hyper-parameter matters more than chance")
  expect(figure.table().rows[0]?.at(-1)).toBe("may be chance")
})

test("a title is never read as markup", () => {
  const [trace] = importanceFigure(told(bar("<b>Rate</b>", 1))).traces as { y: string[] }[]
  expect(trace?.y).toEqual(["&lt;b&gt;Rate&lt;/b&gt;"])
})

test("before enough trials have ended it is said how many are missing", () => {
  expect(waiting({ ended: 17, needed: 20, bars: [] })).toBe(
    "3 more trials have to end before this can be told.",
  )
  expect(waiting({ ended: 30, needed: 20, bars: [] })).toContain("Too few trials")
})
