/** `<run-log [trial="7"]>` shows the latest lines that trials printed, and stays at their end. */

import { el } from "../dom"
import type { LiveState } from "../events.gen"
import { t } from "../i18n"
import { follow } from "./run-live"

const NEAR = 24 // pixels from the end within which a reader follows it

export class RunLog extends HTMLElement {
  #stop = new AbortController()
  readonly #lines = el("pre", { role: "log", "aria-live": "off", tabindex: "0" })

  connectedCallback(): void {
    this.#stop = new AbortController()
    this.#lines.setAttribute("aria-label", t("Log"))
    follow(this, this.#stop.signal, ({ state }) => this.#draw(state))
  }

  disconnectedCallback(): void {
    this.#stop.abort()
  }

  #draw(state: LiveState): void {
    const text = logText(state, this.getAttribute("trial"))
    if (this.#lines.isConnected && text === this.#lines.textContent) return
    if (!text && this.firstElementChild) return // what the server wrote stands until there is more
    const isAtEnd = this.#distance() < NEAR
    this.#lines.textContent = text
    if (!text) {
      this.replaceChildren(el("p", { class: "figure-empty" }, t("Nothing has been printed yet.")))
      return
    }
    if (!this.#lines.isConnected) this.replaceChildren(this.#lines)
    if (isAtEnd) this.#lines.scrollTop = this.#lines.scrollHeight
  }

  #distance(): number {
    const { scrollHeight, scrollTop, clientHeight } = this.#lines
    return scrollHeight - scrollTop - clientHeight
  }
}

function logText(state: LiveState, trial: string | null): string {
  return state.log
    .filter(([number]) => trial === null || number === Number(trial))
    .map(([number, line]) => (trial === null ? `#${number}  ${line}` : String(line)))
    .join("\n")
}
