/** Learning curves: one line a trial, in the colour of the trial that it goes on from. */

import type { LiveState, TrialRow } from "../events.gen"
import { n, number, t } from "../i18n"
import { isShare, metricTitle, metricValue, stepsOf, stepWord } from "../words"
import { type Figure, label, rowsOf, stroke, type Table, valueAxis } from "./figure"

export interface CurveOptions {
  metric: string
  logarithmic: boolean
  trial?: number
}

const FEW_CURVES = 28 // as many as there are colours and dashes; each more costs as much again to draw
const MANY_POINTS = 1000
const FEW_STEPS = 12 // up to here every epoch has its tick, as no half one exists

interface Curve {
  row: TrialRow
  steps: number[]
  values: (number | null)[]
}

/** The learning curves of a state, or those of one trial and of the trials that it goes on from. */
export function learningCurves(state: LiveState, options: CurveOptions): Figure {
  const curves = wanted(state, options.trial)
    .map((row) => curveOf(state, row, options.metric))
    .filter(({ values }) => values.some((value) => value !== null))
  return {
    traces:
      curves.length > FEW_CURVES
        ? joined(state, curves, options)
        : curves.map((curve) => trace(state, curve, options)),
    layout: layout(options, unitOf(curves), Math.max(...curves.flatMap(({ steps }) => steps))),
    sentence: options.trial
      ? standing(curves, options.metric)
      : lead(state, curves, options.metric),
    table: () => table(curves, options.metric),
  }
}

/** The metrics that some trial has reported. */
export function curveMetrics(state: LiveState): string[] {
  const names = new Set(rowsOf(state).flatMap((row) => Object.keys(row.curves)))
  return [...names].sort()
}

function wanted(state: LiveState, trial: number | undefined): TrialRow[] {
  if (trial === undefined) return rowsOf(state)
  const row = state.trials[trial]
  return row ? ancestry(state, row) : []
}

/** The trial's line of descent, itself last, as far as the window holds it. */
function ancestry(state: LiveState, row: TrialRow): TrialRow[] {
  const line = [row]
  for (let at = row; at.parent !== null && at.parent < at.number; ) {
    const parent = state.trials[at.parent]
    if (!parent) break
    line.unshift(parent)
    at = parent
  }
  return line
}

/** A trial's points; one that goes on from another starts where that one stopped. */
function curveOf(state: LiveState, row: TrialRow, metric: string): Curve {
  const steps = [...row.steps]
  const values = [...(row.curves[metric] ?? [])]
  const parent = row.parent === null ? undefined : state.trials[row.parent]
  const last = parent?.steps.at(-1)
  const reached = parent?.curves[metric]?.at(-1)
  if (last !== undefined && reached !== undefined && steps[0] !== undefined && last < steps[0]) {
    steps.unshift(last)
    values.unshift(reached)
  }
  return { row, steps, values }
}

function trace(state: LiveState, curve: Curve, options: CurveOptions): object {
  const { row, steps, values } = curve
  const isBest = row.number === state.best
  return {
    type: "scatter",
    mode: modeOf(steps.length),
    name: t("Trial %(number)s", { number: row.number }),
    x: steps,
    y: values,
    text: values.map((value) => (value === null ? "" : label(metricValue(options.metric, value)))),
    hovertemplate: `%{fullData.name} · ${hoveredStep(stepsOf(row))} · %{text}<extra></extra>`,
    line: { ...strokeOf(state, row), width: isBest ? 3.5 : 1.5 },
    marker: { color: strokeOf(state, row).color, size: rungMarks(row, steps, isBest) },
    opacity: options.trial !== undefined || isProminent(state, row) ? 1 : 0.5,
    connectgaps: false,
  }
}

/**
 * Many curves: those that stand out as lines of their own, the others as one line a stroke that is
 * interrupted between trials, and a point where each of them ends.
 */
function joined(state: LiveState, curves: readonly Curve[], options: CurveOptions): object[] {
  const [prominent, others] = [true, false].map((wanted) =>
    curves.filter(({ row }) => isProminent(state, row) === wanted),
  ) as [Curve[], Curve[]]
  const groups = new Map<string, Curve[]>()
  for (const curve of others) {
    const key = JSON.stringify(strokeOf(state, curve.row))
    groups.set(key, [...(groups.get(key) ?? []), curve])
  }
  return [
    ...[...groups.values()].map((group) => interrupted(state, group, options)),
    ends(state, others, options),
    ...prominent.map((curve) => trace(state, curve, options)),
  ]
}

function interrupted(state: LiveState, group: readonly Curve[], options: CurveOptions): object {
  const first = group[0] as Curve
  return {
    ...faint(options, group),
    mode: "lines",
    x: group.flatMap(({ steps }) => [...steps, null]),
    y: group.flatMap(({ values }) => [...values, null]),
    customdata: group.flatMap(({ row, steps }) => Array(steps.length + 1).fill(row.number)),
    line: { ...strokeOf(state, first.row), width: 1.5, simplify: false },
  }
}

