/** A slice of a model as it is drawn: in the metric's own sign, with the trials that lie on it. */

import { isShare } from "../words"
import { fromLoss, type Goal } from "./figure"
import type { Seen, Slice, Slices } from "./insight"
import { type Spacing, spacingOf } from "./scale"

/** A value of the hyper-parameter, and what is believed of it in the metric's own sign. */
export interface Place {
  value: unknown
  mean: number
  low: number
  high: number
  merit: number
}

/** A trial that has a score, where it lies on the slice. */
export interface Point {
  number: number
  value: unknown
  score: number
}

/** One slice, as it is drawn. */
export interface Cut extends Spacing {
  name: string
  through: number
  places: readonly Place[]
  points: readonly Point[]
  latest: Point | undefined
  goal: Goal
}

/** The hyper-parameter along which the model tells the most values apart. */
export function mostTelling(slices: readonly Slice[]): string {
  const range = ({ means }: Slice): number => Math.max(...means) - Math.min(...means)
  return [...slices].sort((a, b) => range(b) - range(a))[0]?.name ?? ""
}

export function cutOf({ through, seen }: Slices, slice: Slice, index: number, goal: Goal): Cut {
  const { values, means, lows, highs, merits } = slice
  const places = values.map((value, at): Place => {
    const ends = [fromLoss(lows[at] ?? 0, goal), fromLoss(highs[at] ?? 0, goal)]
    const [low, high] = [Math.min(...ends), Math.max(...ends)]
    const mean = fromLoss(means[at] ?? 0, goal)
    return { value, mean, low, high, merit: merits[at] ?? 0 }
  })
  const point = (trial: Seen): Point[] => {
    const value = trial.values[index] ?? null
    if (value === null || trial.loss === null) return []
    return [{ number: trial.number, value, score: fromLoss(trial.loss, goal) }]
  }
  return {
    name: slice.name,
    through,
    ...spacingOf(values),
    places,
    points: seen.flatMap(point),
    latest: seen.slice(-1).flatMap(point)[0],
    goal,
  }
}

/** What the picture shows of the metric: the band, and as much again on both sides for the trials. */
export function reach({ places }: Cut): [number, number] {
  const lowest = Math.min(...places.map(({ low }) => low))
  const highest = Math.max(...places.map(({ high }) => high))
  return [2 * lowest - highest, 2 * highest - lowest]
}

/** The ends of the axis: no wider than what there is to show, with a margin. */
export function range(cut: Cut): [number, number] {
  const { places, points, goal } = cut
  const [from, to] = reach(cut)
  const shown = [
    ...points.map(({ score }) => score),
    ...places.flatMap(({ low, high }) => [low, high]),
  ]
  const [lowest, highest] = [Math.max(from, Math.min(...shown)), Math.min(to, Math.max(...shown))]
  const margin = (highest - lowest) * 0.06 || 0.01
  const ends: [number, number] = [lowest - margin, highest + margin]
  return isShare(goal.objective) ? [Math.max(ends[0], -0.02), Math.min(ends[1], 1.02)] : ends
}

export function worthMost({ places }: Cut): Place {
  return places.reduce((best, place) => (place.merit > best.merit ? place : best))
}

export function expectedBest({ places, goal }: Cut): Place {
  const sign = goal.maximise ? 1 : -1
  return places.reduce((best, place) => (sign * place.mean > sign * best.mean ? place : best))
}
