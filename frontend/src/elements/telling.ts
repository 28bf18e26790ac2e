/** What a figure says: its sentence, and its data as a table behind a button. */

import { el, setText } from "../dom"
import type { Table } from "../figures/figure"
import { t } from "../i18n"

export class Telling {
  readonly #sentence = el("p", { class: "figure-sentence" })
  readonly #data = el("div", { class: "table-responsive" })
  readonly #details = el("details", {}, el("summary", {}, t("Data as a table")), this.#data)
  #table: (() => Table) | undefined

  readonly elements: readonly HTMLElement[] = [this.#sentence, this.#details]

  constructor() {
    this.#details.hidden = true
    this.#details.addEventListener("toggle", () => this.#tabulate())
  }

  /** Say this; without a table there is nothing to unfold. `table` is made only where it is looked at. */
  say(sentence: string, table?: () => Table): void {
    setText(this.#sentence, sentence)
    this.#details.hidden = table === undefined
    this.#table = table
    this.#tabulate()
  }

  #tabulate(): void {
    if (this.#details.open && this.#table) this.#data.replaceChildren(tableOf(this.#table()))
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
