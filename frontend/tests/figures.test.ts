import { describe, expect, test } from "vitest"
import type { LiveState } from "../src/events.gen"
import { bestSoFar } from "../src/figures/best"
import { curveMetrics, learningCurves } from "../src/figures/curves"
import { label, stroke } from "../src/figures/figure"
import { statusOf } from "../src/figures/status"
import { arrange, columnsOf, differing } from "../src/figures/trials"
import { empty, fold } from "../src/state"
import { aRun, completed, created, EVENTS, GOAL, moved, reported } from "./run"

interface Trace {
  x: number[]
  y: (number | null)[]
  type: string
  mode: string
  opacity: number
  line: { color: string; dash: string; width: number }
}

const UNSORTED = { sort: "number", descending: false, state: "", search: "" }
const CURVES = { metric: "val_accuracy", logarithmic: false }
const curves = (options = {}, state = aRun()) => learningCurves(state, { ...CURVES, ...options })
const traces = (figure: { traces: object[] }) => figure.traces as Trace[]

describe("learning curves", () => {
  test("draw one line a trial", () => {
    expect(curves().traces).toHaveLength(3)
  })

  test("let a promoted trial start where its parent stopped, in its parent's colour", () => {
    const [, parent, child] = traces(curves())
    expect([child?.x, child?.y]).toEqual([
      [2, 3, 4],
      [0.72, 0.8, null],
    ])
    expect(child?.line.color).toBe(parent?.line.color)
  })

  test("emphasise the incumbent", () => {
    const [other, best] = traces(curves())
    expect(best?.line.width).toBeGreaterThan(other?.line.width ?? 0)
    expect(other?.opacity).toBeLessThan(1)
  })

  test("of one trial show it and what it goes on from", () => {
    expect(curves({ trial: 3 }).traces).toHaveLength(2)
    expect(curves({ trial: 99 }).traces).toHaveLength(0)
  })

  test("of many trials join those that do not stand out, a line a stroke", () => {
    const many = Array.from({ length: 100 }, (_, index) => index + 4)
    const state = aRun(
      many.flatMap((number) => [created(number), reported(number, [1, 2], [0.1, 0.2])]),
    )
    const drawn = traces(curves({}, state))
    expect(drawn.length).toBeLessThan(35)
    const points = drawn.flatMap(({ x, mode }) => (mode === "markers" ? [] : x.filter(Number)))
    expect(points).toHaveLength(100 * 2 + 7)
    expect(drawn.find(({ mode }) => mode === "markers")?.x).toHaveLength(101)
  })

  test("say in words who leads", () => {
    expect(curves().sentence).toContain("Trial 2 leads")
    expect(curves({ trial: 3 }).sentence).toBe("Trial 3 stands at 80.0\u00a0% after epoch 4.")
  })

  test("have a row in the table for every point", () => {
    expect(curves().table().rows).toHaveLength(7)
    expect(curves().table().rows.at(-1)).toEqual(["3", "4", "not a number"])
  })

  test("of a trial's own page have all points, and no marks where these are very many", () => {
    const many = [...Array(1200).keys()]
    const long = aRun()
    for (const row of Object.values(long.trials)) row.pinned = true
    const [drawn] = traces(curves({ trial: 1 }, fold([reported(1, many, many)], long)))
    expect([drawn?.mode, drawn?.x.length]).toEqual(["lines", 1200])
    expect(traces(curves({ trial: 1 }))[0]?.mode).toBe("lines+markers")
  })

  test("keep the zoom while the axes stay what they are", () => {
    expect(curves().layout).toEqual(curves({}, aRun([reported(3, [5], [0.9])])).layout)
    const axis = (logarithmic: boolean) => curves({ logarithmic }).layout.xaxis
    expect(axis(true)).not.toEqual(axis(false))
  })

  test("offer the metrics that were reported", () => {
    expect(curveMetrics(aRun())).toEqual(["val_accuracy"])
  })
})

