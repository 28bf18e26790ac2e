/**
 * What a model believes along one hyper-parameter: its mean and a band around it, the trials that it
 * knows, and below them how much a trial would be worth, as in figure 4 of Shahriari et al., 2016.
 */

import { n, number, t } from "../i18n"
import { configValue, metricTitle, metricValue } from "../words"
import {
  type Cut,
  cutOf,
  expectedBest,
  type Place,
  type Point,
  range,
  reach,
  worthMost,
} from "./cut"
import { ABOVE, type Figure, type Goal, label, OKABE_ITO, OWN, valueAxis } from "./figure"
import type { Slices } from "./insight"
import { across, scaleOf } from "./scale"

const HEIGHT = 460 // pixels
const BELIEF = [0.36, 1] as const // parts of the height
const MERIT = [0, 0.28] as const

/** The slice along the hyper-parameter `name`; without slices there is no model yet. */
export function slicesFigure(insight: Slices, name: string, goal: Goal): Figure {
  const index = insight.slices.findIndex((slice) => slice.name === name)
  const slice = insight.slices[index]
  if (!slice) return { ...EMPTY, waiting: t("The model is fitted after the first trials.") }
  const cut = cutOf(insight, slice, index, goal)
  return {
    traces: [...belief(cut), ...trials(cut), ...merit(cut)],
    layout: layout(cut),
    sentence: sentence(cut),
    own: OWN.x,
    table: () => table(cut),
  }
}

const EMPTY = { traces: [], layout: {}, sentence: "", table: () => ({ head: [], rows: [] }) }

function acrossAll(cut: Cut, marks: readonly { value: unknown }[]): unknown[] {
  return marks.map(({ value }) => across(cut, value))
}

/** The mean, and a band of one deviation around it; bars of that length where values are few. */
function belief(cut: Cut): object[] {
  const { places, isLine } = cut
  const mean = {
    type: "scatter",
    name: label(t("Expected")),
    x: acrossAll(cut, places),
    y: places.map((place) => place.mean),
    text: places.map((place) => label(believed(cut, place))),
    hovertemplate: "%{x} · %{text}<extra></extra>",
  }
  if (!hasBand(cut)) {
    const line = { mode: "lines+markers", marker: { size: isLine ? 1 : 9 } }
    return [{ ...mean, ...line, line: { color: OKABE_ITO[0], width: isLine ? 3 : 1 } }]
  }
  if (isLine) {
    return [
      edge(cut, "low", {}),
      edge(cut, "high", { fill: "tonexty", showlegend: true }),
      { ...mean, mode: "lines", line: { color: OKABE_ITO[0], width: 3 } },
    ]
  }
  const bars = {
    type: "data",
    symmetric: false,
    array: places.map((place) => place.high - place.mean),
    arrayminus: places.map((place) => place.mean - place.low),
    color: OKABE_ITO[0],
    thickness: 2,
    width: 10,
  }
  const marker = { symbol: "line-ew-open", size: 26, color: OKABE_ITO[0], line: { width: 3 } }
  return [{ ...mean, mode: "markers", error_y: bars, marker }]
}

/** Whether the model says how sure it is. */
function hasBand({ places }: Cut): boolean {
  return places.some(({ low, high }) => low < high)
}

function edge(cut: Cut, end: "low" | "high", more: object): object {
  return {
    type: "scatter",
    mode: "lines",
    name: label(t("Deviation")),
    x: acrossAll(cut, cut.places),
    y: cut.places.map((place) => place[end]),
    line: { width: 0 },
    fillcolor: "rgba(86, 180, 233, 0.25)",
    hoverinfo: "skip",
    showlegend: false,
    ...more,
  }
}

function trials(cut: Cut): object[] {
  const { points, through, latest } = cut
  const marks = (shown: readonly Point[], name: string, marker: object): object => ({
    type: "scatter",
    mode: "markers",
    name: label(name),
    x: acrossAll(cut, shown),
    y: shown.map(({ score }) => score),
    customdata: shown.map((point) => point.number),
    text: shown.map(({ score }) => label(metricValue(cut.goal.objective, score))),
    hovertemplate: `${label(t("Trial"))} %{customdata} · %{x} · %{text}<extra></extra>`,
    marker,
  })
  const isBest = (point: Point): boolean => point.number === through
  return [
    marks(
      points.filter((point) => !isBest(point)),
      t("Trials"),
      { size: 7, color: "#8a96a6" },
    ),
    marks(points.filter(isBest), t("Best"), { size: 13, symbol: "star", color: OKABE_ITO[5] }),
    marks(latest ? [latest] : [], t("Latest"), {
      size: 16,
      symbol: "circle-open",
      color: OKABE_ITO[3],
      line: { width: 2.5 },
    }),
  ]
}