function ends(state: LiveState, curves: readonly Curve[], options: CurveOptions): object {
  return {
    ...faint(options, curves),
    mode: "markers",
    x: curves.map(({ steps }) => steps.at(-1)),
    y: curves.map(({ values }) => values.at(-1)),
    customdata: curves.map(({ row }) => row.number),
    marker: { color: curves.map(({ row }) => strokeOf(state, row).color), size: 5 },
  }
}

function faint({ metric }: CurveOptions, curves: readonly Curve[]): object {
  const name = t("Trial %(number)s", { number: "%{customdata}" })
  const value = isShare(metric) ? "%{y:.3~p}" : "%{y:.3~g}"
  return {
    type: "scatter",
    opacity: 0.5,
    connectgaps: false,
    hovertemplate: `${label(name)} · ${hoveredStep(unitOf(curves))} · ${value}<extra></extra>`,
  }
}

function hoveredStep(unit: string | null): string {
  return label(stepWord(unit, "%{x}"))
}

/** What the steps of the curves are: "epochs" or "folds", null where they differ or nobody counts. */
function unitOf(curves: readonly Curve[]): string | null {
  const units = new Set(curves.map(({ row }) => stepsOf(row)))
  return units.size === 1 ? ([...units][0] ?? null) : null
}

/** The stroke of the trial that this one goes back to. */
function strokeOf(state: LiveState, row: TrialRow): { color: string; dash: string } {
  return stroke((ancestry(state, row)[0] ?? row).number - 1)
}

/** A point marks where a curve ends, but a line of so many points is drawn without any. */
function modeOf(points: number): string {
  if (points > MANY_POINTS) return "lines"
  return points > 1 ? "lines+markers" : "markers"
}

/** What runs, the incumbent, and what it goes on from stand out. */
function isProminent(state: LiveState, row: TrialRow): boolean {
  const best = state.best === null ? undefined : state.trials[state.best]
  return row.state === "running" || (best !== undefined && ancestry(state, best).includes(row))
}

/** Marker sizes: nothing along the way, a point where the trial's rung or training ended. */
function rungMarks(row: TrialRow, steps: readonly number[], isBest: boolean): number[] {
  const end = isBest ? 9 : 5
  return steps.map((_, index) => {
    if (index < steps.length - 1) return steps.length === 1 ? end : 0
    return row.state === "running" ? end + 2 : end
  })
}

function layout(
  { metric, logarithmic }: CurveOptions,
  unit: string | null,
  end: number,
): Record<string, unknown> {
  return {
    xaxis: {
      title: { text: label(metricTitle(unit ?? "steps")) },
      type: logarithmic ? "log" : "linear",
      uirevision: logarithmic ? "log" : "linear",
      ...(!logarithmic && end <= FEW_STEPS && { dtick: 1 }),
    },
    yaxis: {
      title: { text: label(metricTitle(metric)) },
      ...valueAxis(metric),
      uirevision: metric,
    },
    showlegend: false,
    hovermode: "closest",
  }
}

/** Where a trial's own curve, the last of its line, stands. */
function standing(curves: readonly Curve[], metric: string): string {
  const curve = curves.at(-1)
  const value = curve ? lastValue(curve) : null
  if (!curve || value === null) return ""
  return t("Trial %(number)s stands at %(value)s after %(step)s.", {
    number: curve.row.number,
    value: metricValue(metric, value),
    step: lastStep(curve),
  })
}

function lastStep({ row, steps }: Curve): string {
  return stepWord(stepsOf(row), number(steps.at(-1) ?? 0))
}

function lastValue({ values }: Curve): number | null {
  return values.findLast((value) => value !== null) ?? null
}

function lead(state: LiveState, curves: readonly Curve[], metric: string): string {
  const best = curves.find(({ row }) => row.number === state.best)
  const value = best ? lastValue(best) : null
  if (!best || value === null) {
    return n(
      "%(count)s trial has reported. None has completed yet.",
      "%(count)s trials have reported. None has completed yet.",
      curves.length,
    )
  }
  return t("Curves: %(count)s. Trial %(number)s leads; it stands at %(value)s after %(step)s.", {
    count: curves.length,
    number: best.row.number,
    value: metricValue(metric, value),
    step: lastStep(best),
  })
}

function table(curves: readonly Curve[], metric: string): Table {
  return {
    head: [t("Trial"), metricTitle(unitOf(curves) ?? "steps"), metricTitle(metric)],
    rows: curves.flatMap(({ row, steps, values }) =>
      steps.map((step, index) => {
        const value = values[index] ?? null
        const text = value === null ? t("not a number") : metricValue(metric, value)
        return [number(row.number), number(step), text]
      }),
    ),
  }
}
