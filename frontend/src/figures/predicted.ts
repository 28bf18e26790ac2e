/** What a model expected of each trial against what came of it: the nearer the line, the better it knew. */

import { n, number, t } from "../i18n"
import { metricTitle, metricValue } from "../words"
import { ABOVE, type Figure, fromLoss, type Goal, label, OKABE_ITO, valueAxis } from "./figure"
import type { Foretold, Predicted } from "./insight"

interface Judged extends Foretold {
  loss: number
}

/** Below it a ranking hardly helps: of 27, the best is among the nine foremost in 58 of 100 cases. */
const LOW = 0.3

export function predictedFigure(told: Predicted, goal: Goal): Figure {
  const judged = told.trials.filter((trial): trial is Judged => trial.loss !== null)
  return {
    traces: judged.length === 0 ? [] : [line(judged, goal), marks(judged, goal)],
    waiting: t("The model predicts after the first trials; then its trials are drawn as they end."),
    layout: {
      xaxis: {
        title: { text: label(t("Expected")) },
        ...valueAxis(goal.objective),
        uirevision: "keep",
      },
      yaxis: {
        title: { text: label(metricTitle(goal.objective)) },
        ...valueAxis(goal.objective),
        uirevision: "keep",
      },
      showlegend: true,
      legend: ABOVE,
      hovermode: "closest",
    },
    sentence: sentence(told, judged, goal),
    table: () => ({
      head: [t("Trial"), t("Expected"), t("Lower"), t("Upper"), metricTitle(goal.objective)],
      rows: told.trials.map((trial) => [
        number(trial.number),
        score(trial.mean, goal),
        ...bounds(trial, goal).map((value) => metricValue(goal.objective, value)),
        trial.loss === null ? t("No score") : score(trial.loss, goal),
      ]),
    }),
  }
}

/** Where all trials would lie if the model knew everything. */
function line(judged: readonly Judged[], goal: Goal): object {
  const values = judged.flatMap(({ mean, loss }) => [fromLoss(mean, goal), fromLoss(loss, goal)])
  const ends = [Math.min(...values), Math.max(...values)]
  return {
    type: "scatter",
    mode: "lines",
    name: label(t("As expected")),
    x: ends,
    y: ends,
    line: { color: "#8a96a6", width: 1.5, dash: "dash" },
    hoverinfo: "skip",
  }
}

function marks(judged: readonly Judged[], goal: Goal): object {
  const means = judged.map(({ mean }) => fromLoss(mean, goal))
  const ends = judged.map((trial) => bounds(trial, goal))
  return {
    type: "scatter",
    mode: "markers",
    name: label(t("Trials")),
    x: means,
    y: judged.map(({ loss }) => fromLoss(loss, goal)),
    error_x: {
      type: "data",
      symmetric: false,
      array: ends.map(([, high], at) => high - (means[at] ?? high)),
      arrayminus: ends.map(([low], at) => (means[at] ?? low) - low),
      color: "rgba(86, 180, 233, 0.5)",
      thickness: 1.5,
      width: 0,
    },
    customdata: judged.map((trial) => trial.number),
    text: judged.map((trial) => label(believed(trial, goal))),
    hovertemplate: `${label(t("Trial"))} %{customdata} · %{text}<extra></extra>`,
    marker: { size: 8, color: OKABE_ITO[0] },
  }
}

/** One deviation below and above what was expected, the lower first. */
function bounds({ low, high }: Foretold, goal: Goal): [number, number] {
  const [a, b] = [fromLoss(low, goal), fromLoss(high, goal)]
  return [Math.min(a, b), Math.max(a, b)]
}

function score(loss: number, goal: Goal): string {
  return metricValue(goal.objective, fromLoss(loss, goal))
}

function believed(trial: Judged, goal: Goal): string {
  return t("%(value)s, where %(expected)s was expected", {
    value: score(trial.loss, goal),
    expected: score(trial.mean, goal),
  })
}

function sentence(told: Predicted, judged: readonly Judged[], goal: Goal): string {
  const within = judged.filter(({ low, high, loss }) => low <= loss && loss <= high).length
  const latest = judged.at(-1)
  if (!latest) return t("Nothing that was predicted has a score yet.")
  const counted = n(
    "One trial was chosen by what the model expected of it.",
    "%(count)s trials were chosen by what the model expected of them.",
    judged.length,
  )
  const ends = t(
    "%(within)s came within a deviation. The latest, trial %(number)s, has %(believed)s.",
    { within: number(within), number: number(latest.number), believed: believed(latest, goal) },
  )
  return [counted, ends, trust(told.correlation)].filter(Boolean).join(" ")
}

/** How far the order of the expectations was that of the scores. */
function trust(correlation: number | null): string {
  if (correlation === null) return ""
  const value = number(Number(correlation.toFixed(2)))
  return correlation < LOW
    ? t(
        "The two orders agree little (rank correlation %(value)s): all were among the best expected, and these it can hardly tell apart.",
        { value },
      )
    : t("The two orders agree (rank correlation %(value)s).", { value })
}
