/** A laid-out graph as a drawing: operations in the colour of their kind, and always with their name. */

import { svg } from "../dom"
import { OKABE_ITO } from "../figures/figure"
import type { Laid, LaidEdge, LaidNode, Point } from "../figures/layout"

/** Places in `OKABE_ITO`, by how the names of operations begin. */
const COLOURS: Record<string, number> = {
  conv: 0,
  c: 0,
  mbconv: 0,
  avg: 1,
  id: 2,
  dil: 3,
  sep: 4,
  dw: 4,
  max: 5,
}
const WIDTH = 2
const WIDEST = 7 // of the line of an edge whose operation has all of its weight

/** Draw; the edges whose keys are `fresh` show for a moment that they are new. */
export function drawingOf(laid: Laid, sentence: string, fresh: ReadonlySet<string>): SVGSVGElement {
  const { x, y, width, height } = laid.frame
  const size = { width, height, viewBox: [x, y, width, height].join(" ") }
  const faintFirst = [...laid.edges].sort((a, b) => Number(a.isChosen) - Number(b.isChosen))
  return svg(
    "svg",
    { ...size, class: "cell-drawing", role: "img", "aria-label": sentence },
    svg("g", { fill: "none" }, ...faintFirst.map((edge) => line(edge, fresh.has(edge.key)))),
    ...laid.nodes.map(node),
    ...faintFirst.filter(({ title }) => title).map((edge) => label(edge, fresh.has(edge.key))),
  )
}

function line(edge: LaidEdge, isFresh: boolean): SVGPathElement {
  const { points, op, weight } = edge
  const width = op === null ? 1 : weight === undefined ? WIDTH : 0.75 + WIDEST * weight
  const look = { class: classes("cell-edge", edge, isFresh), "stroke-width": width.toFixed(2) }
  const colour = colourOf(op)
  const data = { d: smooth(points), "data-edge": edge.key }
  return svg("path", colour ? { ...data, ...look, stroke: colour } : { ...data, ...look })
}

/** None for an edge to the output and for what has no colour of its own: they are in the ink of the page. */
function colourOf(op: string | null): string | undefined {
  const kind = /^[a-z]+/.exec(op ?? "")?.[0] ?? ""
  return OKABE_ITO[COLOURS[kind] ?? -1]
}

function classes(name: string, { op, isChosen }: LaidEdge, isFresh: boolean): string {
  const kind = op === null ? " is-joined" : ""
  return `${name}${kind}${isChosen ? "" : " is-faint"}${isFresh ? " is-new" : ""}`
}

function label(edge: LaidEdge, isFresh: boolean): SVGGElement {
  const { x, y, width, height } = edge.label
  return svg(
    "g",
    { class: classes("cell-label", edge, isFresh) },
    svg("rect", { x: x - width / 2, y: y - height / 2, width, height }),
    svg("text", { x, y }, edge.title),
  )
}

function node({ kind, title, op, x, y, width, height }: LaidNode): SVGGElement {
  const corner = { x: x - width / 2, y: y - height / 2, rx: kind === "state" ? height / 2 : 4 }
  const colour = op === undefined ? undefined : colourOf(op)
  const look = colour ? { stroke: colour, "stroke-width": WIDTH } : {}
  return svg(
    "g",
    { class: `cell-node is-${kind}` },
    svg("rect", { ...corner, width, height, ...look }),
    svg("text", { x, y }, title),
  )
}

/** A smooth line through the points, as the `d` of a path. */
function smooth(points: readonly Point[]): string {
  const [first, ...rest] = points
  const last = rest.pop()
  if (!first || !last) return ""
  const bends = rest.map((point, index) => {
    const next = rest[index + 1] ?? last
    const to =
      index === rest.length - 1 ? last : { x: mean(point.x, next.x), y: mean(point.y, next.y) }
    return `Q${at(point)} ${at(to)}`
  })
  return `M${at(first)}${bends.length > 0 ? bends.join("") : `L${at(last)}`}`
}

function mean(a: number, b: number): number {
  return (a + b) / 2
}

function at({ x, y }: Point): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`
}
