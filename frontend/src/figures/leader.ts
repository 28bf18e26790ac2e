/** A Stackelberg game: where the hyper-parameter was led, and the validation loss meanwhile. */

import { number, t } from "../i18n"
import { configValue, metricTitle, metricValue } from "../words"
import { ABOVE, type Figure, fromLoss, type Goal, label, OKABE_ITO, OWN } from "./figure"
import type { Leader, Seen } from "./insight"
import { logarithmic } from "./scale"

const HEIGHT = 420 // pixels
const LED = [0.5, 1] as const // parts of the height
const LOSS = [0, 0.4] as const

export function leaderFigure(told: Leader, goal: Goal): Figure {
  const { leads } = told
  return {
    traces: leads.length === 0 ? [] : [...led(told), ...judged(told, goal), loss(told)],
    waiting: t("The leader is drawn after the first epoch of the game."),
    layout: layout(told),
    sentence: sentence(told, goal),
    own: OWN.y,
    table: () => ({
      head: [t("Epoch"), told.name, t("Validation loss")],
      rows: leads.map((lead) => [number(lead.step), number(lead.value), number(lead.loss)]),
    }),
  }
}

function led({ leads }: Leader): object[] {
  return [
    {
      type: "scatter",
      mode: "lines+markers",
      name: label(t("Where it was led")),
      x: leads.map(({ step }) => step),
      y: leads.map(({ value }) => value),
      line: { color: OKABE_ITO[0], width: 2.5 },
      marker: { size: 6 },
      hovertemplate: `${label(t("Epoch"))} %{x} · %{y:.3~g}<extra></extra>`,
    },
  ]
}

/** The trials that were trained with a value afterwards stand at the end of the game. */
function judged({ leads, judged, led }: Leader, goal: Goal): object[] {
  const last = leads.at(-1)?.step ?? 0
  const marks = (shown: readonly Seen[], name: string, marker: object): object => ({
    type: "scatter",
    mode: "markers",
    name: label(name),
    x: shown.map(() => last + 0.5),
    y: shown.map(({ values }) => values[0]),
    customdata: shown.map((seen) => seen.number),
    text: shown.map(({ loss }) => label(loss === null ? t("No score") : score(loss, goal))),
    hovertemplate: `${label(t("Trial"))} %{customdata} · %{y:.3~g} · %{text}<extra></extra>`,
    marker: { size: 12, ...marker },
  })
  return [
    marks(
      judged.filter((seen) => seen.number === led),
      t("Found, trained from scratch"),
      { symbol: "star", color: OKABE_ITO[5] },
    ),
    marks(
      judged.filter((seen) => seen.number !== led),
      t("Random, trained alike"),
      { symbol: "diamond-open", color: OKABE_ITO[3], line: { width: 2 } },
    ),
  ]
}

function loss({ leads }: Leader): object {
  return {
    type: "scatter",
    mode: "lines+markers",
    name: label(t("Validation loss")),
    xaxis: "x",
    yaxis: "y2",
    x: leads.map(({ step }) => step),
    y: leads.map((lead) => lead.loss),
    line: { color: OKABE_ITO[1], width: 2.5, dash: "dash" },
    marker: { size: 6 },
    hovertemplate: `${label(t("Epoch"))} %{x} · %{y:.3~g}<extra></extra>`,
  }
}

function layout({ name, leads, judged }: Leader): Record<string, unknown> {
  const values = [
    ...leads.map(({ value }) => value),
    ...judged.map((seen) => Number(seen.values[0])),
  ].filter((value) => value > 0)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const steps = leads.at(-1)?.step ?? 1
  return {
    xaxis: {
      title: { text: label(t("Epoch")) },
      anchor: "y2",
      tickformat: "d",
      range: [0.5, steps + 1],
    },
    yaxis: {
      ...(values.length ? logarithmic(low / 2, high * 2) : {}),
      title: { text: label(name) },
      domain: LED,
      range: [Math.log10(low / 2), Math.log10(high * 2)],
    },
    yaxis2: {
      title: { text: label(t("Validation loss")) },
      domain: LOSS,
      tickformat: ".3~g",
      showgrid: false,
      zeroline: false,
      automargin: true,
    },
    showlegend: true,
    legend: { ...ABOVE, traceorder: "normal" },
    hovermode: "closest",
    height: HEIGHT,
  }
}

function score(loss: number, goal: Goal): string {
  return metricValue(goal.objective, fromLoss(loss, goal))
}

function sentence({ name, leads, judged, led }: Leader, goal: Goal): string {
  const [first, last] = [leads[0], leads.at(-1)]
  if (!first || !last) return ""
  const told = t(
    "In %(epochs)s epochs %(name)s was led from %(from)s to %(to)s, and the validation loss went " +
      "from %(before)s to %(after)s.",
    {
      epochs: last.step,
      name,
      from: configValue(first.value),
      to: configValue(last.value),
      before: number(first.loss),
      after: number(last.loss),
    },
  )
  const own = judged.find((seen) => seen.number === led && seen.loss !== null)
  const others = judged.filter((seen) => seen.number !== led && seen.loss !== null)
  if (!own || own.loss === null || others.length === 0) return told
  const best = Math.min(...others.map((seen) => seen.loss ?? 0))
  const compared = t(
    "Trained from scratch with what was found: %(own)s (%(metric)s); the best of the random ones: " +
      "%(best)s.",
    { own: score(own.loss, goal), metric: metricTitle(goal.objective), best: score(best, goal) },
  )
  return `${told} ${compared}`
}
