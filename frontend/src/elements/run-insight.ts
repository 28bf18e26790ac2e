/** `<run-insight src="…/insight/">` draws how the run's method thinks, and anew as trials end. */

import { el } from "../dom"
import { familyFigure } from "../figures/family"
import type { Figure, Goal } from "../figures/figure"
import type { Insight } from "../figures/insight"
import { coverageFigure, rungsFigure } from "../figures/rungs"
import { t } from "../i18n"
import { Canvas } from "./canvas"
import { Chart } from "./chart"
import { Feed } from "./feed"
import type { RunLive } from "./run-live"

export class RunInsight extends HTMLElement {
  #chart: Chart | undefined
  #feed: Feed<Insight | null> | undefined

  connectedCallback(): void {
    const chart = el("div")
    this.#chart = new Chart(
      chart,
      t("Nothing to show yet. The picture begins with the first trial."),
      [],
      new Canvas("basic", (number) => this.#open(Number(number))),
    )
    this.#feed = new Feed(
      this,
      () => this.getAttribute("src") ?? "",
      (data: Insight | null) => {
        const figure = data && figureOf(data, this.#goal)
        if (figure) this.#chart?.show(figure)
      },
    )
    this.replaceChildren(this.#feed.message, chart)
    this.#chart.open()
    this.#feed.open()
  }

  disconnectedCallback(): void {
    this.#feed?.close()
    this.#chart?.close()
  }

  get #goal(): Goal {
    return this.closest<RunLive>("run-live")?.goal ?? { objective: "val_accuracy", maximise: true }
  }

  /** Go to the page of a trial that somebody clicked on. */
  #open(number: number): void {
    const address = this.closest<RunLive>("run-live")?.trialAddress(number)
    if (address) location.assign(address)
  }
}

function figureOf(insight: Insight, goal: Goal): Figure | null {
  switch (insight.kind) {
    case "family":
      return familyFigure(insight.members, goal)
    case "rungs":
      return rungsFigure(insight.rungs, insight.fidelity, goal)
    case "coverage":
      return coverageFigure(insight.axes, goal)
    case "weights":
      return null // `<edge-weights>` shows these
  }
}
