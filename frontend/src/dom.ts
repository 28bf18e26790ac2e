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
  moon: ["M12 3c.132 0 .263 0 .393 0a7.5 7.5 0 0 0 7.92 12.446a9 9 0 1 1 -8.313 -12.454l0 .008"],
  sun: [
    "M8 12a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
    "M3 12h1m8 -9v1m8 8h1m-9 8v1m-6.4 -15.4l.7 .7m12.1 -.7l-.7 .7m0 11.4l.7 .7m-12.1 -.7l-.7 .7",
  ],
  upload: ["M4 17v2a2 2 0 0 0 2 2h12a2 2 0 0 0 2 -2v-2", "M7 9l5 -5l5 5", "M12 4l0 12"],
} as const

export type IconName = keyof typeof ICONS

/** Create an element of a drawing with attributes and children. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>> = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  element.append(...children)
  return element
}

/** An icon beside a word; it says nothing to a screen reader. */
export function icon(name: IconName): SVGSVGElement {
  const look = { class: `icon icon-${name}`, viewBox: "0 0 24 24", "aria-hidden": "true" }
  return svg("svg", look, ...ICONS[name].map((d) => svg("path", { d })))
}

/** A state as mark and word, in the colour of the state, as `state.html` writes it. */
export function stateMark(state: string, word: string): HTMLElement {
  const mark = el("span", { class: "state-mark", "aria-hidden": "true" })
  return el("span", { class: `state state-${state}` }, mark, word)
}
