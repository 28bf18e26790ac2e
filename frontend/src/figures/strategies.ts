/**
 * Fictitious play: a row a player, which is a hyper-parameter; its values from left to right, the lighter
 * the likelier it answers with them. The best play is framed.
 */

import { n, number, percent, t } from "../i18n"
import { configValue } from "../words"
import { BELOW, type Figure, OWN } from "./figure"
import type { Player, Strategies } from "./insight"
import { tiles } from "./tiles"

const ROW = 34 // pixels

export function strategiesFigure(told: Strategies): Figure {
  const { players } = told
  return {
    traces: players.length === 0 ? [] : drawn(players),
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

/** The players' rows; what each would answer with, and their parts of the best play in frames. */
function drawn(players: readonly Player[]): [object, object] {
  const rows = players.map((player) => ({ ...player, framed: player.best }))
  return tiles(
    rows,
    (player, at) =>
      t("%(name)s = %(value)s: answered with %(share)s, paid %(payoff)s on average", {
        name: player.name,
        value: configValue(player.values[at]),
        share: percent(player.shares[at] ?? 0),
        payoff: Number((player.payoffs[at] ?? 0).toFixed(3)),
      }),
    { ...BELOW, y: 0 },
  )
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
