/**
 * Where good trials are dense along one hyper-parameter and where the others are, as TPE and BOHB
 * compare them; the trials themselves stand below as ticks.
 */

import { n, number, t } from "../i18n"
import { configValue, fidelityWords, metricTitle, metricValue } from "../words"
import { ABOVE, type Figure, fromLoss, type Goal, label, OKABE_ITO, OWN } from "./figure"
import type { Densities, Density, Seen } from "./insight"
import { across, type Spacing, scaleOf, spacingOf } from "./scale"

const HEIGHT = 420 // pixels
const CURVES = [0.2, 1] as const // parts of the height
const TICKS = [0, 0.15] as const
const GOOD = OKABE_ITO[2]
const BAD = OKABE_ITO[5]

/** The densities along one hyper-parameter, and the trials that have a value of it. */
interface Cut extends Spacing {
  density: Density
  good: Mark[]
  bad: Mark[]
  goal: Goal
  likeliest: number
}

interface Mark {
  number: number
  value: unknown
  loss: number | null
}

/** The hyper-parameter along which good trials and others differ most. */
export function mostApart(densities: readonly Density[]): string {
  const apart = ({ good, bad }: Density): number => {
    const all = good.reduce((sum, value) => sum + value, 0) || 1
    const others = bad.reduce((sum, value) => sum + value, 0) || 1
    return good.reduce((sum, value, at) => sum + Math.abs(value / all - (bad[at] ?? 0) / others), 0)
  }
  return [...densities].sort((a, b) => apart(b) - apart(a))[0]?.name ?? ""
}

export function densitiesFigure(told: Densities, name: string, goal: Goal): Figure {
  const index = told.densities.findIndex((density) => density.name === name)
  const density = told.densities[index]
  if (!density) return { ...EMPTY, waiting: t("The densities are fitted after the first trials.") }
  const cut: Cut = {
    density,
    ...spacingOf(density.values),
    good: marksOf(told.good, index),
    bad: marksOf(told.bad, index),
    goal,
    likeliest: likeliest(density),
  }
  return {
    traces: [...curves(cut), ...(cut.isLine ? [ticks(cut, "good"), ticks(cut, "bad")] : [])],
    layout: layout(cut),
    sentence: sentence(told, cut),
    own: OWN.x,
    table: () => table(cut),
  }
}

const EMPTY = { traces: [], layout: {}, sentence: "", table: () => ({ head: [], rows: [] }) }

function marksOf(seen: readonly Seen[], index: number): Mark[] {
  return seen.flatMap(({ number, values, loss }) => {
    const value = values[index] ?? null
    return value === null ? [] : [{ number, value, loss }]
  })
}

/** Where a trial is most likelier good than not, by this hyper-parameter alone. */
function likeliest({ good, bad }: Density): number {
  const ratios = good.map((value, at) => value / Math.max(bad[at] ?? 0, 1e-12))
  return ratios.indexOf(Math.max(...ratios))
}

function curves(cut: Cut): object[] {
  const { density, isLine, likeliest } = cut
  const x = density.values.map((value) => across(cut, value))
  const hovertemplate = "%{fullData.name} · %{x} · %{y:.3~g}<extra></extra>"
  const curve = (part: "good" | "bad", name: string, color: string, fill: string): object => ({
    name: label(name),
    x,
    y: density[part],
    hovertemplate,
    ...(isLine
      ? {
          type: "scatter",
          mode: "lines",
          line: { color, width: 2.5, dash: part === "good" ? "solid" : "dash" },
          fill: "tozeroy",
          fillcolor: fill,
        }
      : {
          type: "bar",
          marker: { color, pattern: part === "bad" ? HATCHED : {} },
          text: density.values.map((value) => trialsWith(cut[part], value)),
          textposition: "outside",
          cliponaxis: false,
        }),
  })
  return [
    curve("good", t("Good trials"), GOOD, "rgba(0, 158, 115, 0.2)"),
    curve("bad", t("Other trials"), BAD, "rgba(213, 94, 0, 0.1)"),
    {
      type: "scatter",
      mode: "markers",
      name: label(t("Most promising")),
      x: [x[likeliest]],
      y: [1.1 * Math.max(density.good[likeliest] ?? 0, density.bad[likeliest] ?? 0)],
      cliponaxis: false,
      marker: { symbol: "triangle-down", size: 13, color: OKABE_ITO[0] },
      hovertemplate: "%{fullData.name} · %{x}<extra></extra>",
    },
  ]
}

