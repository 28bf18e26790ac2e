/** Which of several things a figure shows: a choice by name, which stays while time goes on. */

import { el } from "../dom"

/** What may be chosen, and what it is called. */
export interface Offer {
  name: string
  title: string
}

export class NameChoice {
  readonly #select = el("select", { class: "form-select form-select-sm", translate: "no" })
  readonly element: HTMLLabelElement
  #wanted = ""

  /** `changed` is called when somebody has chosen. */
  constructor(title: string, changed: () => void) {
    this.element = el(
      "label",
      { class: "figure-tool" },
      el("span", { class: "text-nowrap" }, title),
      this.#select,
    )
    this.element.hidden = true
    this.#select.addEventListener("change", () => {
      this.#wanted = this.#select.value
      changed()
    })
  }

  /**
   * Offer these, and name the one to show: `first` at first, then the same for as long as it is there,
   * so that one sees how it grew. Where there is nothing to choose, nothing is offered.
   */
  among(offers: readonly Offer[], first: string): string {
    this.element.hidden = offers.length === 0
    this.#offer(offers)
    this.#wanted ||= first
    const shown = offers.some(({ name }) => name === this.#wanted) ? this.#wanted : first
    this.#select.value = shown
    return shown
  }

  hide(): void {
    this.element.hidden = true
  }

  /** An open list is left alone while what it offers is the same. */
  #offer(offers: readonly Offer[]): void {
    const offered = [...this.#select.options].map(({ value }) => value)
    if (offered.join("\n") === offers.map(({ name }) => name).join("\n")) return
    const options = offers.map(({ name, title }) => el("option", { value: name }, title))
    this.#select.replaceChildren(...options)
  }
}
