/** A place to drop a file on, around a form's file field; the field works by itself, too. */

import { el, icon } from "./dom"
import { bytes } from "./i18n"

export class DropZone {
  readonly #chosen = el("p", { class: "drop-chosen", translate: "no" })
  readonly #input: HTMLInputElement

  /** `ondrop` is called once a dropped file is chosen. */
  constructor(input: HTMLInputElement, words: string, ondrop = () => {}) {
    this.#input = input
    const zone = el("div", { class: "drop-zone" })
    input.before(zone)
    zone.append(el("p", { class: "drop-words" }, icon("upload"), words), input, this.#chosen)
    const over = (isOver: boolean) => (event: DragEvent) => {
      event.preventDefault()
      zone.classList.toggle("is-over", isOver)
    }
    const drop = (event: DragEvent) => {
      over(false)(event)
      if (!event.dataTransfer?.files.length) return
      input.files = event.dataTransfer.files
      this.nameChosen()
      ondrop()
    }
    zone.addEventListener("dragover", over(true))
    zone.addEventListener("dragleave", over(false))
    zone.addEventListener("drop", drop)
    input.addEventListener("change", () => this.nameChosen())
    this.nameChosen()
  }

  nameChosen(): void {
    const file = this.#input.files?.[0]
    this.#chosen.textContent = file ? `${file.name} · ${bytes(file.size)}` : ""
  }
}
