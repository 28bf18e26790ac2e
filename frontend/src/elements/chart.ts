/** A figure on the page: its picture, its sentence, and its data behind a button. */

import { el, setText } from "../dom"
import type { Figure, Table } from "../figures/figure"
import { t } from "../i18n"
import { Canvas } from "./canvas"

export class Chart {
  readonly #canvas = new Canvas("basic")
  readonly #empty = el("p", { class: "figure-empty" })
  readonly #sentence = el("p", { class: "figure-sentence" })
  readonly #data = el("div", { class: "table-responsive" })
  readonly #details: HTMLDetailsElement
  #figure: Figure | undefined

  /** `waiting` stands where there is nothing to draw yet; `tools` stand above the picture. */
  constructor(host: HTMLElement, waiting: string, ...tools: HTMLElement[]) {
    this.#empty.textContent = waiting
    this.#details = el("details", {}, el("summary", {}, t("Data as a table")), this.#data)
    this.#details.addEventListener("toggle", () => this.#tabulate())
    this.#canvas.element.setAttribute("role", "img")
    host.replaceChildren(...tools, this.#canvas.element, this.#empty, this.#sentence, this.#details)
  }

  open(): void {
    this.#canvas.open()
  }

  close(): void {
    this.#canvas.close()
  }

  show(figure: Figure): void {
    this.#figure = figure
    const isEmpty = figure.traces.length === 0
    this.#empty.hidden = !isEmpty
    this.#canvas.element.hidden = isEmpty
    this.#details.hidden = isEmpty
    setText(this.#sentence, isEmpty ? "" : figure.sentence)
    this.#canvas.element.setAttribute("aria-label", figure.sentence)
    if (!isEmpty) this.#canvas.show(figure)
    this.#tabulate()
  }

  #tabulate(): void {
    if (this.#details.open && this.#figure)
      this.#data.replaceChildren(tableOf(this.#figure.table()))
  }
}

function tableOf({ head, rows }: Table): HTMLTableElement {
  const titles = head.map((title) => el("th", { scope: "col" }, title))
  const lines = rows.map((cells) => el("tr", {}, ...cells.map((cell) => el("td", {}, cell))))
  return el(
    "table",
    { class: "table table-sm figures" },
    el("thead", {}, el("tr", {}, ...titles)),
    el("tbody", {}, ...lines),
  )
}
