/** A place to drop files on, around a form's file field; the field works by itself, too. */

import { el, icon } from "./dom"
import { bytes } from "./i18n"

export class DropZone {
  readonly #chosen = el("p", { class: "drop-chosen", translate: "no" })

  /** `ondrop` decides what becomes of what is dropped; `more` are other ways to choose. */
  constructor(
    input: HTMLInputElement,
    words: string,
    ondrop: (dropped: DataTransfer) => void,
    ...more: Node[]
  ) {
    const zone = el("div", { class: "drop-zone" })
    input.before(zone)
    zone.append(el("p", { class: "drop-words" }, icon("upload"), words), input, ...more)
    zone.append(this.#chosen)
    const over = (isOver: boolean) => (event: DragEvent) => {
      event.preventDefault()
      zone.classList.toggle("is-over", isOver)
    }
    zone.addEventListener("dragover", over(true))
    zone.addEventListener("dragleave", over(false))
    zone.addEventListener("drop", (event) => {
      over(false)(event)
      if (event.dataTransfer) ondrop(event.dataTransfer)
    })
  }

  /** Say what is chosen. */
  show(words: string): void {
    this.#chosen.textContent = words
  }
}

/** A chosen file, or several, as the zone names them. */
export function nameAndSize(name: string, size: number): string {
  return name ? `${name} · ${bytes(size)}` : ""
}
