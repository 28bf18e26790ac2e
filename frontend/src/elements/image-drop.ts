/** `<image-drop>` around a form with one image: dropping an image sends it at once. */

import { DropZone, nameAndSize } from "../drop"
import { t } from "../i18n"

export class ImageDrop extends HTMLElement {
  connectedCallback(): void {
    const form = this.querySelector("form")
    const input = this.querySelector<HTMLInputElement>("input[type=file]")
    if (!form || !input || this.querySelector(".drop-zone")) return
    const words = t("Drop an image here to ask the model, or choose one:")
    const zone = new DropZone(input, words, ({ files }) => {
      if (!files.length) return
      input.files = files
      show()
      form.requestSubmit()
    })
    const show = () => {
      const file = input.files?.[0]
      zone.show(nameAndSize(file?.name ?? "", file?.size ?? 0))
    }
    input.addEventListener("change", show)
    show()
  }
}