/** How many of the trials have a value, in words. */
function trialsWith(marks: readonly Mark[], value: unknown): string {
  const count = marks.filter((mark) => mark.value === value).length
  return label(n("%(count)s trial", "%(count)s trials", count))
}

const HATCHED = { shape: "/", size: 6, solidity: 0.3 }

/** A tick a trial, good ones above the others. */
function ticks(cut: Cut, part: "good" | "bad"): object {
  const color = part === "good" ? GOOD : BAD
  const shown = cut[part]
  return {
    type: "scatter",
    mode: "markers",
    yaxis: "y2",
    showlegend: false,
    name: label(part === "good" ? t("Good trials") : t("Other trials")),
    x: shown.map(({ value }) => across(cut, value)),
    y: shown.map(() => (part === "good" ? 1 : 0)),
    customdata: shown.map((mark) => mark.number),
    text: shown.map(({ loss }) => (loss === null ? label(t("No score")) : score(loss, cut.goal))),
    hovertemplate: `${label(t("Trial"))} %{customdata} · %{x} · %{text}<extra></extra>`,
    marker: { symbol: "line-ns-open", size: 11, color, line: { width: 1.5, color } },
  }
}

function score(loss: number, goal: Goal): string {
  return label(metricValue(goal.objective, fromLoss(loss, goal)))
}

function layout(cut: Cut): Record<string, unknown> {
  const { density, isLine } = cut
  return {
    barmode: "group",
    xaxis: {
      ...scaleOf(cut, density.values),
      title: { text: label(density.name) },
      anchor: isLine ? "y2" : "y",
      uirevision: density.name,
    },
    yaxis: {
      title: { text: label(isLine ? t("Density") : t("Share")) },
      domain: isLine ? CURVES : [0, 1],
      rangemode: "tozero",
      tickformat: isLine ? ".3~g" : ".0%",
      uirevision: density.name,
    },
    ...(isLine ? { yaxis2: ticksAxis() } : {}),
    showlegend: true,
    legend: { ...ABOVE, traceorder: "normal" },
    hovermode: "closest",
    height: HEIGHT,
  }
}

/** Where the trials stand below the curves. */
function ticksAxis(): object {
  return {
    domain: TICKS,
    range: [-0.7, 1.7],
    tickvals: [1, 0],
    ticktext: [label(t("good")), label(t("other"))],
    showgrid: false,
    zeroline: false,
    fixedrange: true,
    automargin: true,
  }
}

function sentence(told: Densities, cut: Cut): string {
  const { density, likeliest } = cut
  const given = fidelityWords(told.fidelity)
  const values = {
    name: density.name,
    at: configValue(density.values[likeliest]),
    times: number(
      Number(
        ((density.good[likeliest] ?? 0) / Math.max(density.bad[likeliest] ?? 0, 1e-12)).toPrecision(
          2,
        ),
      ),
    ),
  }
  const compared = n(
    "%(count)s good trial is compared with %(bad)s others.",
    "%(count)s good trials are compared with %(bad)s others.",
    told.good.length,
    { bad: number(told.bad.length) },
  )
  const promising = t(
    "By %(name)s alone, a new one is most promising at %(at)s, where good trials are %(times)s times " +
      "as dense.",
    values,
  )
  if (!given) return `${compared} ${promising}`
  return `${compared} ${promising} ${t("All of them were given the same: %(given)s.", { given })}`
}

function table({ density, good, bad, goal }: Cut) {
  const row = (mark: Mark, kind: string): string[] => [
    number(mark.number),
    kind,
    configValue(mark.value),
    mark.loss === null ? "" : metricValue(goal.objective, fromLoss(mark.loss, goal)),
  ]
  return {
    head: [t("Trial"), t("Is"), density.name, metricTitle(goal.objective)],
    rows: [
      ...good.map((mark) => row(mark, t("good"))),
      ...bad.map((mark) => row(mark, t("other"))),
    ],
  }
}