/** How much a trial would be worth; where it is worth most is said beside it, not in the legend. */
function merit(cut: Cut): object[] {
  const { places, isLine } = cut
  const shared = { yaxis: "y2", showlegend: false, name: label(t("Merit")) }
  const values = { ...shared, x: acrossAll(cut, places), y: places.map((place) => place.merit) }
  const hovertemplate = "%{fullData.name} · %{x} · %{y:.2f}<extra></extra>"
  const area = { fill: "tozeroy", fillcolor: "rgba(0, 158, 115, 0.25)" }
  const line = { color: OKABE_ITO[2], width: 2 }
  const next = worthMost(cut)
  const share = (places.indexOf(next) + 0.5) / places.length
  return [
    isLine
      ? { ...values, type: "scatter", mode: "lines", ...area, line, hovertemplate }
      : { ...values, type: "bar", width: 0.4, marker: { color: OKABE_ITO[2] }, hovertemplate },
    {
      ...shared,
      type: "scatter",
      mode: "markers+text",
      name: label(t("Would try here")),
      x: [across(cut, next.value)],
      y: [next.merit],
      text: [label(t("Would try here"))],
      textposition: share < 1 / 3 ? "top right" : share > 2 / 3 ? "top left" : "top center",
      cliponaxis: false,
      marker: { symbol: "triangle-down", size: 13, color: OKABE_ITO[1] },
      hovertemplate: "%{fullData.name} · %{x}<extra></extra>",
    },
  ]
}

function layout(cut: Cut): Record<string, unknown> {
  const { name, places, goal } = cut
  const values = places.map((place) => place.value)
  return {
    xaxis: {
      ...scaleOf(cut, values),
      title: { text: label(name) },
      anchor: "y2",
      uirevision: name,
    },
    yaxis: {
      title: { text: label(metricTitle(goal.objective)) },
      ...valueAxis(goal.objective),
      range: range(cut),
      domain: BELIEF,
      uirevision: name,
    },
    yaxis2: {
      title: { text: label(t("Merit")) },
      domain: MERIT,
      range: [0, 1.6],
      tickvals: [0, 1],
      showgrid: false,
      zeroline: false,
      fixedrange: true,
      automargin: true,
    },
    showlegend: true,
    legend: { ...ABOVE, traceorder: "normal" },
    hovermode: "closest",
    height: HEIGHT,
  }
}

function believed(cut: Cut, { mean, low, high }: Place): string {
  const [value, from, to] = [mean, low, high].map((each) => metricValue(cut.goal.objective, each))
  if (!hasBand(cut)) return value ?? ""
  return t("%(value)s (%(from)s to %(to)s)", { value, from, to })
}

function sentence(cut: Cut): string {
  const { name, through, points } = cut
  const best = expectedBest(cut)
  const [lowest, highest] = reach(cut)
  const beyond = points.filter(({ score }) => score < lowest || score > highest).length
  const told = t(
    "Only %(name)s changes along the picture; all else is as in trial %(through)s. The model " +
      "expects the best at %(at)s: %(believed)s. A trial would be worth most at %(next)s. The " +
      "points are trials that differ in more, so they may lie elsewhere.",
    {
      name,
      through: number(through),
      at: configValue(best.value),
      believed: believed(cut, best),
      next: configValue(worthMost(cut).value),
    },
  )
  if (beyond === 0) return told
  const others = n(
    "One trial lies beyond the picture.",
    "%(count)s trials lie beyond the picture.",
    beyond,
  )
  return `${told} ${others}`
}

function table(cut: Cut) {
  const { name, places, goal } = cut
  const value = (each: number): string => metricValue(goal.objective, each)
  return {
    head: [name, metricTitle(goal.objective), t("Lower"), t("Upper"), t("Merit")],
    rows: places.map((place) => [
      configValue(place.value),
      value(place.mean),
      value(place.low),
      value(place.high),
      number(Number(place.merit.toFixed(3))),
    ]),
  }
}
