import { describe, expect, test } from "vitest"
import type { Policy } from "../src/figures/insight"
import { policyFigure } from "../src/figures/policy"
import { percent } from "../src/i18n"

const POLICY: Policy = {
  updates: 2,
  latest: 21,
  decisions: [
    { name: "op", choices: ["sep3", "max3"], shares: [0.9, 0.1], taken: 0 },
    { name: "source", choices: [0, 1, 2], shares: [0.3, 0.4, 0.3], taken: 2 },
    { name: "only", choices: [true], shares: [1], taken: 0 },
  ],
  payoffs: [
    { number: 1, reward: 0.2, baseline: null },
    { number: 2, reward: 0.6, baseline: 0.2 },
  ],
}

describe("a policy", () => {
  const figure = policyFigure(POLICY)
  const all = figure.traces as Record<string, unknown>[]

  test("has a tile for each choice, and frames what the latest design took", () => {
    const bars = all.filter(({ type }) => type === "bar")
    expect(bars[0]?.text).toEqual(["sep3", "max3", "0", "1", "2", "yes"])
    expect(bars[1]?.base).toEqual([0, 2 / 3, 0])
  })

  test("says what it is surest of and how rewards have grown", () => {
    expect(figure.sentence).toContain("After 2 updates the policy is surest of op: sep3 with 90")
    expect(figure.sentence).toContain("least sure of source")
    expect(figure.sentence).toContain("paid 0.2 on average at first, and 0.6 lately")
    expect(policyFigure({ ...POLICY, updates: 0 }).sentence).toContain("not learnt anything yet")
  })

  test("draws rewards against what was expected", () => {
    const dots = all.filter(({ type }) => type === "scatter")
    expect(dots.map(({ y }) => y)).toEqual([
      [0.2, 0.6],
      [null, 0.2],
    ])
  })

  test("is empty before the first design", () => {
    expect(policyFigure({ ...POLICY, latest: 0 }).traces).toEqual([])
  })

  test("has its data as a table", () => {
    const { rows } = figure.table()
    expect(rows).toHaveLength(6)
    expect(rows[0]).toEqual(["op", "sep3", percent(0.9), "yes"])
  })
})
