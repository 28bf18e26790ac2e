/** Pictures of points in words. */

import { n, percent, t } from "../i18n"
import { metricValue } from "../words"
import { fromLoss } from "./figure"
import { axisTitle, type View } from "./view"

export function pointsSentence(view: View): string {
  switch (view.told.groups) {
    case "iteration":
      return swarm(view)
    case "generation":
      return generation(view)
    case "front":
      return fronts(view)
    default:
      return coverage(view)
  }
}

/** The best that a point of the picture knows, in words; empty where nothing has a score. */
function best({ told, goal }: View): string {
  const known = told.points.filter((point) => point.best && point.loss !== null)
  const first = [...known].sort((a, b) => (a.loss ?? 0) - (b.loss ?? 0))[0]
  if (!first) return ""
  const value = metricValue(goal.objective, fromLoss(first.loss ?? 0, goal))
  return t("The best is trial %(number)s with %(value)s.", { number: first.number, value })
}

function coverage(view: View): string {
  const { told, x, y } = view
  const values = {
    trials: n("%(count)s trial", "%(count)s trials", told.points.length),
    x: axisTitle(x),
    y: axisTitle(y),
    triedX: n("%(count)s value", "%(count)s values", x.tried),
    triedY: n("%(count)s value", "%(count)s values", y.tried),
    levelsX: x.levels ?? 0,
    levelsY: y.levels ?? 0,
  }
  const tried = t(
    "%(trials)s: %(triedX)s of %(x)s have been tried, and %(triedY)s of %(y)s; a grid of as many " +
      "trials has %(levelsX)s and %(levelsY)s.",
    values,
  )
  const more = x.tried > (x.levels ?? 0) || y.tried > (y.levels ?? 0)
  const why = more
    ? t("Whichever of the two matters, more of its values are known.")
    : t("However many trials there are, these are all the values of each that are known.")
  return [tried, why, best(view)].filter(Boolean).join(" ")
}

function swarm(view: View): string {
  const alive = view.told.points.filter((point) => point.alive)
  const latest = Math.max(0, ...alive.map(({ group }) => group ?? 0)) + 1
  const told = t(
    "Iteration %(latest)s: %(particles)s. Each goes on in its direction, drawn to the best place " +
      "that it has seen and to the best that any has.",
    { latest, particles: n("%(count)s particle", "%(count)s particles", alive.length) },
  )
  return [told, best(view)].filter(Boolean).join(" ")
}

function generation(view: View): string {
  const { widths, normal } = view.told
  const [first, last] = [widths[0] ?? 0, widths.at(-1) ?? 0]
  if (!normal || !first) return best(view)
  const told = t(
    "Generation %(generation)s is drawn around the cross: in two dimensions %(one)s of it within " +
      "the inner ellipse, %(two)s within the outer one. Its deviation is %(width)s of the range in " +
      "the mean; at first it was %(first)s.",
    {
      generation: widths.length,
      one: percent(1 - Math.exp(-0.5)),
      two: percent(1 - Math.exp(-2)),
      width: percent(last),
      first: percent(first),
    },
  )
  return [told, best(view)].filter(Boolean).join(" ")
}

function fronts({ told }: View): string {
  const alive = told.points.filter((point) => point.alive)
  const first = alive.filter(({ group }) => group === 0).length
  if (alive.length === 0) return t("Nothing has ended yet, so nothing may breed.")
  return t(
    "%(alive)s may breed; on the first front: %(first)s, which no other beats in every objective. " +
      "Those on later fronts are bred less often, and the last leave first.",
    { alive: n("%(count)s trial", "%(count)s trials", alive.length), first },
  )
}
