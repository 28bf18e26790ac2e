/** The table of trials: which columns it has, what stands in them, and in which order. */

import type { LiveState, TrialRow } from "../events.gen"
import { number, t } from "../i18n"
import {
  configValue,
  duration,
  metricTitle,
  metricValue,
  reasonWord,
  stateWord,
  trainedFor,
} from "../words"
import { type Goal, rowsOf } from "./figure"

type Sortable = number | string | null

export interface Column {
  key: string
  title: string
  /** Figures are set to the right. */
  isFigure: boolean
  /** What a person wrote, which is not to be translated. */
  isData: boolean
  text: (row: TrialRow) => string
  order: (row: TrialRow) => Sortable
}

export interface Arrangement {
  sort: string
  descending: boolean
  state: string
  search: string
}

/** The columns that a state calls for: metrics that were measured, hyper-parameters that differ. */
export function columnsOf(state: LiveState, goal: Goal): Column[] {
  const rows = rowsOf(state)
  const measured = new Set(rows.flatMap((row) => Object.keys(row.values)))
  const tested = goal.objective.replace(/^val_/, "test_")
  const asked = new Set([goal.objective, tested, "test_accuracy", "params"])
  const metrics = [...asked].filter((name) => name === goal.objective || measured.has(name))
  return [
    column(
      "number",
      t("Trial"),
      (row) => number(row.number),
      (row) => row.number,
    ),
    column("state", t("State"), stateText, (row) => stateWord(row.state)),
    ...metrics.map((name) => metricColumn(name)),
    column("fidelity", t("Trained for"), trainedFor, furthest),
    column(
      "cost",
      t("Time"),
      (row) => (row.cost ? duration(row.cost) : ""),
      (row) => row.cost,
    ),
    ...differing(rows).map(configColumn),
    column(
      "why",
      t("Why"),
      (row) => t(row.why, row.why_values),
      (row) => row.why,
    ),
  ]
}

function column(key: string, title: string, text: Column["text"], order: Column["order"]): Column {
  const isFigure = key === "fidelity" || key === "cost"
  return { key, title, isFigure, isData: false, text, order }
}

function metricColumn(name: string): Column {
  const value = (row: TrialRow): number | null => row.values[name] ?? latest(row, name)
  return {
    key: `metric.${name}`,
    title: metricTitle(name),
    isFigure: true,
    isData: false,
    text: (row) => {
      const found = value(row)
      return found === null ? "" : metricValue(name, found)
    },
    order: value,
  }
}

function configColumn(name: string): Column {
  return {
    key: `config.${name}`,
    title: name,
    isFigure: false,
    isData: true,
    text: (row) => configValue(row.config[name]),
    order: (row) => sortable(row.config[name]),
  }
}

/** The value that a trial stands at, while it has no final one. */
export function latest(row: TrialRow, metric: string): number | null {
  return row.curves[metric]?.findLast((value) => value !== null) ?? null
}

/** Names of the hyper-parameters that are not the same in all trials. */
export function differing(rows: readonly TrialRow[]): string[] {
  const names = new Set(rows.flatMap((row) => Object.keys(row.config)))
  return [...names].filter((name) => new Set(rows.map((row) => row.config[name])).size > 1)
}

export function stateText(row: TrialRow): string {
  const word = stateWord(row.state)
  return row.reason
    ? t("%(state)s: %(reason)s", { state: word, reason: reasonWord(row.reason) })
    : word
}

/** The share of the training data where trials differ in that, else what has been trained. */
function furthest({ fidelity, steps }: TrialRow): number | null {
  return fidelity.train_fraction ?? steps.at(-1) ?? Object.values(fidelity)[0] ?? null
}

function sortable(value: unknown): Sortable {
  if (typeof value === "number" || typeof value === "string") return value
  return value === undefined || value === null ? null : String(value)
}

/** The rows to show, filtered and in order; rows without a value stand last either way. */
export function arrange(state: LiveState, columns: readonly Column[], by: Arrangement): TrialRow[] {
  const sort = columns.find(({ key }) => key === by.sort) ?? columns[0]
  const wanted = by.search.trim().toLowerCase()
  const rows = rowsOf(state).filter(
    (row) =>
      (by.state === "" || row.state === by.state) &&
      (wanted === "" || columns.some(({ text }) => text(row).toLowerCase().includes(wanted))),
  )
  if (!sort) return rows
  return rows.sort((a, b) => compare(sort.order(a), sort.order(b), by.descending))
}

function compare(a: Sortable, b: Sortable, descending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  const order =
    typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b))
  return descending ? -order : order
}
