import { afterEach, expect, test, vi } from "vitest"
import { Canvas } from "../src/elements/canvas"
import { OWN } from "../src/figures/figure"
import { put } from "./page"

const drawn = '<g class="g-xtitle"><text>lr</text></g><g class="g-ytitle"><text>Loss</text></g>'

vi.mock("../src/plotly", () => ({
  loadPlotly: async () => ({
    react: async (host: HTMLElement) => {
      host.innerHTML ||= `<svg>${drawn}</svg>`
    },
  }),
}))

class Sight {
  readonly #tell: IntersectionObserverCallback

  constructor(tell: IntersectionObserverCallback) {
    this.#tell = tell
  }

  observe(): void {
    this.#tell([{ isIntersecting: true } as IntersectionObserverEntry], this as never)
  }

  disconnect(): void {}
}

afterEach(() => vi.unstubAllGlobals())

test("no translator may touch the words of a picture that are somebody's own", async () => {
  vi.stubGlobal("IntersectionObserver", Sight)
  put("<main></main>")
  const canvas = new Canvas("basic")
  document.querySelector("main")?.append(canvas.element)
  canvas.open()
  const marked = () =>
    [...canvas.element.querySelectorAll("[translate=no]")].map((part) => part.textContent)
  canvas.show({ traces: [{}], layout: {}, own: OWN.x })
  await vi.waitFor(() => expect(marked()).toEqual(["lr"]))
  canvas.show({ traces: [{}], layout: {}, own: OWN.y })
  await vi.waitFor(() => expect(marked()).toEqual(["Loss"]))
  canvas.show({ traces: [{}], layout: {} })
  await vi.waitFor(() => expect(marked()).toEqual([]))
  canvas.close()
})
