/** How far an upload is: a bar, bytes, speed, time left, and buttons that pause and stop it. */

import { el } from "../dom"
import { bytes, bytesOf, n, t } from "../i18n"

const SPAN = 5000 // milliseconds that the speed is taken over

/** What its buttons do. */
export interface Controls {
  pause: () => void
  resume: () => void
  cancel: () => void
}

export class UploadProgress {
  readonly element: HTMLElement
  readonly #controls: Controls
  readonly #bar = el("div", { class: "progress-bar" })
  readonly #progress: HTMLElement
  readonly #words = el("p", { class: "figure-sentence", role: "status" })
  readonly #pause = el("button", { type: "button", class: "btn btn-sm", hidden: "" })
  #isPaused = false
  #points: { time: number; sent: number }[] = []
  #sent = 0
  #total = 0

  constructor(controls: Controls) {
    this.#controls = controls
    this.#progress = el("div", { class: "progress", role: "progressbar" }, this.#bar)
    this.#progress.setAttribute("aria-label", t("Upload"))
    const cancel = el("button", { type: "button", class: "btn btn-sm" }, t("Cancel the upload"))
    cancel.addEventListener("click", controls.cancel)
    this.#pause.addEventListener("click", () => this.#turn())
    const buttons = el("div", { class: "btn-list" }, this.#pause, cancel)
    const foot = el("div", { class: "figure-foot" }, this.#words, buttons)
    this.element = el("div", { class: "upload-progress" }, this.#progress, foot)
    this.#words.textContent = t("The upload begins ...")
    this.#name()
  }

  /** Files are read before anything is sent of them. */
  reading(done: number, total: number): void {
    this.#fill(done, total)
    const amount = bytesOf(done, total)
    this.#words.textContent = t("Reading the files: %(amount)s", { amount })
  }

  sending(sent: number, total: number): void {
    if (this.#isPaused) return // a word from a request that was on its way
    this.#fill(sent, total)
    this.#sent = sent
    this.#total = total
    this.#pause.hidden = false
    this.#words.textContent = this.#sentence(sent, total)
  }

  lost(kept: number, total: number): void {
    this.#points = []
    this.#sent = kept
    this.#total = total
    this.#fill(kept, total)
    this.#words.textContent = t(
      "Connection lost at %(amount)s. Nothing is lost; continuing when you are back.",
      { amount: bytesOf(kept, total) },
    )
  }

  /** All is there; it cannot be paused any more. */
  sent(): void {
    this.#fill(1, 1)
    this.#pause.hidden = true
    this.#words.textContent = t("Uploaded. The site is looking at the file ...")
  }

  #fill(done: number, total: number): void {
    const share = total > 0 ? done / total : 0
    this.#bar.style.width = `${share * 100}%`
    this.#progress.setAttribute("aria-valuenow", String(Math.floor(share * 100)))
  }

  #turn(): void {
    this.#isPaused = !this.#isPaused
    this.#points = []
    this.#name()
    if (this.#isPaused) this.#controls.pause()
    else this.#controls.resume()
    const amount = bytesOf(this.#sent, this.#total)
    const words = this.#isPaused ? t("Paused at %(amount)s.", { amount }) : amount
    this.#words.textContent = words
  }

  #name(): void {
    this.#pause.textContent = this.#isPaused ? t("Go on") : t("Pause")
  }

  #sentence(sent: number, total: number): string {
    const speed = this.#speed(sent)
    const values = { amount: bytesOf(sent, total), speed: bytes(speed) }
    if (speed === 0) return values.amount
    const left = timeLeft((total - sent) / speed)
    return t("%(amount)s, %(speed)s a second, %(left)s", { ...values, left })
  }

  #speed(sent: number): number {
    const time = performance.now()
    this.#points = [...this.#points.filter((point) => time - point.time < SPAN), { time, sent }]
    const first = this.#points[0]
    if (!first || time <= first.time || sent < first.sent) return 0
    return ((sent - first.sent) / (time - first.time)) * 1000
  }
}

/** How long it will take, in one unit. */
export function timeLeft(seconds: number): string {
  const minutes = seconds / 60
  if (seconds < 60) {
    const count = Math.ceil(seconds)
    return n("about %(count)s second left", "about %(count)s seconds left", count)
  }
  if (minutes < 90) {
    const count = Math.round(minutes)
    return n("about %(count)s minute left", "about %(count)s minutes left", count)
  }
  const count = Math.round(minutes / 60)
  return n("about %(count)s hour left", "about %(count)s hours left", count)
}