describe("best so far", () => {
  test("steps from incumbent to incumbent and on to the last trial", () => {
    const [points, line] = traces(bestSoFar(aRun(), GOAL))
    expect([points?.x, points?.y]).toEqual([
      [1, 2],
      [0.61, 0.72],
    ])
    expect([line?.x, line?.y]).toEqual([
      [1, 2, 2],
      [0.61, 0.72, 0.72],
    ])
  })

  test("never steps back where an older trial took the lead later", () => {
    const late = fold([created(1), created(2), completed(2, 0.5), completed(1, 0.9)])
    expect(traces(bestSoFar(late, GOAL))[1]?.x).toEqual([2, 2, 2])
  })

  test("leaves the confirmation out, whose data is not the search's", () => {
    const state = aRun([created(4, { stage: "confirm" }), completed(4, 0.99)])
    expect(traces(bestSoFar(state, GOAL))[0]?.x).toEqual([1, 2])
  })

  test("says who leads, and is empty before that", () => {
    expect(bestSoFar(aRun(), GOAL).sentence).toBe(
      "Trial 2 leads with 72.0\u00a0% after 2 epochs. The lead changed once.",
    )
    expect(bestSoFar(empty(), GOAL).traces).toEqual([])
  })
})

describe("trials on a part of the training data", () => {
  const onPart = (number: number, share: number, config: Record<string, unknown>, loss: number) => [
    created(number, { config, fidelity: { train_fraction: share } }),
    reported(number, [1], [loss]),
    completed(number, loss),
  ]
  const networks = { epochs: 1, lr: 0.1 }
  const state = fold([...onPart(1, 1 / 3, networks, 0.9), ...onPart(2, 1, networks, 0.7)])
  const forests = fold([...onPart(1, 1 / 3, { trees: 9 }, 0.9)])

  test("are led by the best of those that saw most", () => {
    expect(state.best).toBe(2)
    expect(bestSoFar(state, GOAL).sentence).toContain(
      "Trial 2 leads with 70.0\u00a0% after 1 epoch on all data.",
    )
  })

  test("say how much they saw, and no epochs where the model has none", () => {
    const told = (shown: LiveState) =>
      bestSoFar(shown, GOAL)
        .table()
        .rows.map((row) => row[2])
    expect(told(state)[0]).toBe("1 epoch on 33.3\u00a0% of the data")
    expect(told(forests)[0]).toBe("on 33.3\u00a0% of the data")
    expect(bestSoFar(forests, GOAL).sentence).toBe(
      "Trial 1 leads with 90.0\u00a0%, trained on 33.3\u00a0% of the data.",
    )
  })

  test("count folds where each is trained so often, but not the confirming one", () => {
    const config = { folds: 5, epochs: 30 }
    const folded = fold([
      created(1, { config, fidelity: {} }),
      reported(1, [1, 2, 3, 4, 5], [0.5, 0.6, 0.6, 0.6, 0.6]),
      completed(1, 0.6),
      created(2, { config, fidelity: {}, stage: "confirm" }),
      reported(2, [30], [0.7]),
      created(3, { config, fidelity: { folds: 1, fold: 4 } }),
      reported(3, [1], [0.6]),
    ])
    const column = columnsOf(folded, GOAL).find(({ key }) => key === "fidelity")
    expect(arrange(folded, [], UNSORTED).map((row) => column?.text(row))).toEqual([
      "5 folds",
      "30 epochs",
      "fold 4",
    ])
    expect(curves({ trial: 1 }, folded).sentence).toContain("after fold 5.")
    expect(curves({ trial: 1 }, folded).layout.xaxis).toMatchObject({ title: { text: "Folds" } })
    expect(curves({}, folded).layout.xaxis).toMatchObject({ title: { text: "Steps" } })
  })

  test("are sorted by how much they saw", () => {
    const by = { ...UNSORTED, sort: "fidelity", descending: true }
    const sorted = arrange(state, columnsOf(state, GOAL), by)
    expect(sorted.map(({ number }) => number)).toEqual([2, 1])
  })

  test("have curves of their own, also when they were promoted", () => {
    const drawn = traces(curves({}, state))
    expect(drawn.map(({ x }) => x)).toEqual([[1], [1]])
  })
})

