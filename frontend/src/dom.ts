/** Small steps in the document: text goes in as text, never as HTML. */

type Child = Node | string

/** Create an element with attributes and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/** Set a text only where it differs, so that selections and screen readers are left alone. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** Outlines from Tabler Icons (MIT), on a grid of 24. */
const ICONS = {
  check: ["M5 12l5 5l10 -10"],
  clock: ["M3 12a9 9 0 1 0 18 0a9 9 0 0 0 -18 0", "M12 7v5l3 3"],
  cross: ["M18 6l-12 12", "M6 6l12 12"],
  ban: ["M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0", "M5.7 5.7l12.6 12.6"],
  dot: ["M8 12a4 4 0 1 0 8 0a4 4 0 1 0 -8 0"],
  end: ["M14 12l-10 0", "M14 12l-4 4", "M14 12l-4 -4", "M20 4l0 16"],
  moon: ["M12 3c.132 0 .263 0 .393 0a7.5 7.5 0 0 0 7.92 12.446a9 9 0 1 1 -8.313 -12.454l0 .008"],
  sun: [
    "M8 12a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
    "M3 12h1m8 -9v1m8 8h1m-9 8v1m-6.4 -15.4l.7 .7m12.1 -.7l-.7 .7m0 11.4l.7 .7m-12.1 -.7l-.7 .7",
  ],
  upload: ["M4 17v2a2 2 0 0 0 2 2h12a2 2 0 0 0 2 -2v-2", "M7 9l5 -5l5 5", "M12 4l0 12"],
} as const

export type IconName = keyof typeof ICONS

const SVG = "http://www.w3.org/2000/svg"

/** An icon beside a word; it says nothing to a screen reader. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("class", `icon icon-${name}`)
  svg.setAttribute("viewBox", "0 0 24 24")
  svg.setAttribute("aria-hidden", "true")
  for (const outline of ICONS[name]) {
    const path = document.createElementNS(SVG, "path")
    path.setAttribute("d", outline)
    svg.append(path)
  }
  return svg
}

const STATE_ICONS: Readonly<Record<string, IconName>> = {
  running: "dot",
  complete: "check",
  completed: "check",
  stopped: "end",
  failed: "cross",
  lost: "cross",
  cancelled: "ban",
}

/** A state as icon and word, in the colour of the state. */
export function stateMark(state: string, word: string): HTMLElement {
  return el("span", { class: `state state-${state}` }, icon(STATE_ICONS[state] ?? "clock"), word)
}
