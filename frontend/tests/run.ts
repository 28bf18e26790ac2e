/** A small run for tests: trial 1 fell behind, trial 2 leads and goes on as trial 3, which still trains. */

import type { LiveState, Event as RunEvent } from "../src/events.gen"
import { fold } from "../src/state"

type Changes<T extends RunEvent["type"]> = Partial<Extract<RunEvent, { type: T }>>

export function created(number: number, changes: Changes<"created"> = {}): RunEvent {
  return {
    type: "created",
    number,
    stage: "search",
    config: {},
    fidelity: { epochs: 2 },
    parent: null,
    why: "Drawn at random from the search space",
    why_values: {},
    genotype: null,
    ...changes,
  }
}

export function moved(
  number: number,
  was: string,
  state: string,
  changes: Changes<"moved"> = {},
): RunEvent {
  const fields = { attempt: 1, reason: "", values: {}, loss: null, cost: 0 }
  return { type: "moved", number, was, state, ...fields, ...changes }
}

export function reported(number: number, steps: number[], accuracy: (number | null)[]): RunEvent {
  return { type: "reported", number, steps, values: { val_accuracy: accuracy }, cost: 0 }
}

export function completed(number: number, accuracy: number, params = 412_000): RunEvent {
  const values = { val_accuracy: accuracy, params }
  return moved(number, "running", "complete", { values, loss: -accuracy, cost: 3.5 })
}

export const EVENTS: RunEvent[] = [
  { type: "run", state: "running", total: 6, reason: "" },
  created(1, { config: { lr: 0.1, optimiser: "sgd", width: 16 } }),
  created(2, { config: { lr: 0.012345, optimiser: "adam", width: 16 } }),
  moved(1, "waiting", "running"),
  reported(1, [1, 2], [0.5, 0.61]),
  completed(1, 0.61),
  moved(2, "waiting", "running"),
  reported(2, [1, 2], [0.6, 0.72]),
  completed(2, 0.72, 51_000),
  created(3, {
    config: { lr: 0.012345, optimiser: "adam", width: 16 },
    fidelity: { epochs: 6 },
    parent: 2,
    why: "Trial %(parent)s was number %(rank)s of %(of)s",
    why_values: { parent: 2, rank: 1, of: 2 },
  }),
  moved(3, "waiting", "running"),
  reported(3, [3, 4], [0.8, null]),
  { type: "logged", number: 3, lines: ["epoch 4 of 6", "<b>loud</b>"] },
]

export function aRun(more: RunEvent[] = []): LiveState {
  return fold(structuredClone([...EVENTS, ...more]))
}

export const GOAL = { objective: "val_accuracy", maximise: true }