describe("the status", () => {
  const sentence = (state = aRun()) => statusOf(state, GOAL).sentence

  test("counts the trials that have begun and names the best", () => {
    expect(sentence()).toBe("Trial 3 of about 6. Best 72.0\u00a0% with 51,000 parameters.")
    expect(statusOf(aRun(), GOAL).share).toBeCloseTo(2 / 6)
  })

  test("says what is waited for before the first trial", () => {
    expect(sentence(fold(EVENTS.slice(0, 2)))).toContain("Waiting for a free device")
  })

  test("says how the run ended, and why", () => {
    const ended = (state: string, reason = "") =>
      statusOf(
        aRun([{ type: "run", state, total: null, reason }]),
        GOAL,
        () => "No trial completed.",
      )
    expect(ended("completed").sentence).toContain("Finished after 2 trials.")
    expect(ended("completed").share).toBe(1)
    expect(ended("failed", "no_trial_completed").sentence).toContain("No trial completed.")
    expect(ended("paused").sentence).toContain("Paused. Trial 3 of about 6.")
  })

  test("knows no share where nobody knows how many trials there will be", () => {
    expect(statusOf({ ...aRun(), total: null }, GOAL).share).toBeNull()
  })
})

describe("the table of trials", () => {
  const by = { sort: "number", descending: false, state: "", search: "" }
  const columns = columnsOf(aRun(), GOAL)
  const numbers = (change: Partial<typeof by>) =>
    arrange(aRun(), columns, { ...by, ...change }).map((row) => row.number)
  const cell = (key: string, number: number) => {
    const row = aRun().trials[number]
    return row && columns.find((column) => column.key === key)?.text(row)
  }

  test("has a column for each hyper-parameter that differs, and for no other", () => {
    expect(differing(Object.values(aRun().trials))).toEqual(["lr", "optimiser"])
    expect(columns.map(({ key }) => key)).toContain("config.lr")
    expect(columns.map(({ key }) => key)).not.toContain("config.width")
  })

  test("shows where a running trial stands until it has a value", () => {
    expect([cell("metric.val_accuracy", 1), cell("metric.val_accuracy", 3)]).toEqual([
      "61.0\u00a0%",
      "80.0\u00a0%",
    ])
  })

  test("writes numbers short and reasons in words", () => {
    expect([cell("config.lr", 2), cell("metric.params", 1)]).toEqual(["0.0123", "0.412 M"])
    expect(cell("why", 3)).toBe("Trial 2 was number 1 of 2")
  })

  test("sorts by any column, trials without a value last in both directions", () => {
    expect(numbers({ sort: "metric.val_accuracy" })).toEqual([1, 2, 3])
    expect(numbers({ sort: "metric.params" })).toEqual([2, 1, 3])
    expect(numbers({ sort: "metric.params", descending: true })).toEqual([1, 2, 3])
  })

  test("is filtered by state and by what is written in it", () => {
    expect(numbers({ state: "running" })).toEqual([3])
    expect(numbers({ search: "ADAM" })).toEqual([2, 3])
    expect(numbers({ search: "adam", state: "complete" })).toEqual([2])
  })

  test("says why a trial failed", () => {
    const state = aRun([moved(3, "running", "failed", { reason: "diverged" })])
    expect(arrange(state, columns, { ...by, search: "grew without end" })).toHaveLength(1)
  })
})

test("series have Okabe and Ito's colours in fixed order, then the next dash", () => {
  expect(stroke(7).color).toBe(stroke(0).color)
  expect(stroke(7).dash).not.toBe(stroke(0).dash)
})

test("labels for Plotly carry no markup", () => {
  expect(label("<b>a & b</b>")).toBe("&lt;b&gt;a &amp; b&lt;/b&gt;")
})
