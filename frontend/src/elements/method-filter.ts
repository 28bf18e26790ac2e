/** `<method-filter>` finds methods in the `.method-list` beside it: what does not match is hidden. */

import { el } from "../dom"
import { t } from "../i18n"

export class MethodFilter extends HTMLElement {
  connectedCallback(): void {
    const name = t("Find a method")
    const field = el("input", {
      type: "search",
      class: "form-control mb-2",
      "aria-label": name,
      placeholder: name,
    })
    field.addEventListener("input", () => this.#narrow(field.value))
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault() // it would send the whole form
    })
    this.replaceChildren(field)
  }

  #narrow(text: string): void {
    const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean)
    for (const group of this.parentElement?.querySelectorAll<HTMLElement>(".method-group") ?? []) {
      const family = group.getAttribute("aria-label") ?? ""
      const choices = [...group.querySelectorAll("label")]
      for (const choice of choices) {
        const said = `${choice.textContent} ${family}`.toLocaleLowerCase()
        choice.hidden = !words.every((word) => said.includes(word))
      }
      group.hidden = choices.every((choice) => choice.hidden)
    }
  }
}
