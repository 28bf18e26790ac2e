/** `<plotly-figure src="….json">` draws a figure that Python's plotly wrote. */

import { el } from "../dom"
import { t } from "../i18n"
import { Canvas } from "./canvas"

export class PlotlyFigure extends HTMLElement {
  #stop = new AbortController()
  readonly #canvas = new Canvas("all")
  readonly #message = el("p", { class: "figure-empty", role: "status" })

  connectedCallback(): void {
    this.#stop = new AbortController()
    this.prepend(this.#message, this.#canvas.element)
    this.#canvas.open()
    void this.#load()
  }

  disconnectedCallback(): void {
    this.#stop.abort()
    this.#canvas.close()
  }

  async #load(): Promise<void> {
    this.#say(t("Loading the chart ..."))
    try {
      const answer = await fetch(this.getAttribute("src") ?? "", { signal: this.#stop.signal })
      if (!answer.ok) throw new Error(answer.statusText)
      const { data, layout } = await answer.json()
      this.#canvas.show({ traces: data, layout: withoutTemplate(layout) })
      this.#say("")
    } catch {
      if (this.#stop.signal.aborted) return
      this.#say(t("The chart could not be loaded."))
      const again = el("button", { type: "button", class: "btn btn-sm" }, t("Try again"))
      again.addEventListener("click", () => void this.#load(), { once: true })
      this.#message.append(" ", again)
    }
  }

  #say(text: string): void {
    this.#message.textContent = text
    this.#message.hidden = text === ""
    this.#canvas.element.hidden = text !== ""
  }
}

/** Plotly's default template brings its own colours; ours are the page's. */
function withoutTemplate({
  template: _,
  ...layout
}: Record<string, unknown>): Record<string, unknown> {
  return layout
}
