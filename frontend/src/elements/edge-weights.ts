/**
 * `<edge-weights src="…/derivations/">` shows how a super-network weighs its operations, epoch by
 * epoch: the latest as it happens, earlier ones by a slider, which the cells beside it follow.
 */

import { el, setText } from "../dom"
import type { Derivation } from "../events.gen"
import { weightsFigure } from "../figures/weights"
import { n, t } from "../i18n"
import { Canvas } from "./canvas"
import { CHOSEN } from "./cell-diagram"
import { Chart } from "./chart"
import { Feed } from "./feed"
import { follow } from "./run-live"

const ROOM = 640 // pixels that two cells side by side need

interface Answer {
  derivations: Derivation[]
}

export class EdgeWeights extends HTMLElement {
  #stop = new AbortController()
  #chart: Chart | undefined
  #feed: Feed<Answer> | undefined
  #known: Derivation[] = []
  #slider = el("input", { type: "range", class: "form-range", min: "0", step: "1" })
  #where = el("output", { class: "text-secondary" })
  #isLatest = true

  connectedCallback(): void {
    this.#stop = new AbortController()
    const { signal } = this.#stop
    this.#slider.setAttribute("aria-label", t("Epoch of the edge weights"))
    this.#slider.addEventListener("input", () => this.#choose(), { signal })
    const chart = el("div")
    const waiting = t("No weights yet. They are drawn after the first epoch of the search.")
    this.#chart = new Chart(chart, waiting, [], new Canvas("all"))
    this.#feed = new Feed(
      this,
      () => this.getAttribute("src") ?? "",
      (data: Answer) => {
        this.#add(data.derivations)
      },
    )
    const tools = el("div", { class: "figure-tools weights-tools" }, this.#slider, this.#where)
    this.replaceChildren(tools, this.#feed.message, chart)
    this.#chart.open()
    this.#feed.open(false)
    follow(this, signal, ({ state }) => {
      if (state.derived) this.#add([state.derived])
    })
  }

  disconnectedCallback(): void {
    this.#stop.abort()
    this.#feed?.close()
    this.#chart?.close()
  }

  /** Take note of derivations; a search that went back to a checkpoint tells a step again. */
  #add(told: readonly Derivation[]): void {
    const known = new Map(this.#known.map((derivation) => [key(derivation), derivation]))
    for (const derivation of told) known.set(key(derivation), derivation)
    const latest = Math.max(...[...known.values()].map(({ number }) => number))
    const mine = [...known.values()].filter(({ number }) => number === latest)
    const before = this.#shown
    this.#known = mine.sort((a, b) => a.step - b.step)
    this.#slider.max = String(Math.max(0, this.#known.length - 1))
    const place = this.#known.findIndex((derivation) => before && key(derivation) === key(before))
    this.#slider.value = String(this.#isLatest ? this.#known.length - 1 : Math.max(0, place))
    this.#draw()
  }

  get #shown(): Derivation | undefined {
    return this.#known[Number(this.#slider.value)]
  }

  #choose(): void {
    this.#isLatest = Number(this.#slider.value) === this.#known.length - 1
    const detail = this.#isLatest ? null : (this.#shown ?? null)
    this.closest("run-live")?.dispatchEvent(new CustomEvent(CHOSEN, { detail }))
    this.#draw()
  }

  #draw(): void {
    const shown = this.#shown
    if (!shown) return
    const last = this.#known.at(-1)?.step ?? shown.step
    const epochs = n("%(count)s epoch", "%(count)s epochs", last)
    setText(this.#where, t("epoch %(step)s of %(epochs)s so far", { step: shown.step, epochs }))
    this.#chart?.show(weightsFigure(shown, this.clientWidth < ROOM))
  }
}

function key({ number, step }: Derivation): string {
  return `${number} ${step}`
}
