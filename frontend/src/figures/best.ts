/** Best so far: every completed trial as a point, the incumbent's path as a step line. */

import { FULL, type LiveState, type TrialRow } from "../events.gen"
import { n, number, t } from "../i18n"
import { resourceOf } from "../state"
import { metricTitle, metricValue, stepsOf, trainedFor } from "../words"
import { type Figure, fromLoss, type Goal, label, OKABE_ITO, rowsOf, valueAxis } from "./figure"

interface Step {
  number: number
  value: number
}

export function bestSoFar(state: LiveState, goal: Goal): Figure {
  const done = rowsOf(state).filter(
    (row) => row.state === "complete" && row.stage !== "confirm" && row.loss !== null,
  )
  const path = incumbents(state, goal)
  return {
    traces: path.length > 0 ? [points(done, goal), line(path, done, goal)] : [],
    layout: layout(goal),
    sentence: sentence(state, path, goal),
    table: () => ({
      head: [t("Trial"), metricTitle(goal.objective), t("Trained for"), t("Led")],
      rows: done.map((row) => [
        number(row.number),
        metricValue(goal.objective, fromLoss(row.loss ?? 0, goal)),
        trainedFor(row),
        path.some((step) => step.number === row.number) ? t("yes") : t("no"),
      ]),
    }),
  }
}

function incumbents(state: LiveState, goal: Goal): Step[] {
  return state.improvements.map(([, number = 0, loss = 0]) => ({
    number,
    value: fromLoss(loss, goal),
  }))
}

function points(done: readonly TrialRow[], goal: Goal): object {
  const values = done.map((row) => fromLoss(row.loss ?? 0, goal))
  return {
    type: "scatter",
    mode: "markers",
    name: label(t("Completed trials")),
    x: done.map((row) => row.number),
    y: values,
    text: done.map((row, index) => {
      const value = metricValue(goal.objective, values[index] ?? 0)
      return label([value, trainedFor(row)].filter(Boolean).join(" · "))
    }),
    hovertemplate: `${label(t("Trial"))} %{x} · %{text}<extra></extra>`,
    marker: { size: 8, opacity: 0.85, line: { width: 1, color: "#8a96a6" }, ...scale(done) },
  }
}

/** One colour, or a logarithmic scale of the resource where trials trained to different lengths. */
function scale(done: readonly TrialRow[]): object {
  const resources = done.map(resourceOf)
  const lengths = [...new Set(resources)]
  if (lengths.length < 2 || lengths.includes(FULL)) return { color: OKABE_ITO[4] }
  const name = Object.keys(done[0]?.fidelity ?? {})[0] ?? ""
  return {
    color: resources.map(Math.log),
    colorscale: "Cividis",
    colorbar: {
      title: { text: label(metricTitle(name)), side: "right" },
      thickness: 8,
      outlinewidth: 0,
      tickvals: lengths.map(Math.log),
      ticktext: lengths.map((length) => label(metricValue(name, length))),
    },
  }
}

/** The step line ends at the last trial, so that one sees for how long nothing better was found. */
function line(path: readonly Step[], done: readonly TrialRow[], goal: Goal): object {
  let furthest = 0
  const steps = path.map(({ number, value }) => {
    furthest = Math.max(furthest, number)
    return { x: furthest, y: value }
  })
  const last = steps.at(-1)
  if (last) steps.push({ x: Math.max(furthest, done.at(-1)?.number ?? 0), y: last.y })
  return {
    type: "scatter",
    mode: "lines",
    name: label(t("Best so far")),
    x: steps.map(({ x }) => x),
    y: steps.map(({ y }) => y),
    text: steps.map(({ y }) => label(metricValue(goal.objective, y))),
    hovertemplate: `%{fullData.name} · %{text}<extra></extra>`,
    line: { shape: "hv", width: 2.5, color: OKABE_ITO[5] },
  }
}

function layout({ objective }: Goal): Record<string, unknown> {
  return {
    xaxis: { title: { text: label(t("Trial")) }, tickformat: "d", uirevision: "keep" },
    yaxis: {
      title: { text: label(metricTitle(objective)) },
      ...valueAxis(objective),
      uirevision: "keep",
    },
    showlegend: false,
    hovermode: "closest",
  }
}

function sentence(state: LiveState, path: readonly Step[], goal: Goal): string {
  const last = path.at(-1)
  if (!last) return t("No trial has completed yet.")
  const leads = leading(last, state.trials[last.number], goal)
  const changes = n("The lead changed once.", "The lead changed %(count)s times.", path.length - 1)
  return path.length > 1 ? `${leads} ${changes}` : leads
}

function leading({ number, value }: Step, row: TrialRow | undefined, goal: Goal): string {
  const length = row ? trainedFor(row) : ""
  const values = { number, length, value: metricValue(goal.objective, value) }
  if (!row || !length) return t("Trial %(number)s leads with %(value)s.", values)
  return stepsOf(row)
    ? t("Trial %(number)s leads with %(value)s after %(length)s.", values)
    : t("Trial %(number)s leads with %(value)s, trained %(length)s.", values)
}
