/** A figure on the page: its picture, its sentence, and its data behind a button. */

import { el, setText } from "../dom"
import type { Figure } from "../figures/figure"
import { Canvas } from "./canvas"
import { Telling } from "./telling"

export class Chart {
  readonly #canvas: Canvas
  readonly #empty = el("p", { class: "figure-empty" })
  readonly #telling = new Telling()
  readonly #waiting: string

  /** `waiting` stands where there is nothing to draw, unless a figure says why; `tools` stand above. */
  constructor(host: HTMLElement, waiting: string, tools: HTMLElement[] = [], canvas?: Canvas) {
    this.#canvas = canvas ?? new Canvas("basic")
    this.#waiting = this.#empty.textContent = waiting
    this.#canvas.element.setAttribute("role", "img")
    this.#canvas.element.setAttribute("aria-label", waiting)
    const { elements } = this.#telling
    host.replaceChildren(...tools, this.#canvas.element, this.#empty, ...elements)
  }

  open(): void {
    this.#canvas.open()
  }

  close(): void {
    this.#canvas.close()
  }

  show(figure: Figure): void {
    const isEmpty = figure.traces.length === 0
    setText(this.#empty, figure.waiting ?? this.#waiting)
    this.#empty.hidden = !isEmpty
    this.#canvas.element.hidden = isEmpty
    this.#canvas.element.setAttribute("aria-label", figure.sentence)
    if (isEmpty) this.#telling.say("")
    else {
      this.#telling.say(figure.sentence, figure.table)
      this.#canvas.show(figure)
    }
  }
}
