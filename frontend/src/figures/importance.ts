/** Which hyper-parameters matter, as bars; those that chance may have made are pale. */

import { n, number, percent, t } from "../i18n"
import { type Figure, label, OKABE_ITO } from "./figure"

/** One hyper-parameter, as search/importance.py tells of it. */
export interface Bar {
  name: string
  title: string
  share: number
  counts: number
  clear: boolean
}

/** What a run knows; no `bars` before `needed` trials have ended. */
export interface Importances {
  ended: number
  needed: number
  bars: Bar[]
}

const ROW = 26 // pixels
const SHOWN = 15 // bars, of which more would be too thin to read

export function importanceFigure({ ended, bars }: Importances): Figure {
  const shown = bars.slice(0, SHOWN).reverse() // Plotly's first bar stands at the bottom
  return {
    traces: shown.length === 0 ? [] : [trace(shown)],
    layout: {
      xaxis: { tickformat: ".0%", rangemode: "tozero", title: { text: label(t("Importance")) } },
      yaxis: { automargin: true },
      showlegend: false,
      height: shown.length * ROW + 90,
    },
    sentence: sentence(ended, bars),
    table: () => ({
      head: [t("Hyper-parameter"), t("Importance"), t("Counts in"), t("Clear")],
      rows: bars.map((bar) => [
        bar.title,
        percent(bar.share),
        percent(bar.counts),
        bar.clear ? t("yes") : t("may be chance"),
      ]),
    }),
  }
}

function trace(bars: readonly Bar[]): object {
  return {
    type: "bar",
    orientation: "h",
    x: bars.map(({ share }) => share),
    y: bars.map(({ title }) => label(title)),
    text: bars.map((bar) => label(bar.clear ? percent(bar.share) : t("may be chance"))),
    textposition: "auto",
    hovertemplate: "%{y}: %{x:.1%}<extra></extra>",
    marker: {
      color: OKABE_ITO[0],
      opacity: bars.map(({ clear }) => (clear ? 0.9 : 0.3)),
    },
  }
}

function sentence(ended: number, bars: readonly Bar[]): string {
  const clear = bars.filter((bar) => bar.clear && bar.share > 0)
  const trials = n("%(count)s trial", "%(count)s trials", ended)
  const [first, second] = clear
  if (!first) {
    return t("After %(trials)s, no hyper-parameter matters more than chance may have made it.", {
      trials,
    })
  }
  const values = { trials, first: first.title, share: percent(first.share) }
  const parts = [
    second
      ? t("After %(trials)s, %(first)s matters most (%(share)s), then %(second)s.", {
          ...values,
          second: second.title,
        })
      : t("After %(trials)s, only %(first)s clearly matters (%(share)s).", values),
  ]
  const idle = bars.length - clear.length
  if (second && idle > 0) {
    parts.push(
      n(
        "One other cannot be told from chance.",
        "%(count)s others cannot be told from chance.",
        idle,
      ),
    )
  }
  return parts.join(" ")
}

/** What stands where there is nothing to draw yet. */
export function waiting({ ended, needed }: Importances): string {
  const left = Math.max(needed - ended, 0)
  if (left === 0) return t("Too few trials were trained alike to tell what matters.")
  return n(
    "One more trial has to end before this can be told.",
    "%(count)s more trials have to end before this can be told.",
    left,
    { count: number(left) },
  )
}
