/** `<upload-begun>` around an unfinished upload in a list: its button throws the upload away. */

import { el } from "../dom"
import { t } from "../i18n"
import { csrfToken } from "../token"

export class UploadBegun extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector<HTMLButtonElement>("button[hidden]")
    if (!button) return
    button.hidden = false
    button.addEventListener("click", () => this.#discard(button))
  }

  async #discard(button: HTMLButtonElement): Promise<void> {
    button.disabled = true
    const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrfToken() }
    const asked = fetch(this.dataset.address ?? "", { method: "DELETE", headers })
    const answer = await asked.catch(() => null)
    const isGone = answer !== null && (answer.ok || answer.status === 404)
    if (isGone) this.#leave()
    else {
      button.disabled = false
      const sentence = t("It could not be discarded. Try again when the site answers.")
      this.append(el("p", { class: "w-100 mb-0 text-danger", role: "alert" }, sentence))
    }
  }

  /** Take the list along that this was the last one of. */
  #leave(): void {
    const list = this.closest("ul")
    this.closest("li")?.remove()
    if (list?.children.length === 0) list.closest("section")?.remove()
  }
}
