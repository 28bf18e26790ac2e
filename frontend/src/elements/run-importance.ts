/** `<run-importance src="…/importance/">` shows which hyper-parameters matter, and anew as trials end. */

import { el, setText } from "../dom"
import { type Importances, importanceFigure, waiting } from "../figures/importance"
import { t } from "../i18n"
import { Chart } from "./chart"
import { Feed } from "./feed"

export class RunImportance extends HTMLElement {
  #chart: Chart | undefined
  #feed: Feed<Importances> | undefined

  connectedCallback(): void {
    const chart = el("div")
    const empty = el("p", { class: "figure-empty" })
    const method = el(
      "p",
      { class: "form-hint mb-0" },
      t(
        "How differently the best tenth of the trials is spread from all of them (PED-ANOVA). It tells what tells good trials from others here, not why.",
      ),
    )
    this.#chart = new Chart(chart, "", [])
    this.#feed = new Feed(
      this,
      () => this.getAttribute("src") ?? "",
      (told: Importances) => {
        chart.hidden = method.hidden = told.bars.length === 0
        empty.hidden = !chart.hidden
        setText(empty, waiting(told))
        if (!chart.hidden) this.#chart?.show(importanceFigure(told))
      },
    )
    chart.hidden = method.hidden = true
    this.replaceChildren(this.#feed.message, empty, chart, method)
    this.#chart.open()
    this.#feed.open()
  }

  disconnectedCallback(): void {
    this.#feed?.close()
    this.#chart?.close()
  }
}
