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

export type Insight =
  | { kind: "rungs"; fidelity: string; rungs: Rung[] }
  | { kind: "family"; members: Member[] }
  | { kind: "coverage"; axes: Axis[] }
  | { kind: "weights"; trial: number }
