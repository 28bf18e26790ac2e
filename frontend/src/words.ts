/** What states, metrics and values are called on the page. */

import type { TrialRow } from "./events.gen"
import { bytes, n, number, percent, t } from "./i18n"

const MILLION = 1e6

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
    case "val_balanced_accuracy":
      return t("Validation accuracy, balanced")
    case "test_balanced_accuracy":
      return t("Test accuracy, balanced")
    case "val_loss":
      return t("Validation loss")
    case "test_loss":
      return t("Test loss")
    case "val_perplexity":
      return t("Validation perplexity")
    case "test_perplexity":
      return t("Test perplexity")
    case "val_rmse":
      return t("Validation error (RMSE)")
    case "test_rmse":
      return t("Test error (RMSE)")
    case "val_mae":
      return t("Validation error (mean)")
    case "test_mae":
      return t("Test error (mean)")
    case "val_r2":
      return t("Validation R²")
    case "test_r2":
      return t("Test R²")
    case "train_loss":
      return t("Training loss")
    case "spread":
      return t("Spread over the folds")
    case "params":
      return t("Parameters")
    case "macs":
      return t("Multiply-adds (MACs)")
    case "size_bytes":
      return t("Size")
    case "latency_ms":
      return t("Latency")
    case "netscore":
      return t("NetScore")
    case "supernet_accuracy":
      return t("Accuracy of the super-network")
    case "supernet_loss":
      return t("Loss of the super-network")
    case "best_fitness":
      return t("Best fitness of a generation")
    case "mean_fitness":
      return t("Mean fitness of a generation")
    case "species":
      return t("Species")
    case "champion_accuracy":
      return t("Accuracy of the champion")
    case "champion_units":
      return t("Units of the champion")
    case "champion_links":
      return t("Links of the champion")
    case "led_accuracy":
      return t("Validation accuracy while led")
    case "led_loss":
      return t("Validation loss while led")
    case "led_weight_decay":
      return t("Weight decay it was led to")
    case "epochs":
      return t("Epochs")
    case "folds":
      return t("Folds")
    case "steps":
      return t("Steps")
    case "train_fraction":
      return t("Share of the training data")
    default:
      return metric.replaceAll("_", " ")
  }
}

/** A metric's value with its unit. */
export function metricValue(metric: string, value: number): string {
  if (isShare(metric)) return percent(value)
  switch (metric) {
    case "params":
    case "macs":
      return millions(value)
    case "size_bytes":
      return bytes(value)
    case "latency_ms":
      return t("%(count)s ms", { count: Number(value.toPrecision(3)) })
    default:
      return number(value)
  }
}

export function isShare(metric: string): boolean {
  return metric.endsWith("accuracy") || metric === "train_fraction"
}

/** A count of what a network has many of: 51,000, 0.412 M, 556 M. */
function millions(count: number): string {
  if (count < MILLION / 10) return number(count)
  return t("%(count)s M", { count: number(Number((count / MILLION).toPrecision(3))) })
}

/**
 * How far a trial has trained or, before its first report, may train: "27 epochs on 33.3 % of the data".
 */
export function trainedFor(row: TrialRow): string {
  const { epochs, ...others } = row.fidelity
  const steps = stepsOf(row)
  const reached = row.steps.at(-1) ?? (steps === "epochs" ? epochs : undefined)
  return fidelityWords(steps && reached !== undefined ? { [steps]: reached, ...others } : others)
}

/** What the steps of a trial are, which reports after each; null for a model that is fitted at one go. */
export function stepsOf({ config, fidelity, stage }: TrialRow): "epochs" | "folds" | null {
  if (stage !== "confirm" && Number(config.folds ?? 1) > 1) return "folds"
  return "epochs" in config || "epochs" in fidelity ? "epochs" : null
}

/** One step of those that `stepsOf` names: "epoch 4". */
export function stepWord(steps: string | null, step: string): string {
  switch (steps) {
    case "epochs":
      return t("epoch %(step)s", { step })
    case "folds":
      return t("fold %(step)s", { step })
    default:
      return t("step %(step)s", { step })
  }
}

/** What a trial is given of each fidelity. */
export function fidelityWords(fidelity: Readonly<Record<string, number>>): string {
  if (fidelity.fold !== undefined) return t("fold %(number)s", { number: fidelity.fold })
  return Object.entries(fidelity)
    .map(([name, value]) => rationWords(name, value))
    .join(" ")
}

function rationWords(name: string, value: number): string {
  switch (name) {
    case "epochs":
      return n("%(count)s epoch", "%(count)s epochs", value)
    case "folds":
      return n("%(count)s fold", "%(count)s folds", value)
    case "train_fraction":
      return value === 1
        ? t("on all data")
        : t("on %(share)s of the data", { share: percent(value) })
    default:
      return `${metricTitle(name)} ${number(value)}`
  }
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

/** What a cell of an architecture is called. */
export function cellTitle(name: string): string {
  switch (name) {
    case "normal":
      return t("Normal cell")
    case "reduce":
      return t("Reduction cell")
    default:
      return name
  }
}

/** A short name of an operation of the genotype's vocabulary: "sep3" is "sep 3×3". */
export function opTitle(op: string): string {
  switch (op) {
    case "id":
      return t("identity")
    case "zero":
      return t("zero")
    case "c1x7":
      return t("conv %(size)s", { size: "1×7, 7×1" })
    case "c1x3":
      return t("conv %(size)s", { size: "1×3, 3×1" })
  }
  const [, kind = "", size = ""] = /^([a-z]+)(\d)$/.exec(op) ?? []
  const square = { size: `${size}×${size}` }
  switch (kind) {
    case "conv":
      return t("conv %(size)s", square)
    case "sep":
      return t("sep %(size)s", square)
    case "dil":
      return t("dil %(size)s", square)
    case "dw":
      return t("depthwise %(size)s", square)
    case "avg":
      return t("avg pool %(size)s", square)
    case "max":
      return t("max pool %(size)s", square)
    default:
      return op
  }
}
