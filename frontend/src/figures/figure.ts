/** What every figure consists of, and the few words and colours that figures share. */

import type { LiveState, TrialRow } from "../events.gen"
import { isShare } from "../words"

/** Rows of a figure's data, for those who read rather than look. */
export interface Table {
  head: string[]
  rows: string[][]
}

/** A picture for Plotly, the sentence that says it in words, and its data. Without traces it is empty. */
export interface Figure {
  traces: object[]
  layout: Record<string, unknown>
  sentence: string
  /** Selects what of the picture's words are somebody's own, such as names of hyper-parameters. */
  own?: string
  /** Stands where there is nothing to draw yet, in place of what the page says of any figure. */
  waiting?: string
  /** Made only where somebody asks for it. */
  table: () => Table
}

/** What is optimised, as the page was told. */
export interface Goal {
  objective: string
  maximise: boolean
}

/**
 * Okabe and Ito's colours in their fixed order, without black, which a dark page would swallow, and
 * with the yellow darkened, which a light page would.
 */
export const OKABE_ITO = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#d55e00",
  "#b5a800",
] as const

const DASHES = ["solid", "dash", "dot", "dashdot"] as const

/** Colour and dash of the series number `index`, from 0; they repeat after 28. */
export function stroke(index: number): { color: string; dash: string } {
  const round = Math.floor(index / OKABE_ITO.length)
  return {
    color: OKABE_ITO[index % OKABE_ITO.length] ?? OKABE_ITO[0],
    dash: DASHES[round % DASHES.length] ?? DASHES[0],
  }
}

/** The title and the marks of an axis, as Plotly calls them, where these are somebody's own words. */
export const OWN = {
  x: ".g-xtitle, .xaxislayer-above",
  y: ".g-ytitle, .yaxislayer-above",
} as const

/** A legend above the picture, where no title of an axis can meet it. */
export const ABOVE = { orientation: "h", y: 1.02, yanchor: "bottom" } as const

/** A scale of colours below the picture, where it leaves phones their width. */
export const BELOW = {
  orientation: "h",
  thickness: 8,
  outlinewidth: 0,
  x: 0.5,
  y: -0.2,
  yanchor: "top",
} as const

/** Text for Plotly, which reads a little HTML in its labels. */
export function label(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
}

/** How an axis shows a metric: shares as hundredths and never beyond what a share can be. */
export function valueAxis(metric: string): object {
  // Plotly finds the digits by which neighbours differ; three would call many of them the same.
  if (!isShare(metric)) return { exponentformat: "e", minexponent: 6, separatethousands: true }
  return { tickformat: ".3~p", autorangeoptions: { clipmin: -0.02, clipmax: 1.02 } }
}

/** A metric as measured from the loss, which is always minimised. */
export function fromLoss(loss: number, { maximise }: Goal): number {
  return maximise ? -loss : loss
}

export function rowsOf(state: LiveState): TrialRow[] {
  return Object.values(state.trials).sort((a, b) => a.number - b.number)
}
