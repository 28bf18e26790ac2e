/**
 * `<cell-diagram [genotype="{…}"]>` draws an architecture: the given one, or what the run around it
 * has found so far, live. While a search shares weights, that is its super-network.
 */

import { el } from "../dom"
import type { Derivation, LiveState } from "../events.gen"
import { type Genotype, graphsOf } from "../figures/drawings"
import { edgeTable, type Graph, graphSentence } from "../figures/graph"
import { supernetGraphs } from "../figures/supernet"
import { t } from "../i18n"
import { OPEN_STATES } from "../state"
import { drawingOf } from "./cell-drawing"
import { follow } from "./run-live"
import { Telling } from "./telling"

/** Dispatched in a run by the slider of `<edge-weights>`; without a derivation, the run is followed again. */
export const CHOSEN = "derivation-chosen"

export class CellDiagram extends HTMLElement {
  #stop = new AbortController()
  #telling = new Telling()
  #cells = el("div", { class: "cells" })
  #chosen: Derivation | null = null
  #shown = ""
  #keys = new Set<string>()

  connectedCallback(): void {
    this.#stop = new AbortController()
    this.#telling = new Telling()
    this.#shown = ""
    this.#cells.replaceChildren(
      el(
        "p",
        { class: "figure-empty" },
        t("No architecture yet. The first one is drawn as soon as there is one."),
      ),
    )
    this.replaceChildren(this.#cells, ...this.#telling.elements)
    const genotype = this.getAttribute("genotype")
    if (genotype) void this.#draw(graphsOf(JSON.parse(genotype)))
    else this.#follow()
  }

  disconnectedCallback(): void {
    this.#stop.abort()
  }

  #follow(): void {
    const { signal } = this.#stop
    let redraw = (): void => {}
    const choose = (event: Event): void => {
      this.#chosen = (event as CustomEvent<Derivation | null>).detail
      redraw()
    }
    this.closest("run-live")?.addEventListener(CHOSEN, choose, { signal })
    follow(this, signal, ({ state }) => {
      redraw = () => void this.#draw(this.#chosen ? supernetGraphs(this.#chosen) : found(state))
      redraw()
    })
  }

  /** Draw unless that is what is drawn; the layout is loaded with the first drawing. */
  async #draw(graphs: Graph[]): Promise<void> {
    const wanted = JSON.stringify(graphs)
    if (graphs.length === 0 || wanted === this.#shown) return
    this.#shown = wanted
    const { layoutOf } = await import("../figures/layout")
    if (wanted !== this.#shown || this.#stop.signal.aborted) return
    const fresh = this.#fresh(graphs)
    const sentences = graphs.map(graphSentence)
    const drawn = graphs.map((graph, index) => {
      const keys = new Set(fresh.filter(([name]) => name === graph.name).map(([, key]) => key))
      return cell(graph.title, drawingOf(layoutOf(graph), sentences[index] ?? "", keys))
    })
    this.#replace(drawn)
    this.#telling.say(sentences.join(" "), () => edgeTable(graphs))
  }

  /** Name and key of the chosen edges that the drawing before did not have; none in the first drawing. */
  #fresh(graphs: readonly Graph[]): [string, string][] {
    const all = graphs.flatMap(({ name, edges }) =>
      edges.filter(({ isChosen }) => isChosen).map(({ key }): [string, string] => [name, key]),
    )
    const before = this.#keys
    this.#keys = new Set(all.map((pair) => pair.join()))
    return before.size > 0 ? all.filter((pair) => !before.has(pair.join())) : []
  }

  /** Put new drawings where the old ones are, so that a reader's scrolling and focus stay. */
  #replace(drawn: readonly HTMLElement[]): void {
    const places = [...this.#cells.querySelectorAll(".cell-scroll")]
    if (places.length !== drawn.length) {
      this.#cells.replaceChildren(...drawn)
      return
    }
    drawn.forEach((figure, index) => {
      const drawing = figure.querySelector("svg")
      if (drawing) places[index]?.replaceChildren(drawing)
    })
  }
}

function cell(title: string, drawing: SVGSVGElement): HTMLElement {
  const scroll = el("div", { class: "cell-scroll", tabindex: "0", role: "region" }, drawing)
  scroll.setAttribute("aria-label", title)
  return el("figure", { class: "cell" }, el("figcaption", {}, title), scroll)
}

/** What a run has found: the super-network while it is trained, then the best architecture. */
function found({ derived, trials, best }: LiveState): Graph[] {
  const searching = derived && OPEN_STATES.has(trials[derived.number]?.state ?? "")
  if (derived && searching) return supernetGraphs(derived)
  const genotype = (best === null ? null : trials[best]?.genotype) ?? derived?.genotype
  return genotype ? graphsOf(JSON.parse(genotype) as Genotype) : []
}
