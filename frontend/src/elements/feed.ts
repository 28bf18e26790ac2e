/** Data that a figure fetches when it comes into view, and anew as the run around it changes. */

import { el } from "../dom"
import { t } from "../i18n"

const REST = 2000 // milliseconds between two answers at least
const SHARE = 10 // times as long as an answer took, until the next: the server has others to serve

export class Feed<T> {
  readonly message = el("p", { class: "figure-empty", role: "status" })
  readonly #host: HTMLElement
  readonly #address: () => string
  readonly #show: (data: T) => void
  #stop = new AbortController()
  #sight: IntersectionObserver | undefined
  #isVisible = false
  #isLoading = false
  #isStale = true

  /** `show` is given each answer of `address`; `host` stands in the run, and must be seen. */
  constructor(host: HTMLElement, address: () => string, show: (data: T) => void) {
    this.#host = host
    this.#address = address
    this.#show = show
  }

  /** Begin to watch; with `follows` the data is fetched anew whenever the run has moved on. */
  open(follows = true): void {
    this.#stop = new AbortController()
    this.message.textContent = t("Loading the chart ...")
    this.#sight = new IntersectionObserver((entries) => {
      this.#isVisible = entries.at(-1)?.isIntersecting ?? false
      void this.#load()
    })
    this.#sight.observe(this.#host)
    const run = follows ? this.#host.closest("run-live") : null
    run?.addEventListener("run-changed", () => this.refresh(), { signal: this.#stop.signal })
  }

  close(): void {
    this.#stop.abort()
    this.#sight?.disconnect()
    this.#isVisible = false
  }

  /** What is shown is no longer what one wants to see. */
  refresh(): void {
    this.#isStale = true
    void this.#load()
  }

  async #load(): Promise<void> {
    if (this.#isLoading || !this.#isVisible || !this.#isStale) return
    this.#isLoading = true
    this.#isStale = false
    const began = performance.now()
    try {
      const answer = await fetch(this.#address(), { signal: this.#stop.signal })
      if (!answer.ok) throw new Error(answer.statusText)
      const data = (await answer.json()) as T
      if (this.#stop.signal.aborted) return
      this.message.hidden = true
      if (!this.#isStale) this.#show(data) // what was asked for meanwhile is on its way
      await pause(Math.max(this.#isStale ? 0 : REST, SHARE * (performance.now() - began)))
    } catch {
      if (!this.#stop.signal.aborted) this.#offerAgain()
      return
    } finally {
      this.#isLoading = false
    }
    void this.#load()
  }

  #offerAgain(): void {
    const again = el("button", { type: "button", class: "btn btn-sm" }, t("Try again"))
    again.addEventListener("click", () => this.refresh(), { once: true })
    this.message.replaceChildren(t("The chart could not be loaded."), again)
    this.message.hidden = false
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
