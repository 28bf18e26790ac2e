/** Written by `make events` from search/events.py and search/state.py. Do not edit. */

export const WINDOW = 200
export const POINTS = 48
export const LOG_LINES = 100
export const FULL = -1

export interface RunMoved {
  type: "run"
  state: string
  total: number | null
  reason: string
}

export interface TrialCreated {
  type: "created"
  number: number
  stage: string
  config: Record<string, unknown>
  fidelity: Record<string, number>
  parent: number | null
  why: string
  why_values: Record<string, unknown>
  genotype: string | null
}

export interface TrialMoved {
  type: "moved"
  number: number
  was: string
  state: string
  attempt: number
  reason: string
  values: Record<string, number>
  loss: number | null
  cost: number
}

export interface Reported {
  type: "reported"
  number: number
  steps: number[]
  values: Record<string, (number | null)[]>
  cost: number
}

export interface Logged {
  type: "logged"
  number: number
  lines: string[]
}

export interface Derived {
  type: "derived"
  number: number
  step: number
  genotype: string
  edge_weights: EdgeWeights | null
}

export type Event = RunMoved | TrialCreated | TrialMoved | Reported | Logged | Derived

export interface EdgeWeights {
  ops: string[]
  edges: number[][]
  weights: Record<string, number[][]>
}

export interface TrialRow {
  number: number
  stage: string
  state: string
  attempt: number
  reason: string
  config: Record<string, unknown>
  genotype: string | null
  fidelity: Record<string, number>
  parent: number | null
  why: string
  why_values: Record<string, unknown>
  values: Record<string, number>
  loss: number | null
  cost: number
  steps: number[]
  curves: Record<string, (number | null)[]>
  pinned: boolean
}

export interface Derivation {
  number: number
  step: number
  genotype: string
  edge_weights: EdgeWeights | null
}

export interface LiveState {
  state: string
  reason: string
  total: number | null
  counts: Record<string, number>
  completed: number
  trials: Record<string, TrialRow>
  best: number | null
  improvements: number[][]
  log: unknown[][]
  derived: Derivation | null
}
