/** The Pareto front of two metrics, and the hypervolume that it has come to hold. */

import { n, number, t } from "../i18n"
import { isShare, metricTitle, metricValue } from "../words"
import { ABOVE, type Figure, label, OKABE_ITO } from "./figure"

export interface ParetoPoint {
  number: number
  x: number
  y: number
  feasible: boolean
  front: boolean
}

/** What the server says: the front, some of the other points, and how the hypervolume grew. */
export interface Pareto {
  x: string
  y: string
  total: number
  points: ParetoPoint[]
  reference: [number, number] | null
  hypervolume: [ended: number, volume: number][]
}

/** Metrics of which more is better; of all others less is. */
const MAXIMISED = new Set(["val_accuracy", "val_balanced_accuracy", "val_r2", "netscore"])
const COUNTED = new Set(["params", "macs", "size_bytes"])

/** The points on the front, from left to right. */
export function frontOf({ points }: Pareto): ParetoPoint[] {
  return points.filter(({ front }) => front).sort((a, b) => a.x - b.x || a.y - b.y)
}

export function paretoFigure(pareto: Pareto): Figure {
  const front = frontOf(pareto)
  const beside = pareto.points.filter((point) => point.feasible && !point.front)
  const infeasible = pareto.points.filter((point) => !point.feasible)
  return {
    traces:
      pareto.points.length === 0
        ? []
        : [
            marks(pareto, beside, t("Dominated"), { color: "#8a96a6", opacity: 0.45, size: 7 }),
            marks(pareto, infeasible, t("Beyond a limit"), {
              color: OKABE_ITO[5],
              opacity: 0.7,
              size: 8,
              symbol: "x",
            }),
            { ...marks(pareto, front, t("Front"), FRONT), ...line(pareto) },
          ],
    layout: {
      xaxis: axis(pareto.x),
      yaxis: axis(pareto.y),
      showlegend: true,
      legend: ABOVE,
      hovermode: "closest",
    },
    sentence: sentence(pareto, front),
    table: () => ({
      head: [t("Trial"), metricTitle(pareto.x), metricTitle(pareto.y), t("On the front")],
      rows: pareto.points.map((point) => [
        number(point.number),
        metricValue(pareto.x, point.x),
        metricValue(pareto.y, point.y),
        point.feasible ? (point.front ? t("yes") : t("no")) : t("beyond a limit"),
      ]),
    }),
  }
}

const FRONT = { color: OKABE_ITO[0], size: 9 }

/** Steps of the front: up or down first, so that the line encloses what is dominated. */
function line({ x }: Pareto): object {
  const shape = MAXIMISED.has(x) ? "vh" : "hv"
  return { mode: "lines+markers", line: { shape, color: OKABE_ITO[0], width: 2 } }
}

function marks(
  { x, y }: Pareto,
  points: readonly ParetoPoint[],
  name: string,
  marker: object,
): Record<string, unknown> {
  return {
    type: "scatter",
    mode: "markers",
    name: label(name),
    x: points.map((point) => point.x),
    y: points.map((point) => point.y),
    customdata: points.map((point) => point.number),
    text: points.map((point) => label(`${metricValue(x, point.x)} · ${metricValue(y, point.y)}`)),
    hovertemplate: `${label(t("Trial"))} %{customdata} · %{text}<extra></extra>`,
    marker,
  }
}

function axis(metric: string): object {
  const title = { text: label(metricTitle(metric)) }
  if (COUNTED.has(metric)) return { title, type: "log", uirevision: metric }
  return { title, tickformat: isShare(metric) ? ".3~p" : ".3~g", uirevision: metric }
}

function sentence({ x, y, total, points }: Pareto, front: readonly ParetoPoint[]): string {
  if (points.length === 0) return t("No trial has both figures yet.")
  const trials = n("%(count)s trial", "%(count)s trials", total)
  const values = { front: front.length, trials, x: metricTitle(x), y: metricTitle(y) }
  if (front.length === 0) return t("None of %(trials)s keeps the limits.", values)
  const best = bestOf(y, front)
  return t(
    "%(front)s of %(trials)s are on the front: nothing is better in both %(x)s and %(y)s. " +
      "Best %(y)s: trial %(number)s with %(value)s.",
    { ...values, number: best?.number ?? "", value: best ? metricValue(y, best.y) : "" },
  )
}

function bestOf(y: string, front: readonly ParetoPoint[]): ParetoPoint | undefined {
  const sign = MAXIMISED.has(y) ? -1 : 1
  return [...front].sort((a, b) => sign * (a.y - b.y))[0]
}

/** How much the front dominates, trial by trial, up to the worst that was seen of each metric. */
export function hypervolumeFigure({ x, y, hypervolume, reference }: Pareto): Figure {
  const last = hypervolume.at(-1)
  const values = {
    x: metricTitle(x),
    y: metricTitle(y),
    worstX: reference ? metricValue(x, reference[0]) : "",
    worstY: reference ? metricValue(y, reference[1]) : "",
    share: last ? number(last[1]) : "",
  }
  return {
    traces:
      hypervolume.length < 2
        ? []
        : [
            {
              type: "scatter",
              mode: "lines",
              name: label(t("Hypervolume")),
              x: hypervolume.map(([ended]) => ended),
              y: hypervolume.map(([, volume]) => volume),
              line: { shape: "hv", color: OKABE_ITO[2], width: 2 },
              hovertemplate: "%{x} · %{y:.3~g}<extra></extra>",
            },
          ],
    layout: {
      xaxis: { title: { text: label(t("Trials that have ended")) }, tickformat: "d" },
      yaxis: { title: { text: label(t("Hypervolume")) }, tickformat: ".3~g", rangemode: "tozero" },
      showlegend: false,
      height: 220,
    },
    sentence: t(
      "The front now dominates %(share)s, measured to the worst that was seen: %(worstX)s (%(x)s) " +
        "and %(worstY)s (%(y)s).",
      values,
    ),
    table: () => ({
      head: [t("Trials that have ended"), t("Hypervolume")],
      rows: hypervolume.map(([ended, volume]) => [number(ended), number(volume)]),
    }),
  }
}
