/** Neuroevolution: fitness and species, generation by generation, and how the champion has grown. */

import { n, number, t } from "../i18n"
import { ABOVE, type Figure, label, OKABE_ITO } from "./figure"
import type { Generation, Generations } from "./insight"

const HEIGHT = 520 // pixels
const PARTS = [
  [0.7, 1],
  [0.36, 0.62],
  [0, 0.28],
] as const // of the height: fitness, species, champion

export function generationsFigure({ generations }: Generations): Figure {
  const line = (name: string, value: (told: Generation) => number, axis: string, look: object) => ({
    type: "scatter",
    mode: "lines",
    name: label(name),
    x: generations.map((told) => told.number),
    y: generations.map(value),
    xaxis: "x",
    yaxis: axis,
    line: { width: 2.5, shape: "hv", ...look },
    hovertemplate: `${label(t("Generation"))} %{x} · %{y:.4~g}<extra></extra>`,
  })
  return {
    traces: generations.length
      ? [
          line(t("Best fitness"), ({ best }) => best, "y", { color: OKABE_ITO[0] }),
          line(t("Mean fitness"), ({ mean }) => mean, "y", { color: OKABE_ITO[1], dash: "dash" }),
          line(t("Species"), ({ species }) => species, "y2", { color: OKABE_ITO[2] }),
          line(t("Units of the champion"), ({ units }) => units, "y3", { color: OKABE_ITO[5] }),
          line(t("Links of the champion"), ({ links }) => links, "y3", {
            color: OKABE_ITO[3],
            dash: "dot",
          }),
        ]
      : [],
    waiting: t("The generations are drawn as soon as the first has been asked."),
    layout: layout(),
    sentence: sentence(generations),
    table: () => ({
      head: [
        t("Generation"),
        t("Best fitness"),
        t("Mean fitness"),
        t("Species"),
        t("Units of the champion"),
        t("Links of the champion"),
      ],
      rows: generations.map((told) =>
        [told.number, told.best, told.mean, told.species, told.units, told.links].map(number),
      ),
    }),
  }
}

function layout(): Record<string, unknown> {
  const axis = (title: string, domain: readonly [number, number]) => ({
    title: { text: label(title) },
    domain,
    rangemode: "tozero",
    automargin: true,
  })
  return {
    xaxis: { title: { text: label(t("Generation")) }, anchor: "y3", tickformat: "d" },
    yaxis: axis(t("Fitness"), PARTS[0]),
    yaxis2: axis(t("Species"), PARTS[1]),
    yaxis3: axis(t("Champion"), PARTS[2]),
    showlegend: true,
    legend: { ...ABOVE, traceorder: "normal" },
    hovermode: "closest",
    height: HEIGHT,
  }
}

function sentence(generations: readonly Generation[]): string {
  const [first, last] = [generations[0], generations.at(-1)]
  if (!first || !last) return ""
  return t(
    "In %(generations)s the best fitness went from %(before)s to %(after)s; now there are " +
      "%(species)s. The champion has %(units)s and %(links)s.",
    {
      generations: n("%(count)s generation", "%(count)s generations", generations.length),
      before: number(first.best),
      after: number(last.best),
      species: n("%(count)s species", "%(count)s species", last.species),
      units: n("%(count)s unit", "%(count)s units", last.units),
      links: n("%(count)s link", "%(count)s links", last.links),
    },
  )
}
