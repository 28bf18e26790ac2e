/** Plotly, loaded when the first chart needs it: files of their own, which no page without charts fetches. */

import basic from "plotly.js-basic-dist-min/plotly-basic.min.js?url"
import strict from "plotly.js-strict-dist-min/plotly-strict.min.js?url"

/** The functions of Plotly that we call. */
export interface Plotly {
  react(host: HTMLElement, traces: object[], layout: object, config: object): Promise<unknown>
  purge(host: HTMLElement): void
}

/** Lines, points and bars, which a live page draws, take a fifth of the time to load that all charts take. */
export type Bundle = "basic" | "all"

const ADDRESSES: Record<Bundle, string> = { basic, all: strict }
const loading = new Map<Bundle, Promise<Plotly>>()

/** Load a bundle once; after a failure the next call tries again. */
export function loadPlotly(bundle: Bundle): Promise<Plotly> {
  const known = loading.get(bundle)
  if (known) return known
  const begun = load(ADDRESSES[bundle]).catch((error) => {
    loading.delete(bundle)
    throw error
  })
  loading.set(bundle, begun)
  return begun
}

function load(address: string): Promise<Plotly> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = address
    script.onload = () => resolve((globalThis as unknown as { Plotly: Plotly }).Plotly)
    script.onerror = () => reject(new Error(`${address} could not be loaded`))
    document.head.append(script)
  })
}
