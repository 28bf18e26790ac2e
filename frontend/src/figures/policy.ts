/**
 * A policy: above what its designs have paid, trial by trial, against what was expected; below a row a
 * decision, its choices from left to right, the lighter the likelier. What the latest design took is framed.
 */

import { n, number, percent, t } from "../i18n"
import { configValue } from "../words"
import { ABOVE, type Figure, label, OKABE_ITO } from "./figure"
import type { Decided, Policy } from "./insight"

const ROW = 22 // pixels
const PAID = 190 // pixels, for the rewards
const AROUND = 90 // pixels, for what stands above and between
const WIDTH = 0.985 // of a choice's place

export function policyFigure(told: Policy): Figure {
  const { decisions } = told
  const isEmpty = decisions.length === 0 || told.latest === 0
  return {
    traces: isEmpty ? [] : [...paid(told), tiles(decisions), taken(told)],
    waiting: t("The policy is drawn when it has drawn its first design."),
    layout: layout(told),
    sentence: sentence(told),
    table: () => ({
      head: [
        t("Decision"),
        t("Choice"),
        t("How likely"),
        t("Taken by trial %(number)s", { number: told.latest }),
      ],
      rows: decisions.flatMap((decided) =>
        decided.choices.map((choice, at) => [
          decided.name,
          configValue(choice),
          percent(decided.shares[at] ?? 0),
          decided.taken === at ? t("yes") : t("no"),
        ]),
      ),
    }),
  }
}

/** The rewards as dots, and as a line what the policy expected before it learnt from them. */
function paid({ payoffs }: Policy): object[] {
  const numbers = payoffs.map((payoff) => payoff.number)
  return [
    {
      type: "scatter",
      mode: "markers",
      name: label(t("Reward")),
      x: numbers,
      y: payoffs.map(({ reward }) => reward),
      xaxis: "x2",
      yaxis: "y2",
      marker: { color: OKABE_ITO[0], size: 6 },
      hovertemplate: `${label(t("Trial"))} %{x} · %{y:.3~g}<extra></extra>`,
    },
    {
      type: "scatter",
      mode: "lines",
      name: label(t("Expected")),
      x: numbers,
      y: payoffs.map(({ baseline }) => baseline),
      xaxis: "x2",
      yaxis: "y2",
      line: { color: OKABE_ITO[1], width: 2.5, dash: "dash", shape: "hv" },
      hovertemplate: `${label(t("Expected"))} · %{y:.3~g}<extra></extra>`,
    },
  ]
}

/** One tile a choice: bars that begin where the one before ends. */
function tiles(decisions: readonly Decided[]): object {
  const each = <T>(of: (decided: Decided, at: number) => T): T[] =>
    decisions.flatMap((decided) => decided.choices.map((_, at) => of(decided, at)))
  return {
    type: "bar",
    orientation: "h",
    showlegend: false,
    y: each(({ name }) => label(name)),
    base: each(({ choices }, at) => at / choices.length),
    x: each(({ choices }) => WIDTH / choices.length),
    text: each(({ choices }, at) => label(configValue(choices[at]))),
    textposition: "inside",
    insidetextanchor: "middle",
    textangle: 0,
    customdata: each((decided, at) =>
      label(
        t("%(name)s = %(value)s with %(share)s", {
          name: decided.name,
          value: configValue(decided.choices[at]),
          share: percent(decided.shares[at] ?? 0),
        }),
      ),
    ),
    hovertemplate: "%{customdata}<extra></extra>",
    marker: {
      color: each(({ shares }, at) => shares[at] ?? 0),
      colorscale: "Cividis",
      cmin: 0,
      cmax: 1,
      colorbar: {
        title: { text: label(t("How likely")), side: "right" },
        tickformat: ".0%",
        thickness: 8,
        outlinewidth: 0,
      },
    },
  }
}

/** A frame around each choice of the latest design. */
function taken({ decisions, latest }: Policy): object {
  const framed = decisions.filter((decided) => decided.taken !== null)
  return {
    type: "bar",
    orientation: "h",
    name: label(t("Trial %(number)s", { number: latest })),
    y: framed.map(({ name }) => label(name)),
    base: framed.map((decided) => (decided.taken ?? 0) / decided.choices.length),
    x: framed.map(({ choices }) => WIDTH / choices.length),
    hoverinfo: "skip",
    marker: { color: "rgba(0, 0, 0, 0)", line: { color: OKABE_ITO[5], width: 2.5 } },
  }
}

function layout({ decisions }: Policy): Record<string, unknown> {
  const rows = ROW * Math.max(decisions.length, 1)
  const whole = rows + PAID + AROUND
  return {
    barmode: "overlay",
    bargap: 0.12,
    xaxis: { range: [0, 1.005], visible: false, fixedrange: true, anchor: "y" },
    yaxis: {
      domain: [0, rows / whole],
      autorange: "reversed",
      automargin: true,
      type: "category",
      dtick: 1,
      fixedrange: true,
    },
    xaxis2: { title: { text: label(t("Trial")) }, tickformat: "d", anchor: "y2" },
    yaxis2: {
      title: { text: label(t("Reward")) },
      domain: [(rows + AROUND) / whole, 1],
      tickformat: ".3~g",
      zeroline: false,
      automargin: true,
      anchor: "x2",
    },
    showlegend: true,
    legend: { ...ABOVE, traceorder: "normal" },
    hovermode: "closest",
    height: Math.max(360, whole + 60),
  }
}

function sentence({ updates, latest, decisions, payoffs }: Policy): string {
  if (updates === 0) {
    return t(
      "The policy has not learnt anything yet: it does so whenever a batch of trainings has ended.",
    )
  }
  const open = decisions.filter(({ choices }) => choices.length > 1).map(withMost)
  const sorted = open.sort((a, b) => b.gain - a.gain)
  const [surest, least] = [sorted[0], sorted.at(-1)]
  const told = t(
    "After %(updates)s the policy is surest of %(name)s: %(value)s with %(share)s, and least sure of " +
      "%(least)s. What trial %(latest)s has taken is framed.",
    {
      updates: n("%(count)s update", "%(count)s updates", updates),
      name: surest?.name ?? "",
      value: surest?.value ?? "",
      share: percent(surest?.most ?? 0),
      least: least?.name ?? "",
      latest,
    },
  )
  return `${told} ${paidSentence(payoffs.map(({ reward }) => reward))}`.trim()
}

/** The likeliest choice of a decision, and how much likelier it is than by chance. */
function withMost({ name, choices, shares }: Decided) {
  const most = Math.max(...shares)
  const value = configValue(choices[shares.indexOf(most)])
  return { name, value, most, gain: most - 1 / choices.length }
}

/** How rewards have grown: the mean of the first tenth and of the last. */
function paidSentence(rewards: readonly number[]): string {
  const tenth = Math.ceil(rewards.length / 10)
  if (rewards.length < 2) return ""
  const mean = (some: readonly number[]): string =>
    number(Number((some.reduce((sum, one) => sum + one, 0) / some.length).toFixed(3)))
  return t("Its designs paid %(before)s on average at first, and %(after)s lately.", {
    before: mean(rewards.slice(0, tenth)),
    after: mean(rewards.slice(-tenth)),
  })
}
