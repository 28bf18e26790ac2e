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
  #restUntil = 0
  #changes = 0
  #timer: ReturnType<typeof setTimeout> | undefined

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
    clearTimeout(this.#timer)
    this.#isVisible = false
  }

  /** What is shown has grown old: fetch it anew, after a rest. */
  refresh(): void {
    this.#isStale = true
    void this.#load()
  }

  /** Somebody wants to see something else: fetch at once. */
  change(): void {
    this.#changes += 1
    this.#restUntil = 0
    this.refresh()
  }

  async #load(): Promise<void> {
    if (this.#isLoading || !this.#isVisible || !this.#isStale) return
    clearTimeout(this.#timer)
    const rest = this.#restUntil - performance.now()
    if (rest > 0) {
      this.#timer = setTimeout(() => void this.#load(), rest)
      return
    }
    this.#isLoading = true
    this.#isStale = false
    const began = performance.now()
    const asked = this.#changes
    try {
      const answer = await fetch(this.#address(), { signal: this.#stop.signal })
      if (!answer.ok) throw new Error(answer.statusText)
      const data = (await answer.json()) as T
      if (this.#stop.signal.aborted) return
      this.message.hidden = true
      if (asked === this.#changes) {
        this.#restUntil = performance.now() + Math.max(REST, SHARE * (performance.now() - began))
        this.#show(data)
      }
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
    again.addEventListener("click", () => this.change(), { once: true })
    this.message.replaceChildren(t("The chart could not be loaded."), again)
    this.message.hidden = false
  }
}
