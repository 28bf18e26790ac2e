/** The keys that work everywhere: `?` shows them all. */

import { el } from "./dom"
import { t } from "./i18n"

const LISTS: Readonly<Record<string, string>> = {
  p: "/projects/",
  d: "/datasets/",
  r: "/runs/",
  m: "/models/",
}

let isGoing = false // `g` was pressed, the list's letter comes next

export function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
  const list = isGoing ? LISTS[event.key] : undefined
  isGoing = event.key === "g"
  if (list) location.assign(list)
  else if (event.key === "?") help().showModal()
  else if (event.key === "/" && focusSearch()) event.preventDefault()
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, select, textarea, dialog") !== null
}

function focusSearch(): boolean {
  const search = document.querySelector<HTMLInputElement>("input[type=search]")
  search?.focus()
  return search !== null
}

function keys(): [string, string][] {
  return [
    ["?", t("This help")],
    ["/", t("Search on this page")],
    ["g p", t("Go to the projects")],
    ["g d", t("Go to the datasets")],
    ["g r", t("Go to the runs")],
    ["g m", t("Go to the models")],
    ["Esc", t("Close")],
  ]
}

function help(): HTMLDialogElement {
  const shown = document.querySelector<HTMLDialogElement>("dialog.key-help")
  if (shown) return shown
  const lines = keys().flatMap(([key, what]) => [
    el("dt", {}, ...key.split(" ").map((one) => el("kbd", {}, one))),
    el("dd", {}, what),
  ])
  const close = el("button", { class: "btn btn-primary" }, t("Close"))
  const dialog = el(
    "dialog",
    { class: "key-help", "aria-labelledby": "key-help-title" },
    el("h2", { id: "key-help-title" }, t("Keys")),
    el("dl", {}, ...lines),
    el("form", { method: "dialog" }, close),
  )
  document.body.append(dialog)
  return dialog
}
