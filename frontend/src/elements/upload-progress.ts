/** How far an upload is: a bar, bytes, speed, and a button that stops it. */

import { el } from "../dom"
import { bytes, t } from "../i18n"

const SPAN = 5000 // milliseconds that the speed is taken over

export class UploadProgress {
  readonly element: HTMLElement
  readonly #bar = el("div", { class: "progress-bar" })
  readonly #progress: HTMLElement
  readonly #words = el("p", { class: "figure-sentence", role: "status" })
  #points: { time: number; sent: number }[] = []

  constructor(cancel: () => void) {
    this.#progress = el("div", { class: "progress", role: "progressbar" }, this.#bar)
    this.#progress.setAttribute("aria-label", t("Upload"))
    const button = el("button", { type: "button", class: "btn btn-sm" }, t("Cancel the upload"))
    button.addEventListener("click", cancel)
    const foot = el("div", { class: "figure-foot" }, this.#words, button)
    this.element = el("div", { class: "upload-progress" }, this.#progress, foot)
    this.show(0, 0)
  }

  show(sent: number, total: number): void {
    const share = total > 0 ? sent / total : 0
    this.#bar.style.width = `${share * 100}%`
    this.#progress.setAttribute("aria-valuenow", String(Math.floor(share * 100)))
    this.#words.textContent = this.#sentence(sent, total)
  }

  #sentence(sent: number, total: number): string {
    if (total === 0) return t("The upload begins ...")
    if (sent >= total) return t("Uploaded. The site is looking at the file ...")
    const values = { sent: bytes(sent), total: bytes(total), speed: bytes(this.#speed(sent)) }
    return t("%(sent)s of %(total)s, %(speed)s a second", values)
  }

  #speed(sent: number): number {
    const time = performance.now()
    this.#points = [...this.#points.filter((point) => time - point.time < SPAN), { time, sent }]
    const first = this.#points[0]
    return first && time > first.time ? ((sent - first.sent) / (time - first.time)) * 1000 : 0
  }
}
