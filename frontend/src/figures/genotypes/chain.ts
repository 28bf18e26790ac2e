/** A chain as a graph: a node for each width of the network, an edge for each block. */

import { n, number, percent, t } from "../../i18n"
import { opTitle } from "../../words"
import { type Graph, joining, OUTPUT, working } from "../graph"

interface Block {
  op: string
  k: number
  e?: number
  se?: number
  skip?: "pool" | "zero"
  c: number
  n: number
  s: number
}

export interface Chain {
  kind: "chain"
  stem: number
  blocks: Block[]
}

/** One graph; blocks that are dropped are left out. */
export function chainGraphs({ stem, blocks }: Chain): Graph[] {
  const kept = blocks.filter(({ n }) => n > 0)
  const widths = [stem, ...kept.map(({ c }) => c)]
  const states = widths.map((width, id) => ({
    id: String(id),
    kind: "state" as const,
    title: number(width),
  }))
  const steps = kept.map((block, index) =>
    working(String(index), String(index + 1), block.op, blockTitle(block)),
  )
  return [
    {
      name: "chain",
      title: t("Chain of blocks"),
      nodes: [
        { id: "image", kind: "input", title: t("image") },
        ...states,
        { id: OUTPUT, kind: "output", title: t("classes") },
      ],
      edges: [joining("image", "0"), ...steps, joining(String(kept.length))],
    },
  ]
}

function blockTitle({ op, k, e, n: times, s, se, skip }: Block): string {
  const kernel = k ? t("%(op)s %(size)s×%(size)s", { op: opTitle(op), size: k }) : opTitle(op)
  const wide = e ? t("expands %(times)s×", { times: e }) : ""
  const repeated = times > 1 ? n("once", "%(count)s times", times) : ""
  const stride = s > 1 ? t("stride %(size)s", { size: s }) : ""
  const squeezed = se ? t("squeezed to %(share)s", { share: percent(se) }) : ""
  const passed = skip ? { pool: t("skip, pooled"), zero: t("no skip") }[skip] : ""
  return [kernel, wide, squeezed, passed, repeated, stride].filter(Boolean).join(", ")
}
