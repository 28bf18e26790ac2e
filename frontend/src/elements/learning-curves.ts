/** `<learning-curves metric="val_accuracy" [trial="7"]>` draws how trials learn, live. */

import { el } from "../dom"
import type { LiveState } from "../events.gen"
import { curveMetrics, learningCurves } from "../figures/curves"
import { t } from "../i18n"
import { metricTitle } from "../words"
import { Chart } from "./chart"
import { follow } from "./run-live"

export class LearningCurves extends HTMLElement {
  #stop = new AbortController()
  #chart: Chart | undefined
  #state: LiveState | undefined
  #metrics = ""
  readonly #metric = el("select", { class: "form-select form-select-sm" })
  readonly #logarithmic = el("input", { type: "checkbox", class: "form-check-input" })

  connectedCallback(): void {
    this.#stop = new AbortController()
    this.#chart = new Chart(
      this,
      t("No trial has reported yet. Curves appear with the first epoch."),
      [this.#tools()],
    )
    this.#chart.open()
    follow(this, this.#stop.signal, (stream) => this.#draw(stream.state))
  }

  disconnectedCallback(): void {
    this.#stop.abort()
    this.#chart?.close()
  }

  #tools(): HTMLElement {
    const { signal } = this.#stop
    const redraw = (): void => this.#draw(this.#state)
    this.#metric.setAttribute("aria-label", t("Metric of the learning curves"))
    this.#metric.addEventListener("change", redraw, { signal })
    this.#logarithmic.addEventListener("change", redraw, { signal })
    const label = el("span", { class: "form-check-label" }, t("Epochs on a log scale"))
    const check = el("label", { class: "form-check" }, this.#logarithmic, label)
    return el("div", { class: "figure-tools" }, this.#metric, check)
  }

  #draw(state: LiveState | undefined): void {
    if (!state) return
    this.#state = state
    this.#offer(curveMetrics(state))
    const trial = this.getAttribute("trial")
    const figure = learningCurves(state, {
      metric: this.#metric.value,
      logarithmic: this.#logarithmic.checked,
      ...(trial && { trial: Number(trial) }),
    })
    this.#chart?.show(figure)
  }

  /** Offer the metrics that were reported, the one that the page names first. */
  #offer(reported: readonly string[]): void {
    const named = this.getAttribute("metric") ?? "val_accuracy"
    const metrics = [...new Set([named, ...reported])]
    if (metrics.join() === this.#metrics) return
    this.#metrics = metrics.join()
    const chosen = this.#metric.value || named
    const options = metrics.map((name) => el("option", { value: name }, metricTitle(name)))
    this.#metric.replaceChildren(...options)
    this.#metric.value = chosen
  }
}
