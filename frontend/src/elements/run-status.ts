/** `<run-status>` says how the run stands: a pill, a sentence, a bar. */

import { el, setText, stateMark } from "../dom"
import { statusOf } from "../figures/status"
import { t, wholePercent } from "../i18n"
import type { Connection, Stream } from "../stream"
import { stateWord } from "../words"
import { follow, type RunLive } from "./run-live"

export class RunStatus extends HTMLElement {
  #stop = new AbortController()
  readonly #pill = el("span", { class: "run-pill", role: "status" })
  readonly #sentence = el("p", { class: "run-sentence" })
  readonly #bar = el("div", { class: "progress-bar" })
  readonly #progress = el(
    "div",
    { class: "progress", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100" },
    this.#bar,
  )
  readonly #share = el("span", { class: "run-share" })
  #shown = ""

  connectedCallback(): void {
    this.#stop = new AbortController()
    this.#progress.setAttribute("aria-label", t("Trials that have ended"))
    const progress = el("div", { class: "run-progress" }, this.#progress, this.#share)
    this.replaceChildren(this.#pill, this.#sentence, progress)
    follow(this, this.#stop.signal, (stream, live) => this.#draw(stream, live))
  }

  disconnectedCallback(): void {
    this.#stop.abort()
  }

  #draw(stream: Stream, live: RunLive): void {
    const { sentence, share } = statusOf(stream.state, live.goal, (code) => live.reason(code))
    setText(this.#sentence, sentence)
    this.#drawPill(stream.state.state, stream.connection)
    this.#drawShare(share)
  }

  #drawPill(state: string, connection: Connection): void {
    const word = pillWord(state, connection)
    if (word === this.#shown) return
    this.#shown = word
    const mark = stateMark(state, word)
    mark.classList.toggle("is-reconnecting", connection === "reconnecting")
    this.#pill.replaceChildren(mark)
  }

  #drawShare(share: number | null): void {
    this.#bar.classList.toggle("progress-bar-indeterminate", share === null)
    if (share === null) {
      this.#progress.removeAttribute("aria-valuenow")
      setText(this.#share, "")
      return
    }
    this.#bar.style.width = `${share * 100}%`
    this.#progress.setAttribute("aria-valuenow", String(Math.round(share * 100)))
    setText(this.#share, wholePercent(share))
  }
}

function pillWord(state: string, connection: Connection): string {
  switch (connection) {
    case "live":
      return t("%(state)s, live", { state: stateWord(state) })
    case "reconnecting":
      return t("%(state)s, reconnecting", { state: stateWord(state) })
    case "refused":
      return t("%(state)s, not live", { state: stateWord(state) })
    case "ended":
      return stateWord(state)
  }
}
