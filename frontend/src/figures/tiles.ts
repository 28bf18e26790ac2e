/** Rows of tiles, one a choice, from left to right: the lighter a tile, the likelier it is taken. */

import { t } from "../i18n"
import { configValue } from "../words"
import { label, OKABE_ITO } from "./figure"

const WIDTH = 0.985 // of a tile's place

/** A row: its choices, how likely each is, and the place of the one that is framed, if any is. */
export interface TileRow {
  name: string
  values: readonly unknown[]
  shares: readonly number[]
  framed: number | null
}

/** The tiles, as bars that begin where the one before ends, and over them the frames. */
export function tiles<Row extends TileRow>(
  rows: readonly Row[],
  told: (row: Row, at: number) => string,
  colorbar: object,
): [object, object] {
  const each = <T>(of: (row: Row, at: number) => T): T[] =>
    rows.flatMap((row) => row.values.map((_, at) => of(row, at)))
  const bars = {
    type: "bar",
    orientation: "h",
    showlegend: false,
    y: each(({ name }) => label(name)),
    base: each(({ values }, at) => at / values.length),
    x: each(({ values }) => WIDTH / values.length),
    text: each(({ values }, at) => label(configValue(values[at]))),
    textposition: "inside",
    insidetextanchor: "middle",
    textangle: 0,
    customdata: each((row, at) => label(told(row, at))),
    hovertemplate: "%{customdata}<extra></extra>",
    marker: {
      color: each(({ shares }, at) => shares[at] ?? 0),
      colorscale: "Cividis",
      cmin: 0,
      cmax: 1,
      colorbar: {
        title: { text: label(t("How likely")), side: "top" },
        tickformat: ".0%",
        ...colorbar,
      },
    },
  }
  return [bars, frames(rows)]
}

function frames(rows: readonly TileRow[]): object {
  const framed = rows.filter((row) => row.framed !== null)
  return {
    type: "bar",
    orientation: "h",
    y: framed.map(({ name }) => label(name)),
    base: framed.map((row) => (row.framed ?? 0) / row.values.length),
    x: framed.map(({ values }) => WIDTH / values.length),
    hoverinfo: "skip",
    marker: { color: "rgba(0, 0, 0, 0)", line: { color: OKABE_ITO[5], width: 3 } },
  }
}
