/** Where Plotly draws: it is loaded when the first figure comes into view, and follows the theme. */

import { el } from "../dom"
import { OKABE_ITO } from "../figures/figure"
import { t } from "../i18n"
import { type Bundle, loadPlotly } from "../plotly"

export interface Picture {
  traces: object[]
  layout: Record<string, unknown>
  /** Selects what of the picture's words are somebody's own, which no translator may touch. */
  own?: string
}

const REST = 3 // times as long as the last drawing took, until the next: the page stays quick

const CONFIG = { responsive: true, displayModeBar: false, displaylogo: false }

/** A figure's canvas. The latest picture wins; it is drawn when it can be seen. */
export class Canvas {
  readonly element = el("div", { class: "figure-canvas" })
  readonly #bundle: Bundle
  readonly #clicked: ((data: unknown) => void) | undefined
  #picture: Picture | undefined
  #isVisible = false
  #isDrawing = false
  #listens = false
  #sight: IntersectionObserver | undefined
  #theme: MutationObserver | undefined

  /** `clicked` is told the `customdata` of the point that somebody clicks on. */
  constructor(bundle: Bundle, clicked?: (data: unknown) => void) {
    this.#bundle = bundle
    this.#clicked = clicked
  }

  /** Begin to watch for sight and theme. */
  open(): void {
    this.#sight = new IntersectionObserver((entries) => {
      this.#isVisible = entries.at(-1)?.isIntersecting ?? false
      this.#draw()
    })
    this.#sight.observe(this.element)
    this.#theme = new MutationObserver(() => this.#draw())
    this.#theme.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] })
  }

  close(): void {
    this.#sight?.disconnect()
    this.#theme?.disconnect()
    this.#isVisible = false
  }

  show(picture: Picture): void {
    this.#picture = picture
    this.#draw()
  }

  /** Draw unless a drawing is under way, which then draws once more what came meanwhile. */
  async #draw(): Promise<void> {
    if (this.#isDrawing || !this.#isVisible || !this.#picture) return
    this.#isDrawing = true
    const drawn = this.#picture
    let began = performance.now()
    try {
      const plotly = await loadPlotly(this.#bundle)
      began = performance.now()
      // A picture may know how high it must be; its element then makes room for it.
      this.element.style.height = drawn.layout.height ? `${drawn.layout.height}px` : ""
      await plotly.react(this.element, drawn.traces, themed(drawn.layout), CONFIG)
      this.#mark(drawn.own)
      this.#listen()
    } catch {
      this.element.replaceChildren(
        el("p", { class: "figure-error" }, t("The chart could not be drawn. Its data is below.")),
      )
    }
    const pause = REST * (performance.now() - began)
    if (pause > 50) await new Promise((resolve) => setTimeout(resolve, pause))
    this.#isDrawing = false
    if (this.#picture !== drawn) await this.#draw()
  }

  /** What was somebody's own in one drawing may be ours in the next. */
  #mark(own: string | undefined): void {
    for (const part of this.element.querySelectorAll("[translate]")) {
      part.removeAttribute("translate")
    }
    if (!own) return
    for (const part of this.element.querySelectorAll(own)) part.setAttribute("translate", "no")
  }

  /** Hear clicks on points; Plotly gives the element its own events with the first drawing. */
  #listen(): void {
    const host = this.element as Clickable
    if (!this.#clicked || this.#listens || !host.on) return
    this.#listens = true
    host.on("plotly_click", ({ points }) => this.#clicked?.(points[0]?.customdata))
  }
}

interface Clickable {
  on?: (
    event: "plotly_click",
    heard: (click: { points: { customdata?: unknown }[] }) => void,
  ) => void
}

/** Our look for any layout: the page's own font and colours on a clear ground. */
export function themed(layout: Record<string, unknown>): Record<string, unknown> {
  const page = getComputedStyle(document.documentElement)
  const ink = page.getPropertyValue("--figure-ink").trim() || "#667382"
  const grid = page.getPropertyValue("--figure-grid").trim() || "#dce1e7"
  const more = Object.keys(layout).filter((name) => /^[xy]axis\d+$/.test(name))
  const axes = ["xaxis", "yaxis", ...more]
  const axis = { gridcolor: grid, linecolor: grid, zerolinecolor: grid, automargin: true }
  return {
    autosize: true,
    margin: { l: 56, r: 16, t: 8, b: 44 },
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    colorway: OKABE_ITO,
    uirevision: "keep",
    ...layout,
    font: { family: "system-ui, sans-serif", size: 12, color: ink },
    ...Object.fromEntries(axes.map((name) => [name, { ...axis, ...(layout[name] as object) }])),
  }
}
