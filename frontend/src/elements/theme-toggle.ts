/** `<theme-toggle>` switches between light and dark and remembers the choice. */

import { el, icon } from "../dom"
import { t } from "../i18n"

export class ThemeToggle extends HTMLElement {
  connectedCallback(): void {
    const button = el("button", { type: "button", class: "nav-link px-2" })
    button.addEventListener("click", () => {
      const theme = isDark() ? "light" : "dark"
      localStorage.setItem("theme", theme)
      document.documentElement.dataset.bsTheme = theme
      draw(button)
    })
    draw(button)
    this.replaceChildren(button)
  }
}

function isDark(): boolean {
  return document.documentElement.dataset.bsTheme === "dark"
}

function draw(button: HTMLButtonElement): void {
  const word = isDark() ? t("Light theme") : t("Dark theme")
  button.setAttribute("aria-label", word)
  button.title = word
  button.replaceChildren(icon(isDark() ? "sun" : "moon"))
}
