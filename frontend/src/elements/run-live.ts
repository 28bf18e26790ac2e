/** `<run-live>` holds a run's state and keeps it live; the elements inside it follow and draw. */

import type { Goal } from "../figures/figure"
import { empty } from "../state"
import { type Snapshot, Stream, socketAddress } from "../stream"

export class RunLive extends HTMLElement {
  stream: Stream | undefined

  get goal(): Goal {
    return {
      objective: this.getAttribute("objective") ?? "val_accuracy",
      maximise: this.hasAttribute("maximise"),
    }
  }

  /** The address of a trial's page: that of trial 0, as the page was told, with another number. */
  trialAddress(number: number): string | null {
    return this.getAttribute("trial-url")?.replace(/0(?=\/?$)/, String(number)) ?? null
  }

  connectedCallback(): void {
    this.stream ??= new Stream(socketAddress(this.getAttribute("socket") ?? ""), this.#snapshot())
    this.stream.open()
  }

  disconnectedCallback(): void {
    this.stream?.close()
  }

  #snapshot(): Snapshot {
    const text = this.querySelector("script.live-state")?.textContent
    return text ? JSON.parse(text) : { seq: 0, state: empty() }
  }
}

/** Draw now and at every change of the run around `element`, until the signal. */
export function follow(
  element: HTMLElement,
  signal: AbortSignal,
  draw: (stream: Stream, live: RunLive) => void,
): void {
  const live = element.closest<RunLive>("run-live")
  const stream = live?.stream
  if (!live || !stream) return
  stream.addEventListener("change", () => draw(stream, live), { signal })
  draw(stream, live)
}
