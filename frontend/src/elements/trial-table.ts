/** `<trial-table>` lists the trials that the page holds: sortable, filtered, live. */

import { el, setText } from "../dom"
import { type Arrangement, arrange, type Column, columnsOf } from "../figures/trials"
import { n, t } from "../i18n"
import type { Stream } from "../stream"
import { stateWord } from "../words"
import { follow, type RunLive } from "./run-live"
import { TrialLine } from "./trial-line"

const STATES = ["waiting", "running", "lost", "complete", "stopped", "failed", "cancelled"]

export class TrialTable extends HTMLElement {
  #stop = new AbortController()
  #by: Arrangement = { sort: "number", descending: true, state: "", search: "" }
  #columns: Column[] = []
  readonly #lines = new Map<number, TrialLine>()
  readonly #head = el("tr")
  readonly #body = el("tbody")
  readonly #note = el("p", { class: "figure-sentence", role: "status" })
  #redraw = (): void => {}

  connectedCallback(): void {
    this.#stop = new AbortController()
    const head = el("thead", {}, this.#head)
    const table = el(
      "table",
      { class: "table table-sm card-table table-cards trials" },
      head,
      this.#body,
    )
    const scroller = el("div", { class: "table-responsive", role: "region", tabindex: "0" }, table)
    scroller.setAttribute("aria-label", t("Table of trials"))
    this.replaceChildren(this.#tools(), scroller, this.#note)
    follow(this, this.#stop.signal, (stream, live) => {
      this.#redraw = () => this.#draw(stream, live)
      this.#redraw()
    })
  }

  disconnectedCallback(): void {
    this.#stop.abort()
  }

  #tools(): HTMLElement {
    const { signal } = this.#stop
    const state = el("select", { class: "form-select form-select-sm" })
    state.setAttribute("aria-label", t("State"))
    state.append(el("option", { value: "" }, t("All states")))
    state.append(...STATES.map((name) => el("option", { value: name }, stateWord(name))))
    state.addEventListener("change", () => this.#arrange({ state: state.value }), { signal })
    const search = el("input", { type: "search", class: "form-control form-control-sm" })
    search.setAttribute("aria-label", t("Search the trials"))
    search.placeholder = t("Search …")
    search.addEventListener("input", () => this.#arrange({ search: search.value }), { signal })
    return el("div", { class: "figure-tools trial-tools" }, state, search)
  }

  #arrange(change: Partial<Arrangement>): void {
    this.#by = { ...this.#by, ...change }
    this.#redraw()
  }

  #draw({ state }: Stream, live: RunLive): void {
    this.#useColumns(columnsOf(state, live.goal))
    const rows = arrange(state, this.#columns, this.#by)
    const lines = rows.map((row) => {
      const line = this.#line(row.number, live)
      line.show(row, { isBest: row.number === state.best, metric: live.goal.objective })
      return line.element
    })
    this.#place(lines)
    for (const number of this.#lines.keys()) {
      if (!state.trials[number]) this.#lines.delete(number)
    }
    setText(this.#note, this.#noteText(state.counts, Object.keys(state.trials).length, rows.length))
  }

  #line(number: number, live: RunLive): TrialLine {
    const known = this.#lines.get(number)
    if (known) return known
    const line = new TrialLine(this.#columns, live.trialAddress(number))
    this.#lines.set(number, line)
    return line
  }

  /** Put the rows in order and touch only those that are not where they belong. */
  #place(lines: readonly HTMLElement[]): void {
    const wanted = new Set<Element>(lines)
    for (const shown of [...this.#body.children]) if (!wanted.has(shown)) shown.remove()
    lines.forEach((line, index) => {
      const there = this.#body.children[index]
      if (there !== line) this.#body.insertBefore(line, there ?? null)
    })
  }

  #useColumns(columns: Column[]): void {
    const isSame =
      columns.map(({ key }) => key).join() === this.#columns.map(({ key }) => key).join()
    this.#columns = columns
    if (!isSame) {
      this.#lines.clear()
      this.#head.replaceChildren(...columns.map((column) => this.#headCell(column)))
    }
    columns.forEach(({ key }, index) => {
      const order = this.#by.descending ? "descending" : "ascending"
      const shown = key === this.#by.sort ? order : "none"
      const head = this.#head.children[index]
      head?.setAttribute("aria-sort", shown)
      head?.firstElementChild?.classList.toggle("asc", shown === "ascending")
      head?.firstElementChild?.classList.toggle("desc", shown === "descending")
    })
  }

  #headCell(column: Column): HTMLElement {
    const button = el("button", { type: "button", class: "table-sort" }, column.title)
    if (column.isData) button.setAttribute("translate", "no")
    button.addEventListener("click", () => {
      const again = this.#by.sort === column.key
      this.#arrange({
        sort: column.key,
        descending: again ? !this.#by.descending : column.isFigure,
      })
    })
    return el(
      "th",
      { scope: "col", class: column.isFigure ? "is-figure" : column.isData ? "is-data" : "" },
      button,
    )
  }

  #noteText(counts: Readonly<Record<string, number>>, held: number, shown: number): string {
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
    if (all === 0)
      return t("No trial yet. The first one appears here as soon as the method asks for it.")
    if (shown === 0) return t("No trial matches. Clear the search or choose all states.")
    if (shown < held) return n("%(count)s trial matches.", "%(count)s trials match.", shown)
    if (held < all)
      return t("The latest %(held)s of %(all)s trials and the best one.", { held, all })
    return n("%(count)s trial.", "%(count)s trials.", all)
  }
}
