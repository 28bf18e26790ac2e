/** `<run-live>` holds a run's state and keeps it live; the elements inside it follow and draw. */

import type { Goal } from "../figures/figure"
import { empty } from "../state"
import { type Snapshot, Stream, socketAddress } from "../stream"

export class RunLive extends HTMLElement {
  #stream: Stream | undefined
  #stop = new AbortController()
  #reasons: Record<string, string> = {}
  #told = ""
  #state = ""

  get goal(): Goal {
    return {
      objective: this.getAttribute("objective") ?? "val_accuracy",
      maximise: this.hasAttribute("maximise"),
    }
  }

  /** Made when it is first asked for: an element inside may come to life before this one. */
  get stream(): Stream {
    this.#stream ??= new Stream(
      socketAddress(this.getAttribute("socket") ?? ""),
      this.#json<Snapshot>(0) ?? { seq: 0, state: empty() },
    )
    return this.#stream
  }

  /** The address of a trial's page: that of trial 0, as the page was told, with another number. */
  trialAddress(number: number): string | null {
    return this.getAttribute("trial-url")?.replace(/0(?=\/?$)/, String(number)) ?? null
  }

  /** The sentence of a reason code. */
  reason(code: string): string {
    return this.#reasons[code] ?? code
  }

  connectedCallback(): void {
    this.#stop = new AbortController()
    this.#reasons = this.#json(1) ?? {}
    this.stream.addEventListener("change", () => this.#tell(), { signal: this.#stop.signal })
    this.#told = this.#standing
    this.#state = this.stream.state.state
    this.stream.open()
  }

  disconnectedCallback(): void {
    this.#stop.abort()
    this.stream.close()
  }

  /** The page's data: the live state first, then the sentences of the reason codes. */
  #json<T>(index: number): T | null {
    const text = this.querySelectorAll('script[type="application/json"]')[index]?.textContent
    return text ? JSON.parse(text) : null
  }

  get #standing(): string {
    const { state, counts } = this.stream.state
    return JSON.stringify([state, counts.complete ?? 0])
  }

  /**
   * Dispatch `run-changed` when the run moved or a trial completed, and `run-moved` in the first case:
   * htmx then fetches what hangs on it.
   */
  #tell(): void {
    if (this.#standing === this.#told) return
    this.#told = this.#standing
    this.dispatchEvent(new CustomEvent("run-changed"))
    const { state } = this.stream.state
    if (state === this.#state) return
    this.#state = state
    this.dispatchEvent(new CustomEvent("run-moved"))
  }
}

/** Draw now and at every change of the run around `element`, until the signal. */
export function follow(
  element: HTMLElement,
  signal: AbortSignal,
  draw: (stream: Stream, live: RunLive) => void,
): void {
  const live = element.closest<RunLive>("run-live")
  if (!live) return
  const { stream } = live
  stream.addEventListener("change", () => draw(stream, live), { signal })
  draw(stream, live)
}
