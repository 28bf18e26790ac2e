/** How well the ranking of one rung foretold that of another: bars below the rungs, and a sentence. */

import { n, percent, t } from "../i18n"
import { fidelityWords } from "../words"
import { label, OKABE_ITO } from "./figure"
import type { RankCorrelation } from "./insight"

const ROW = 26 // pixels of a bar
const AXES = 110 // pixels of the title and the numbers that stand between

interface Known extends RankCorrelation {
  value: number
}

/** Those of which enough is known to say something. */
export function known(correlations: readonly RankCorrelation[]): Known[] {
  return correlations.filter((each): each is Known => each.value !== null)
}

/** A bar for each pair of rungs, on axes of their own; those that are low stand out. */
export function correlationBars(correlations: readonly Known[], fidelity: string): object {
  return {
    type: "bar",
    orientation: "h",
    xaxis: "x2",
    yaxis: "y2",
    showlegend: false,
    x: correlations.map(({ value }) => value),
    y: correlations.map((each) => label(pairTitle(each, fidelity))),
    customdata: correlations.map(({ pairs }) => label(pairsOf(pairs))),
    hovertemplate: "%{y} · %{x:.2f} · %{customdata}<extra></extra>",
    marker: { color: correlations.map(({ is_low }) => (is_low ? OKABE_ITO[5] : OKABE_ITO[2])) },
  }
}

/** The layout of rungs with room for the bars below them. */
export function withBars(
  layout: Record<string, unknown>,
  height: number,
  bars: number,
): Record<string, unknown> {
  const whole = height + ROW * bars + AXES
  const above = (ROW * bars + AXES) / whole
  return {
    ...layout,
    xaxis: { ...(layout.xaxis as object), anchor: "y" },
    yaxis: { ...(layout.yaxis as object), domain: [above, 1] },
    xaxis2: {
      title: { text: label(t("Rank correlation: 1 is the same order, 0 is chance")) },
      range: [-1, 1],
      anchor: "y2",
    },
    yaxis2: {
      autorange: "reversed",
      automargin: true,
      type: "category",
      domain: [0, (ROW * bars) / whole],
      anchor: "x2",
    },
    height: whole,
  }
}

/** How well the first look foretold the last, and a warning where it hardly did. */
export function foretold(correlations: readonly RankCorrelation[], fidelity: string): string {
  const told = known(correlations)
  const widest = told.at(-1)
  if (!widest)
    return correlations.length > 0
      ? t(
          "Too few trials have been on two rungs to tell how well the lower one foretells the higher.",
        )
      : ""
  const values = {
    pair: pairTitle(widest, fidelity),
    value: widest.value.toFixed(2),
    pairs: pairsOf(widest.pairs),
  }
  const parts = [t("Rank correlation %(pair)s: %(value)s over %(pairs)s.", values)]
  if (told.some(({ promoted }) => promoted > 0)) {
    parts.push(t("Those that were promoted are alike, so among all trials it is probably higher."))
  }
  const low = told.filter(({ is_low }) => is_low)
  if (low.length > 0) {
    const where = low.map((each) => pairTitle(each, fidelity)).join(", ")
    parts.push(
      t(
        "Warning: early scores hardly foretell later ones here (%(where)s), so good candidates may have been dropped. Begin with longer trainings or more data, or choose a method that trains every trial in full.",
        { where },
      ),
    )
  }
  return parts.join(" ")
}

/** Such as “1 epoch → 3 epochs”. */
export function pairTitle({ below, above }: RankCorrelation, fidelity: string): string {
  return t("%(below)s → %(above)s", {
    below: amount(below, fidelity),
    above: amount(above, fidelity),
  })
}

/** What a rung hands out, in few words. */
export function amount(resource: number, fidelity: string): string {
  return fidelity === "train_fraction" ? percent(resource) : fidelityWords({ [fidelity]: resource })
}

function pairsOf(pairs: number): string {
  return n("%(count)s trial", "%(count)s trials", pairs)
}
