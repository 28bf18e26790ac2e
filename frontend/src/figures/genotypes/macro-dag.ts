/** Convolutions that read any layers before them as a graph: a node a layer, an edge what it reads. */

import { t } from "../../i18n"
import { type Graph, joining, OUTPUT } from "../graph"

interface Layer {
  kh: number
  kw: number
  f: number
  s: number
  from: number[]
}

export interface MacroDag {
  kind: "macro_dag"
  layers: Layer[]
}

/** One graph. Layers that no other reads lead to the output, joined. */
export function macroGraphs({ layers }: MacroDag): Graph[] {
  const used = new Set(layers.flatMap(({ from }) => from))
  const nodes = layers.map((layer, index) => ({
    id: String(index + 1),
    kind: "state" as const,
    title: layerTitle(layer),
    op: "conv",
  }))
  const read = layers.flatMap(({ from }, index) =>
    from.map((earlier) => joining(String(earlier), String(index + 1))),
  )
  const loose = layers.flatMap((_, index) =>
    used.has(index + 1) ? [] : [joining(String(index + 1))],
  )
  return [
    {
      name: "macro",
      title: t("Layers"),
      nodes: [
        { id: "0", kind: "input", title: t("image") },
        ...nodes,
        { id: OUTPUT, kind: "output", title: t("classes") },
      ],
      edges: [...read, ...loose],
    },
  ]
}

function layerTitle({ kh, kw, f, s }: Layer): string {
  const size = t("%(height)s×%(width)s, %(filters)s", { height: kh, width: kw, filters: f })
  return s > 1 ? `${size}, ${t("stride %(size)s", { size: s })}` : size
}
