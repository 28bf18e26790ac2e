/** One row of the table of trials: made once, then changed only where the trial changed. */

import { el, setText, stateMark } from "../dom"
import type { TrialRow } from "../events.gen"
import { type Column, stateText } from "../figures/trials"
import { t } from "../i18n"

export class TrialLine {
  readonly element = el("tr")
  readonly #columns: readonly Column[]
  readonly #stage = el("span", { class: "badge badge-outline text-body ms-2" })
  #state = ""
  #shown = ""

  constructor(columns: readonly Column[], address: string | null) {
    this.#columns = columns
    this.element.append(...columns.map((column) => cell(column, address)))
    this.element.firstElementChild?.append(this.#stage)
  }

  /** Of hundreds of rows few change at a time: the others are left alone. */
  show(row: TrialRow, { isBest, metric }: { isBest: boolean; metric: string }): void {
    const standing = JSON.stringify([
      row.state,
      row.attempt,
      row.reason,
      row.cost,
      row.steps.at(-1),
      isBest,
    ])
    if (standing === this.#shown) return
    this.#shown = standing
    this.element.classList.toggle("is-best", isBest)
    this.#columns.forEach((column, index) => {
      const place = this.element.children[index]
      if (!place) return
      if (column.key === "state") this.#showState(place, row)
      else setText(place.querySelector("a, span") ?? place, column.text(row))
      if (column.key === `metric.${metric}`) {
        place.classList.toggle("is-provisional", row.values[metric] === undefined)
      }
    })
    setText(this.#stage, badge(row, isBest))
    this.#stage.hidden = this.#stage.textContent === ""
  }

  #showState(place: Element, row: TrialRow): void {
    const text = stateText(row)
    if (text === this.#state) return
    this.#state = text
    place.replaceChildren(stateMark(row.state, text))
  }
}

function cell(column: Column, address: string | null): HTMLElement {
  const place = el("td", { "data-label": column.title })
  if (column.isFigure) place.classList.add("is-figure")
  if (column.isData) {
    place.classList.add("is-data")
    place.setAttribute("translate", "no")
  }
  if (column.key === "why") place.classList.add("is-why")
  if (column.key === "number") {
    place.classList.add("is-number")
    place.append(address ? el("a", { href: address }) : el("span"))
  }
  return place
}

function badge(row: TrialRow, isBest: boolean): string {
  if (row.stage === "confirm") return t("confirm")
  return isBest ? t("best") : ""
}
