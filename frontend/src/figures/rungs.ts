/** Brackets and rungs: who trained how far, and who went on. */

import { n, number, t } from "../i18n"
import { isShare, metricTitle, metricValue, stateWord } from "../words"
import { ABOVE, type Figure, fromLoss, type Goal, label, OKABE_ITO, valueAxis } from "./figure"
import type { RankCorrelation, Rung, RungTrial } from "./insight"
import { amount, correlationBars, foretold, known, withBars } from "./rank-correlation"

interface Placed extends RungTrial {
  /** What its rung is called. */
  rung: string
}

/**
 * A row a rung, brackets one below the other; its trials from left to right by what they reached.
 * `fidelity` is what the rungs hand out. Below stands how well one rung foretold another.
 */
export function rungsFigure(
  rungs: readonly Rung[],
  fidelity: string,
  goal: Goal,
  correlations: readonly RankCorrelation[] = [],
): Figure {
  const figure = standings(rungs, fidelity, goal)
  const told = known(correlations)
  const sentence = [figure.sentence, foretold(correlations, fidelity)].filter(Boolean).join(" ")
  if (told.length === 0 || figure.traces.length === 0) return { ...figure, sentence }
  return {
    ...figure,
    sentence,
    traces: [...figure.traces, correlationBars(told, fidelity)],
    layout: withBars(figure.layout, heightOf(rungs), told.length),
  }
}

function heightOf(rungs: readonly Rung[]): number {
  return Math.max(260, 26 * rungs.length + 120)
}

function standings(rungs: readonly Rung[], fidelity: string, goal: Goal): Figure {
  const titles = rungs.map((rung) => rungTitle(rung, fidelity))
  const placed = rungs.flatMap(({ trials }, index) =>
    trials.map((trial): Placed => ({ ...trial, rung: titles[index] ?? "" })),
  )
  const scored = placed.filter(({ loss }) => loss !== null)
  const isPromoted = (trial: Placed): boolean => trial.promoted
  return {
    traces:
      placed.length === 0
        ? []
        : [
            marks(
              scored.filter((trial) => !isPromoted(trial)),
              t("Ended here"),
              goal,
              {
                color: "#8a96a6",
                symbol: "circle-open",
              },
            ),
            marks(scored.filter(isPromoted), t("Went on"), goal, {
              color: OKABE_ITO[0],
              symbol: "triangle-up",
            }),
          ],
    layout: {
      xaxis: {
        title: { text: label(metricTitle(goal.objective)) },
        ...valueAxis(goal.objective),
        uirevision: "keep",
      },
      yaxis: {
        autorange: "reversed",
        automargin: true,
        type: "category",
        categoryorder: "array",
        categoryarray: titles,
        uirevision: "keep",
      },
      showlegend: true,
      legend: ABOVE,
      hovermode: "closest",
      height: heightOf(rungs),
    },
    sentence: sentence(rungs, fidelity, placed),
    table: () => ({
      head: [t("Rung"), t("Trial"), t("State"), metricTitle(goal.objective), t("Went on")],
      rows: placed.map((trial) => [
        trial.rung,
        number(trial.number),
        stateWord(trial.state),
        trial.loss === null ? "" : metricValue(goal.objective, fromLoss(trial.loss, goal)),
        trial.promoted ? t("yes") : t("no"),
      ]),
    }),
  }
}

/** Short, because it stands beside the picture, on phones, too. */
function rungTitle({ bracket, resource }: Rung, fidelity: string): string {
  const length = amount(resource, fidelity)
  return t("Bracket %(bracket)s, %(length)s", { bracket: bracket + 1, length })
}

function marks(trials: readonly Placed[], name: string, goal: Goal, marker: object): object {
  const value = isShare(goal.objective) ? "%{x:.3~p}" : "%{x:.3~g}"
  return {
    type: "scatter",
    mode: "markers",
    name: label(name),
    x: trials.map(({ loss }) => fromLoss(loss ?? 0, goal)),
    y: trials.map(({ rung }) => rung),
    customdata: trials.map((trial) => trial.number),
    hovertemplate: `${label(t("Trial"))} %{customdata} · ${value} · %{y}<extra></extra>`,
    marker: { size: 9, ...marker },
  }
}

function sentence(rungs: readonly Rung[], fidelity: string, placed: readonly Placed[]): string {
  const values = {
    started: placed.length,
    planned: rungs.reduce((sum, { size }) => sum + size, 0),
    rungs: n("%(count)s rung", "%(count)s rungs", rungs.length),
    promoted: placed.filter((trial) => trial.promoted).length,
  }
  if (rungs.every(({ size }) => size === 0)) {
    return t(
      "%(started)s trials on %(rungs)s, which take whoever earns it; %(promoted)s so far went on from one to the next.",
      values,
    )
  }
  return fidelity === "train_fraction"
    ? t(
        "%(started)s of %(planned)s places on %(rungs)s are taken; %(promoted)s so far were promoted to more. Each rung is a share of the training data.",
        values,
      )
    : t(
        "%(started)s of %(planned)s places on %(rungs)s are taken; %(promoted)s so far went on to train longer.",
        values,
      )
}
