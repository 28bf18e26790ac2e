/** What the tests look at of a trace of Plotly. */
export interface Trace {
  name: string
  x: (number | null)[]
  y: (number | null)[]
  z: number[][]
  customdata: number[]
  marker: { symbol: string }
  line: { shape: string }
}

export const traces = (figure: { traces: object[] }) => figure.traces as Trace[]
export const named = (figure: { traces: object[] }, name: string) =>
  traces(figure).find((trace) => trace.name === name)
