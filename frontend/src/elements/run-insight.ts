/**
 * `<run-insight src="…/insight/">` draws how the run's method thinks, and anew as trials end; a slider
 * goes back to what it thought when fewer had ended.
 */

import { el, setText } from "../dom"
import type { Goal } from "../figures/figure"
import type { Insight } from "../figures/insight"
import { t } from "../i18n"
import { Canvas } from "./canvas"
import { Chart } from "./chart"
import { Feed } from "./feed"
import { InsightFigure } from "./insight-figure"
import type { RunLive } from "./run-live"

/** An insight, and after how many of the trials that have ended it was had. */
type Told = Insight & { at: number; of: number }

export class RunInsight extends HTMLElement {
  #stop = new AbortController()
  #chart: Chart | undefined
  #feed: Feed<Told | null> | undefined
  readonly #slider = el("input", { type: "range", class: "form-range", min: "0", step: "1" })
  readonly #where = el("output", { class: "text-secondary" })
  readonly #figure = new InsightFigure(() => this.#draw(this.#told))
  readonly #tools = el(
    "div",
    { class: "figure-tools weights-tools" },
    ...this.#figure.elements,
    this.#slider,
    this.#where,
  )
  #told: Told | null = null
  #isLatest = true

  connectedCallback(): void {
    this.#stop = new AbortController()
    this.#slider.setAttribute("aria-label", t("Trials that had ended"))
    this.#slider.addEventListener("input", () => this.#choose(), { signal: this.#stop.signal })
    const chart = el("div")
    this.#chart = new Chart(
      chart,
      t("Nothing to show yet. The picture begins with the first trial."),
      [],
      new Canvas("basic", (number) => this.#open(Number(number))),
    )
    this.#feed = new Feed(
      this,
      () => this.#address,
      (told: Told | null) => {
        this.#told = told
        this.#draw(told)
      },
    )
    this.#tools.hidden = true
    this.replaceChildren(this.#tools, this.#feed.message, chart)
    this.#chart.open()
    this.#feed.open()
  }

  get #address(): string {
    const source = this.getAttribute("src") ?? ""
    return this.#isLatest ? source : `${source}?at=${this.#slider.value}`
  }

  #choose(): void {
    this.#isLatest = this.#slider.value === this.#slider.max
    this.#tell(Number(this.#slider.value))
    this.#feed?.change()
  }

  #draw(told: Told | null): void {
    const figure = told && this.#figure.of(told, this.#goal)
    if (!figure) return
    const most = Math.max(Number(this.#slider.max), told.of) // the past is told by an older answer
    this.#slider.max = String(this.#tools.hidden ? told.of : most)
    if (this.#isLatest) this.#slider.value = this.#slider.max
    this.#tools.hidden = told.of === 0
    this.#tell(Number(this.#slider.value))
    this.#chart?.show(figure)
  }

  #tell(at: number): void {
    const of = Number(this.#slider.max)
    setText(this.#where, t("when %(at)s of %(of)s trials had ended", { at, of }))
  }

  disconnectedCallback(): void {
    this.#stop.abort()
    this.#feed?.close()
    this.#chart?.close()
  }

  get #goal(): Goal {
    return this.closest<RunLive>("run-live")?.goal ?? { objective: "val_accuracy", maximise: true }
  }

  /** Go to the page of a trial that somebody clicked on. */
  #open(number: number): void {
    if (!Number.isInteger(number)) return
    const address = this.closest<RunLive>("run-live")?.trialAddress(number)
    if (address) location.assign(address)
  }
}
