/**
 * `<pareto-front src="…/front/" point-url="…/trials/0/point/" metrics="…" x="…" y="…">` weighs two
 * metrics against each other, says what a point is, and shows how the hypervolume grew.
 */

import htmx from "htmx.org"
import { el } from "../dom"
import { frontOf, hypervolumeFigure, type Pareto, paretoFigure } from "../figures/pareto"
import { t } from "../i18n"
import { metricTitle, metricValue } from "../words"
import { Canvas } from "./canvas"
import { Chart } from "./chart"
import { Feed } from "./feed"

const MOST_BUTTONS = 40

export class ParetoFront extends HTMLElement {
  #feed: Feed<Pareto> | undefined
  #charts: Chart[] = []
  #x = el("select", { class: "form-select form-select-sm" })
  #y = el("select", { class: "form-select form-select-sm" })
  #points = el("div", { class: "front-points" })
  #detail = el("div", { class: "front-detail", "aria-live": "polite" })

  connectedCallback(): void {
    this.#choose(this.#x, this.getAttribute("x") ?? "params", t("Across"))
    this.#choose(this.#y, this.getAttribute("y") ?? "val_accuracy", t("Up"))
    const [front, growth] = [el("div"), el("div")]
    const canvas = new Canvas("basic", (number) => void this.#explain(Number(number)))
    const waiting = t("No trial has both figures yet. The first complete one is drawn here.")
    this.#charts = [
      new Chart(front, waiting, [], canvas),
      new Chart(growth, t("The hypervolume is drawn from the second trial on.")),
    ]
    this.#feed = new Feed(
      this,
      () => this.#address(),
      (data: Pareto) => this.#show(data),
    )
    const tools = el(
      "div",
      { class: "figure-tools" },
      named(t("Across"), this.#x),
      named(t("Up"), this.#y),
    )
    this.replaceChildren(tools, this.#feed.message, front, this.#points, this.#detail, growth)
    for (const chart of this.#charts) chart.open()
    this.#feed.open()
  }

  disconnectedCallback(): void {
    this.#feed?.close()
    for (const chart of this.#charts) chart.close()
  }

  #choose(select: HTMLSelectElement, chosen: string, name: string): void {
    const metrics = (this.getAttribute("metrics") ?? "").split(" ")
    const options = metrics.map((metric) => el("option", { value: metric }, metricTitle(metric)))
    select.replaceChildren(...options)
    select.value = chosen
    select.setAttribute("aria-label", name)
    select.onchange = () => this.#feed?.change()
  }

  #address(): string {
    const query = new URLSearchParams({ x: this.#x.value, y: this.#y.value })
    return `${this.getAttribute("src") ?? ""}?${query}`
  }

  #show(pareto: Pareto): void {
    const [front, growth] = this.#charts
    front?.show(paretoFigure(pareto))
    growth?.show(hypervolumeFigure(pareto))
    const buttons = frontOf(pareto)
      .slice(0, MOST_BUTTONS)
      .map((point) => {
        const text = `${point.number}: ${metricValue(pareto.x, point.x)} · ${metricValue(pareto.y, point.y)}`
        const button = el("button", { type: "button", class: "btn btn-sm" }, text)
        button.addEventListener("click", () => void this.#explain(point.number))
        return button
      })
    const title = el("span", { class: "text-secondary" }, t("On the front:"))
    this.#points.replaceChildren(...(buttons.length > 0 ? [title, ...buttons] : []))
  }

  /** Show what the point of a trial is. */
  async #explain(number: number): Promise<void> {
    const address = this.getAttribute("point-url")?.replace(/0(?=\/point\/)/, String(number))
    if (!address || !Number.isInteger(number)) return
    await htmx.ajax("get", address, { target: this.#detail })
  }
}

function named(name: string, select: HTMLSelectElement): HTMLElement {
  return el("label", { class: "figure-tool" }, el("span", {}, name), select)
}
