/** Which slice of a model is shown: a choice of hyper-parameters, which stays while time goes on. */

import { el } from "../dom"
import { mostTelling } from "../figures/cut"
import type { Slice } from "../figures/insight"
import { t } from "../i18n"

export class SliceChoice {
  readonly #select = el("select", { class: "form-select form-select-sm", translate: "no" })
  readonly element = el(
    "label",
    { class: "figure-tool" },
    el("span", { class: "text-nowrap" }, t("Hyper-parameter")),
    this.#select,
  )
  #wanted = ""

  /** `changed` is called when somebody has chosen. */
  constructor(changed: () => void) {
    this.element.hidden = true
    this.#select.addEventListener("change", () => {
      this.#wanted = this.#select.value
      changed()
    })
  }

  /**
   * Offer these slices, and name the one to show: the most telling at first, then the same for as long
   * as it is there, so that one sees how the model of it grew.
   */
  among(slices: readonly Slice[]): string {
    const names = slices.map(({ name }) => name)
    this.element.hidden = names.length === 0
    this.#offer(names)
    this.#wanted ||= mostTelling(slices)
    const shown = names.includes(this.#wanted) ? this.#wanted : mostTelling(slices)
    this.#select.value = shown
    return shown
  }

  /** An open list is left alone while what it offers is the same. */
  #offer(names: readonly string[]): void {
    const offered = [...this.#select.options].map(({ value }) => value)
    if (offered.join("\n") === names.join("\n")) return
    this.#select.replaceChildren(...names.map((name) => el("option", { value: name }, name)))
  }
}
