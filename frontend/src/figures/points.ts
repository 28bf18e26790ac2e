/**
 * Trials as points of two hyper-parameters or objectives: what a grid and random search have tried, how
 * a swarm moves, what a generation is drawn from, and fronts.
 */

import { number, t } from "../i18n"
import { metricTitle, metricValue } from "../words"
import { ABOVE, type Figure, fromLoss, type Goal, label, OWN } from "./figure"
import type { Axis, Points } from "./insight"
import { marksOf } from "./point-marks"
import { pointsSentence } from "./points-sentence"
import { axisTitle, axisValue, EDGE_AT, groupTitle, type View, viewOf } from "./view"

const HEIGHT = 480 // pixels
const MARGIN = 0.05 // of the length of an axis, beyond its ends
const UPPER = [0.36, 1] as const // parts of the height, where the widths stand below

/** The points across the axis `across` and up the axis `up`. */
export function pointsFigure(told: Points, across: string, up: string, goal: Goal): Figure {
  const view = viewOf(told, across, up, goal)
  if (!view) return { ...EMPTY, waiting: t("There is nothing to draw: nothing is searched.") }
  return {
    traces: told.points.length === 0 ? [] : [...marksOf(view), ...widths(view)],
    layout: layout(view),
    sentence: pointsSentence(view),
    own: own(view),
    table: () => table(view),
  }
}

const EMPTY = { traces: [], layout: {}, sentence: "", table: () => ({ head: [], rows: [] }) }

/** Names and values of hyper-parameters; objectives are called by words of ours. */
function own({ x, y }: View): string {
  return [x.is_objective ? "" : OWN.x, y.is_objective ? "" : OWN.y].filter(Boolean).join(", ")
}

/** How wide each generation was drawn, below the points. */
function widths({ told }: View): object[] {
  if (told.widths.length === 0) return []
  return [
    {
      type: "scatter",
      mode: "lines+markers",
      name: label(t("Width")),
      showlegend: false,
      xaxis: "x2",
      yaxis: "y2",
      x: told.widths.map((_, index) => index + 1),
      y: told.widths,
      line: { color: "#8a96a6", width: 2 },
      marker: { size: 5 },
      hovertemplate: `${label(t("Generation"))} %{x} · %{y:.3~g}<extra></extra>`,
    },
  ]
}

function layout(view: View): Record<string, unknown> {
  const { told, x, y } = view
  const hasEdge = x.levels !== null
  const isSplit = told.widths.length > 0
  const shared = { zeroline: false, uirevision: `${x.name} ${y.name}` }
  return {
    xaxis: { ...axis(x, hasEdge), ...shared, anchor: "y" },
    yaxis: { ...axis(y, hasEdge), ...shared, ...(isSplit ? { domain: UPPER } : {}) },
    ...(isSplit ? below(told.widths.length) : {}),
    showlegend: true,
    legend: { ...ABOVE, traceorder: "normal" },
    hovermode: "closest",
    height: isSplit ? HEIGHT + 80 : HEIGHT,
  }
}

function below(generations: number): Record<string, unknown> {
  return {
    xaxis2: {
      anchor: "y2",
      title: { text: label(t("Generation")) },
      tickformat: "d",
      range: [0.5, Math.max(generations, 4) + 0.5],
      showgrid: false,
      zeroline: false,
    },
    yaxis2: {
      anchor: "x2",
      domain: [0, 0.16],
      title: { text: label(t("Width")) },
      rangemode: "tozero",
      nticks: 3,
      showgrid: false,
      zeroline: false,
      automargin: true,
    },
  }
}

/** Values stand at their places, which are even on the scale that is searched. */
function axis(told: Axis, hasEdge: boolean): object {
  return {
    title: { text: label(axisTitle(told)) },
    range: [-MARGIN, hasEdge ? 2 * EDGE_AT - 1 : 1 + MARGIN],
    tickvals: told.ticks.map(([place]) => place),
    ticktext: told.ticks.map(([, value]) => label(axisValue(told, value))),
  }
}

function table(view: View) {
  const { told, goal, x, y, xAt, yAt, spots } = view
  const group = groupTitle(told)
  return {
    head: [
      t("Trial"),
      ...(group ? [group] : []),
      axisTitle(x),
      axisTitle(y),
      metricTitle(goal.objective),
    ],
    rows: spots.map((spot) => [
      number(spot.number),
      ...(group ? [spot.group === null ? "" : number(spot.group + 1)] : []),
      axisValue(x, spot.values[xAt]),
      axisValue(y, spot.values[yAt]),
      spot.loss === null ? "" : metricValue(goal.objective, fromLoss(spot.loss, goal)),
    ]),
  }
}
