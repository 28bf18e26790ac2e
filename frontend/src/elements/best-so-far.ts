/** `<best-so-far>` draws the completed trials and the path of the best one, live. */

import { bestSoFar } from "../figures/best"
import { t } from "../i18n"
import { Chart } from "./chart"
import { follow } from "./run-live"

export class BestSoFar extends HTMLElement {
  #stop = new AbortController()
  #chart: Chart | undefined

  connectedCallback(): void {
    this.#stop = new AbortController()
    this.#chart = new Chart(this, t("No trial has completed yet. The first one sets the mark."))
    this.#chart.open()
    follow(this, this.#stop.signal, ({ state }, { goal }) => {
      this.#chart?.show(bestSoFar(state, goal))
    })
  }

  disconnectedCallback(): void {
    this.#stop.abort()
    this.#chart?.close()
  }
}
