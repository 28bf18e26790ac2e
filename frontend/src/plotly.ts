/** Plotly, loaded when the first chart needs it: a file of its own, which no page without charts fetches. */

import address from "plotly.js-strict-dist-min/plotly-strict.min.js?url"

/** The functions of Plotly that we call. */
export interface Plotly {
  react(host: HTMLElement, traces: object[], layout: object, config: object): Promise<unknown>
  purge(host: HTMLElement): void
}

let loading: Promise<Plotly> | undefined

/** Load Plotly once; after a failure the next call tries again. */
export function loadPlotly(): Promise<Plotly> {
  loading ??= load().catch((error) => {
    loading = undefined
    throw error
  })
  return loading
}

function load(): Promise<Plotly> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = address
    script.onload = () => resolve((globalThis as unknown as { Plotly: Plotly }).Plotly)
    script.onerror = () => reject(new Error(`${address} could not be loaded`))
    document.head.append(script)
  })
}
