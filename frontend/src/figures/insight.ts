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

export interface Level {
  value: unknown
  planned: number
  complete: number
  best: number | null
}

export interface Axis {
  name: string
  levels: Level[]
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

export type Insight =
  | { kind: "rungs"; fidelity: string; rungs: Rung[]; correlations: RankCorrelation[] }
  | { kind: "family"; members: Member[] }
  | { kind: "coverage"; axes: Axis[] }
  | { kind: "weights"; trial: number }
  | ({ kind: "slices" } & Slices)
