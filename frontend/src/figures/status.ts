/** How a run stands, in one sentence and one share. */

import type { LiveState } from "../events.gen"
import { n, t } from "../i18n"
import { metricValue } from "../words"
import { fromLoss, type Goal } from "./figure"

export interface Status {
  sentence: string
  /** Trials that have ended, as a share of all; null where nobody knows how many there will be. */
  share: number | null
}

/** `reason` gives the sentence of a reason code. */
export function statusOf(
  state: LiveState,
  goal: Goal,
  reason: (code: string) => string = (code) => code,
): Status {
  const begun = sum(state, ["running", "lost", ...ENDED])
  const ended = sum(state, ENDED)
  const isOver = state.state === "completed"
  const share = state.total ? Math.min(1, ended / state.total) : null
  return {
    sentence: [progress(state, begun, ended, reason), best(state, goal)].filter(Boolean).join(" "),
    share: isOver ? 1 : share,
  }
}

const ENDED = ["complete", "stopped", "failed", "cancelled"]

function sum(state: LiveState, names: readonly string[]): number {
  return names.reduce((total, name) => total + (state.counts[name] ?? 0), 0)
}

function progress(
  state: LiveState,
  begun: number,
  ended: number,
  reason: (code: string) => string,
): string {
  switch (state.state) {
    case "completed":
      return n("Finished after one trial.", "Finished after %(count)s trials.", ended)
    case "cancelled":
      return n("Stopped after one trial.", "Stopped after %(count)s trials.", ended)
    case "failed":
      return [t("The run failed."), reason(state.reason)].filter(Boolean).join(" ")
  }
  const paused = state.state === "paused" ? `${t("Paused.")} ` : ""
  return paused + going(begun, state.total)
}

function going(begun: number, total: number | null): string {
  if (begun === 0) return t("Waiting for a free device; the first trial is about to start.")
  if (total === null) return t("Trial %(begun)s.", { begun })
  return t("Trial %(begun)s of about %(total)s.", { begun, total: Math.max(begun, total) })
}

function best(state: LiveState, goal: Goal): string {
  const loss = state.improvements.at(-1)?.[2]
  if (loss === undefined) return ""
  const value = metricValue(goal.objective, fromLoss(loss, goal))
  const params = state.best === null ? undefined : state.trials[state.best]?.values.params
  if (params === undefined) return t("Best %(value)s.", { value })
  const size = metricValue("params", params)
  return t("Best %(value)s with %(size)s parameters.", { value, size })
}
