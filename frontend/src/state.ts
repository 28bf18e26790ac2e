/** Folds events into the bounded state of a live page, exactly as `apply` in search/state.py does. */

import {
  FULL,
  type LiveState,
  LOG_LINES,
  POINTS,
  type Reported,
  type Event as RunEvent,
  type TrialCreated,
  type TrialMoved,
  type TrialRow,
  WINDOW,
} from "./events.gen"

export const OPEN_STATES = new Set(["waiting", "running", "lost"])

export function empty(): LiveState {
  return {
    state: "created",
    reason: "",
    total: null,
    counts: {},
    completed: 0,
    trials: {},
    best: null,
    improvements: [],
    log: [],
    derived: null,
  }
}

/** Fold one event into `state`, which is changed in place. */
export function applyEvent(state: LiveState, event: RunEvent): void {
  switch (event.type) {
    case "run":
      state.state = event.state
      state.reason = event.reason
      state.total = event.total ?? state.total
      return
    case "created":
      state.trials[event.number] = rowOf(event)
      count(state, "waiting", 1)
      trim(state)
      return
    case "moved":
      move(state, event)
      return
    case "reported": {
      const row = state.trials[event.number]
      if (row) {
        extend(row, event)
        row.cost = Math.max(row.cost, event.cost)
      }
      return
    }
    case "logged":
      state.log.push(...event.lines.map((line) => [event.number, line]))
      state.log.splice(0, state.log.length - LOG_LINES)
      return
    case "derived": {
      const { type: _, ...derived } = event
      state.derived = derived
      return
    }
    default:
      throw new TypeError(`unknown event ${JSON.stringify(event satisfies never)}`)
  }
}

export function fold(events: Iterable<RunEvent>, state = empty()): LiveState {
  for (const event of events) applyEvent(state, event)
  return state
}

function rowOf({ type: _, ...created }: TrialCreated): TrialRow {
  return {
    ...created,
    state: "waiting",
    attempt: 1,
    reason: "",
    values: {},
    loss: null,
    cost: 0,
    steps: [],
    curves: {},
    pinned: false,
  }
}

function count(state: LiveState, name: string, change: number): void {
  state.counts[name] = (state.counts[name] ?? 0) + change
}

/** Keep the latest trials, the open ones, the incumbent and what is pinned. */
function trim(state: LiveState): void {
  const rows = Object.values(state.trials)
  const oldest = rows.reduce((last, { number }) => Math.max(last, number), 0) - WINDOW + 1
  for (const row of rows) {
    const isKept = OPEN_STATES.has(row.state) || row.pinned || row.number === state.best
    if (row.number < oldest && !isKept) delete state.trials[row.number]
  }
}

function move(state: LiveState, event: TrialMoved): void {
  count(state, event.was, -1)
  count(state, event.state, 1)
  const row = state.trials[event.number]
  if (!row) return
  const { state: reached, attempt, reason, values, loss, cost } = event
  Object.assign(row, { state: reached, attempt, reason, values, loss, cost })
  if (reached === "complete" && row.stage !== "confirm") {
    state.completed += 1
    judge(state, row)
  }
  trim(state)
}

/** Make `row` the incumbent if it was trained further than the incumbent, or as far and better. */
function judge(state: LiveState, row: TrialRow): void {
  if (row.loss === null) return
  const resource = resourceOf(row)
  const [, , loss = 0, reached = 0] = state.improvements.at(-1) ?? []
  if (state.improvements.length > 0) {
    const further =
      resource !== reached && (resource === FULL || (reached !== FULL && resource > reached))
    if (!further && (resource !== reached || row.loss >= loss)) return
  }
  state.best = row.number
  state.improvements.push([state.completed, row.number, row.loss, resource])
}

/** How far a trial may train; `FULL` where no fidelity is named. */
export function resourceOf(row: TrialRow): number {
  const fidelities = Object.values(row.fidelity)
  return fidelities.length > 0 ? Math.min(...fidelities) : FULL
}

/** Append points to the curves; a step seen before cuts them there, as a retry goes back. */
function extend(row: TrialRow, { steps, values }: Reported): void {
  const first = steps[0]
  if (first === undefined) return
  const kept = row.steps.filter((step) => step < first).length
  for (const name of new Set([...Object.keys(row.curves), ...Object.keys(values)])) {
    const old = (row.curves[name] ?? row.steps.map(() => null)).slice(0, kept)
    row.curves[name] = [...old, ...(values[name] ?? steps.map(() => null))]
  }
  row.steps = [...row.steps.slice(0, kept), ...steps]
  if (!row.pinned) thinOut(row)
}

/** Keep the first point of a curve, and the last of each of equal parts; `thin` in state.py says why. */
function thinOut(row: TrialRow): void {
  const last = row.steps.at(-1) ?? 0
  let length = 1
  while (Math.floor(last / length) >= POINTS) length *= 2
  if (length === 1) return
  const part = row.steps.map((step) => Math.floor(step / length))
  const isKept = (_: unknown, index: number): boolean =>
    index === 0 || part[index] !== part[index + 1]
  for (const [name, curve] of Object.entries(row.curves)) row.curves[name] = curve.filter(isKept)
  row.steps = row.steps.filter(isKept)
}
