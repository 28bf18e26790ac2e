/**
 * Fictitious play: a row a player, which is a hyper-parameter; its values from left to right, the lighter
 * the likelier it answers with them. The best play is framed.
 */

import { n, number, percent, t } from "../i18n"
import { configValue } from "../words"
import { BELOW, type Figure, label, OKABE_ITO, OWN } from "./figure"
import type { Player, Strategies } from "./insight"

const ROW = 34 // pixels

export function strategiesFigure(told: Strategies): Figure {
  const { players } = told
  return {
    traces: players.length === 0 ? [] : [tiles(players), bests(players)],
    layout: {
      barmode: "overlay",
      bargap: 0.12,
      xaxis: { range: [0, 1.005], visible: false, fixedrange: true },
      yaxis: { autorange: "reversed", automargin: true, type: "category", fixedrange: true },
      showlegend: false,
      uniformtext: { mode: "hide", minsize: 9 }, // what does not fit is told by the pointer and the table
      hovermode: "closest",
      height: ROW * players.length + 90,
    },
    sentence: sentence(told),
    own: `${OWN.y}, .bartext`,
    table: () => ({
      head: [t("Player"), t("Value"), t("How likely"), t("Mean payoff"), t("In the best play")],
      rows: players.flatMap((player) =>
        player.values.map((value, at) => [
          player.name,
          configValue(value),
          percent(player.shares[at] ?? 0),
          number(Number((player.payoffs[at] ?? 0).toFixed(3))),
          player.best === at ? t("yes") : t("no"),
        ]),
      ),
    }),
  }
}

/** One tile a value: bars that begin where the one before ends. */
function tiles(players: readonly Player[]): object {
  const each = <T>(of: (player: Player, at: number) => T): T[] =>
    players.flatMap((player) => player.values.map((_, at) => of(player, at)))
  return {
    type: "bar",
    orientation: "h",
    y: each(({ name }) => label(name)),
    base: each(({ values }, at) => at / values.length),
    x: each(({ values }) => 0.985 / values.length),
    text: each(({ values }, at) => label(configValue(values[at]))),
    textposition: "inside",
    insidetextanchor: "middle",
    textangle: 0,
    customdata: each((player, at) =>
      label(
        t("%(name)s = %(value)s: answered with %(share)s, paid %(payoff)s on average", {
          name: player.name,
          value: configValue(player.values[at]),
          share: percent(player.shares[at] ?? 0),
          payoff: Number((player.payoffs[at] ?? 0).toFixed(3)),
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
        ...BELOW,
        y: 0,
        title: { text: label(t("How likely")), side: "top" },
        tickformat: ".0%",
      },
    },
  }
}

/** A frame around each player's part of the best play. */
function bests(players: readonly Player[]): object {
  const framed = players.filter(({ best }) => best !== null)
  return {
    type: "bar",
    orientation: "h",
    y: framed.map(({ name }) => label(name)),
    base: framed.map(({ best, values }) => (best ?? 0) / values.length),
    x: framed.map(({ values }) => 0.985 / values.length),
    hoverinfo: "skip",
    marker: { color: "rgba(0, 0, 0, 0)", line: { color: OKABE_ITO[5], width: 3 } },
  }
}

function sentence({ plays, best, keeps, players }: Strategies): string {
  if (plays === 0) return t("The players have not learnt anything yet: all values are as likely.")
  const sure = players.map((player) => ({ ...player, most: Math.max(...player.shares) }))
  const [first] = sure.sort((a, b) => b.most - a.most)
  const values = {
    plays: n("%(count)s play", "%(count)s plays", plays),
    best,
    name: first?.name ?? "",
    value: configValue(first?.values[first.shares.indexOf(first.most)]),
    share: percent(first?.most ?? 0),
    keeps: percent(keeps),
  }
  return t(
    "After %(plays)s each hyper-parameter answers by what its values have paid. The surest is " +
      "%(name)s: %(value)s with %(share)s. With %(keeps)s a player keeps its part of the best play " +
      "instead, trial %(best)s, which is framed.",
    values,
  )
}
