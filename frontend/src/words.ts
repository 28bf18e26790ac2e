/** What states, metrics and values are called on the page. */

import type { TrialRow } from "./events.gen"
import { n, number, percent, t } from "./i18n"

const PARAMETER_UNIT = 1e6

/** The word for the state of a run or of a trial. */
export function stateWord(state: string): string {
  switch (state) {
    case "created":
      return t("created")
    case "waiting":
      return t("waiting")
    case "running":
      return t("running")
    case "paused":
      return t("paused")
    case "lost":
      return t("lost, will go on")
    case "complete":
      return t("complete")
    case "completed":
      return t("completed")
    case "stopped":
      return t("stopped")
    case "failed":
      return t("failed")
    case "cancelled":
      return t("cancelled")
    default:
      return state
  }
}

/** Why a trial ended as it did, in a few words, from the code that is stored with it. */
export function reasonWord(reason: string): string {
  switch (reason) {
    case "cancelled":
    case "stopped_by_person":
      return t("by a person")
    case "lost":
    case "lost_too_often":
      return t("its worker went silent")
    case "killed":
      return t("its process was killed")
    case "exited":
      return t("its process ended")
    case "exception":
      return t("an error in its code")
    case "diverged":
      return t("its loss grew without end")
    case "out_of_memory":
      return t("out of memory")
    case "no_value":
      return t("no score")
    default:
      return reason.replaceAll("_", " ")
  }
}

export function metricTitle(metric: string): string {
  switch (metric) {
    case "val_accuracy":
      return t("Validation accuracy")
    case "test_accuracy":
      return t("Test accuracy")
    case "val_loss":
      return t("Validation loss")
    case "test_loss":
      return t("Test loss")
    case "train_loss":
      return t("Training loss")
    case "params":
      return t("Parameters")
    case "epochs":
      return t("Epochs")
    default:
      return metric.replaceAll("_", " ")
  }
}

/** A metric's value with its unit. */
export function metricValue(metric: string, value: number): string {
  if (isShare(metric)) return percent(value)
  if (metric === "params") return parameters(value)
  return number(value)
}

export function isShare(metric: string): boolean {
  return metric.endsWith("accuracy")
}

function parameters(count: number): string {
  if (count < PARAMETER_UNIT / 10) return number(count)
  return t("%(count)s M", { count: number(Number((count / PARAMETER_UNIT).toPrecision(3))) })
}

/** How far a trial has trained or, before its first report, may train: "27 epochs". */
export function trainedFor(row: TrialRow): string {
  const reached = row.steps.at(-1)
  return fidelityWords(reached === undefined ? row.fidelity : { epochs: reached })
}

function fidelityWords(fidelity: Readonly<Record<string, number>>): string {
  return Object.entries(fidelity)
    .map(([name, value]) =>
      name === "epochs"
        ? n("%(count)s epoch", "%(count)s epochs", value)
        : `${metricTitle(name)} ${number(value)}`,
    )
    .join(", ")
}

export function duration(seconds: number): string {
  if (seconds < 100) return t("%(seconds)s s", { seconds: Number(seconds.toPrecision(3)) })
  const minutes = Math.round(seconds / 60)
  if (minutes < 100) return t("%(minutes)s min", { minutes })
  return t("%(hours)s h", { hours: Number((seconds / 3600).toPrecision(3)) })
}

/** A hyper-parameter's value; what a person wrote is left as it is. */
export function configValue(value: unknown): string {
  if (typeof value === "number") return number(value)
  if (typeof value === "boolean") return value ? t("yes") : t("no")
  return value === null || value === undefined ? "" : String(value)
}
