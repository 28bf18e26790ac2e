/** Two axes of a picture of points, and what lies on them. */

import { t } from "../i18n"
import { configValue, metricTitle, metricValue } from "../words"
import type { Goal } from "./figure"
import type { Axis, Point, Points } from "./insight"

/** Where the values tried stand, beyond the end of the other axis. */
export const EDGE_AT = 1.06

/** A point as it is drawn: where it is across and up, and where it has come from. */
export interface Spot extends Point {
  x: number
  y: number
  from: [number, number] | null
}

/** The two axes of a picture, and what lies on them. */
export interface View {
  told: Points
  goal: Goal
  x: Axis
  y: Axis
  xAt: number
  yAt: number
  spots: readonly Spot[]
}

/** What an axis is called. */
export function axisTitle({ name, is_objective }: Axis): string {
  return is_objective ? metricTitle(name) : name
}

export function axisValue({ name, is_objective }: Axis, value: unknown): string {
  return is_objective && typeof value === "number" ? metricValue(name, value) : configValue(value)
}

/**
 * Two objectives or, without these, the two axes on which the points have most different places: what
 * is tried under a condition only has no place elsewhere.
 */
export function mostSpread({ axes, points }: Points): [string, string] {
  const objectives = axes.filter((axis) => axis.is_objective)
  const [x, y] = objectives.length > 1 ? objectives : widest(axes, points)
  return [x?.name ?? "", y?.name ?? x?.name ?? ""]
}

function widest(axes: readonly Axis[], points: readonly Point[]): Axis[] {
  let [best, most]: [Axis[], number] = [axes.slice(0, 2), -1]
  for (const [i, x] of axes.entries()) {
    for (const [j, y] of axes.entries()) {
      const places = i < j ? points.map(({ places }) => [places[i], places[j]]) : []
      const known = places.filter((pair) => pair.every((place) => typeof place === "number"))
      const different = new Set(known.map(String)).size
      if (different > most) [best, most] = [[x, y], different]
    }
  }
  return best
}

/** The points across the axis `across` and up the axis `up`; null if there is no such axis. */
export function viewOf(told: Points, across: string, up: string, goal: Goal): View | null {
  const at = (wanted: string): number => told.axes.findIndex(({ name }) => name === wanted)
  const [xAt, yAt] = [at(across), at(up)]
  const [x, y] = [told.axes[xAt], told.axes[yAt]]
  if (!x || !y) return null
  const spots = told.points.flatMap((point) => spotOf(point, xAt, yAt))
  return { told, goal, x, y, xAt, yAt, spots }
}

function spotOf(point: Point, xAt: number, yAt: number): Spot[] {
  const [x, y] = [point.places[xAt], point.places[yAt]]
  if (typeof x !== "number" || typeof y !== "number") return []
  const [fromX, fromY] = [point.origin?.[xAt], point.origin?.[yAt]]
  const isKnown = typeof fromX === "number" && typeof fromY === "number"
  return [{ ...point, x, y, from: isKnown ? [fromX, fromY] : null }]
}

export function groupTitle({ groups }: Points): string {
  switch (groups) {
    case "iteration":
      return t("Iteration")
    case "generation":
      return t("Generation")
    case "front":
      return t("Front")
    default:
      return ""
  }
}
