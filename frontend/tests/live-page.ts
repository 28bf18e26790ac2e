import { vi } from "vitest"
import { RunLive } from "../src/elements/run-live"
import type { LiveState } from "../src/events.gen"
import { put } from "./page"
import { aRun } from "./run"

class SilentSocket {
  send(): void {}
  close(): void {}
}

/** Whatever is watched is in view. */
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

customElements.define("run-live", RunLive)

/** What a figure is answered: always the same, or by the address that it asks. */
type Answer = object | ((address: string) => object)

/** A page whose figure is in view and is answered so. */
export function livePage(inside: string, answer: Answer, state: LiveState = aRun()): RunLive {
  const told = (address: string) =>
    typeof answer === "function" ? answer(address) : { ...answer, address }
  vi.stubGlobal(
    "fetch",
    vi.fn(async (address: string) => Response.json(told(address))),
  )
  vi.stubGlobal("WebSocket", SilentSocket)
  vi.stubGlobal("IntersectionObserver", Sight)
  const data = JSON.stringify({ seq: 1, state })
  put(`<run-live run="12" socket="/ws/runs/12/" objective="val_accuracy" maximise>
    <script type="application/json">${data}</script>${inside}</run-live>`)
  return document.querySelector("run-live") as RunLive
}

export function leave(): void {
  document.body.replaceChildren()
  vi.unstubAllGlobals()
}
