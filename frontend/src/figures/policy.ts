/**
 * A policy: above what its designs have paid, trial by trial, against what was expected; below a row a
 * decision, its choices from left to right, the lighter the likelier. What the latest design took is framed.
 */

import { n, number, percent, t } from "../i18n"
import { configValue } from "../words"
import { ABOVE, type Figure, label, OKABE_ITO, OWN } from "./figure"
import type { Decided, Policy } from "./insight"
import { tiles } from "./tiles"

const ROW = 22 // pixels
const PAID = 190 // pixels, for the rewards
const AROUND = 90 // pixels, for what stands above and between

export function policyFigure(told: Policy): Figure {
  const { decisions } = told
  const isEmpty = decisions.length === 0 || told.latest === 0
  return {
    traces: isEmpty ? [] : [...paid(told), ...drawn(told)],
    waiting: t("The policy is drawn when it has drawn its first design."),
    layout: layout(told),
    sentence: sentence(told),
    own: `${OWN.y}, .bartext`,
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

/** The decisions' rows, and in frames what the latest design took. */
function drawn({ decisions, latest }: Policy): [object, object] {
  const rows = decisions.map((decided) => ({
    ...decided,
    values: decided.choices,
    framed: decided.taken,
  }))
  const [bars, frames] = tiles(
    rows,
    (decided, at) =>
      t("%(name)s = %(value)s with %(share)s", {
        name: decided.name,
        value: configValue(decided.values[at]),
        share: percent(decided.shares[at] ?? 0),
      }),
    { title: { text: label(t("How likely")), side: "right" }, thickness: 8, outlinewidth: 0 },
  )
  return [bars, { ...frames, name: label(t("Trial %(number)s", { number: latest })) }]
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
