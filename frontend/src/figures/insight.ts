/** What `Method.insight` gives, as search/insight.py declares it. */

export interface RungTrial {
  number: number
  state: string
  loss: number | null
  promoted: boolean
}

export interface Rung {
  bracket: number
  level: number
  resource: number
  size: number
  trials: RungTrial[]
}

/** How far the ranking of one rung foretold that of another; null where that is not known. */
export interface RankCorrelation {
  below: number
  above: number
  pairs: number
  promoted: number
  value: number | null
  is_low: boolean
}

export interface Member {
  number: number
  parent: number | null
  born: number
  generation: number
  state: string
  loss: number | null
  alive: boolean
}

/** A hyper-parameter, or an objective, as an axis from 0 to 1. */
export interface Axis {
  name: string
  is_objective: boolean
  ticks: [place: number, value: unknown][]
  tried: number
  levels: number | null
}

/** A trial with its place and its value on each axis; `origin` is where it has come from. */
export interface Point {
  number: number
  places: (number | null)[]
  values: unknown[]
  loss: number | null
  group: number | null
  alive: boolean
  best: boolean
  origin: (number | null)[] | null
}

/** What a generation is drawn from; null on axes that are no numbers. */
export interface Normal {
  mean: (number | null)[]
  covariance: (number | null)[][]
}

export interface Points {
  groups: "" | "iteration" | "generation" | "front"
  axes: Axis[]
  points: Point[]
  normal: Normal | null
  widths: number[]
}

export interface Slice {
  name: string
  values: unknown[]
  means: number[]
  lows: number[]
  highs: number[]
  merits: number[]
}

export interface Seen {
  number: number
  values: unknown[]
  loss: number | null
}

export interface Slices {
  through: number
  slices: Slice[]
  seen: Seen[]
}

export interface Density {
  name: string
  values: unknown[]
  good: number[]
  bad: number[]
}

export interface Densities {
  densities: Density[]
  good: Seen[]
  bad: Seen[]
  fidelity: Record<string, number>
}

/** A hyper-parameter as a player; `best` is the place of its part of the best play. */
export interface Player {
  name: string
  values: unknown[]
  shares: number[]
  payoffs: number[]
  best: number | null
}

export interface Strategies {
  plays: number
  best: number
  keeps: number
  players: Player[]
}

export interface Lead {
  step: number
  value: number
  loss: number
}

/** A long trial in which a hyper-parameter is led, and the trials that judge where it came to. */
export interface Leader {
  name: string
  trial: number
  leads: Lead[]
  led: number | null
  judged: Seen[]
}

/** A decision of a policy: `taken` is the place of the choice that its latest design has. */
export interface Decided {
  name: string
  choices: unknown[]
  shares: number[]
  taken: number | null
}

export interface Policy {
  updates: number
  latest: number
  decisions: Decided[]
  payoffs: { number: number; reward: number; baseline: number | null }[]
}

/** A generation of networks; the champion has so many units between inputs and outputs, and links. */
export interface Generation {
  number: number
  best: number
  mean: number
  species: number
  units: number
  links: number
}

export interface Generations {
  trial: number
  judged: number | null
  generations: Generation[]
}

/** The loss that a model expected of a trial, one deviation below and above it, and what came of it. */
export interface Foretold {
  number: number
  mean: number
  low: number
  high: number
  loss: number | null
}

/** A model that foretells losses, and how well: the rank correlation, null if not known yet. */
export interface Predicted {
  trials: Foretold[]
  correlation: number | null
}

export type Picture =
  | { kind: "rungs"; fidelity: string; rungs: Rung[]; correlations: RankCorrelation[] }
  | { kind: "family"; members: Member[] }
  | { kind: "weights"; trial: number }
  | ({ kind: "points" } & Points)
  | ({ kind: "slices" } & Slices)
  | ({ kind: "densities" } & Densities)
  | ({ kind: "strategies" } & Strategies)
  | ({ kind: "leader" } & Leader)
  | ({ kind: "policy" } & Policy)
  | ({ kind: "generations" } & Generations)
  | ({ kind: "predicted" } & Predicted)

export type Insight = Picture | { kind: "several"; pictures: Picture[] }
