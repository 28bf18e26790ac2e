/** Where the nodes and edges of a graph lie: laid out by dagre, from left to right. */

import { Graph as Layered, layout } from "@dagrejs/dagre"
import type { Graph, GraphEdge, GraphNode } from "./graph"

export interface Point {
  x: number
  y: number
}

interface Size {
  width: number
  height: number
}

export interface LaidNode extends GraphNode, Point, Size {}

/** A line through `points`, with its label around a point of its own. */
export interface LaidEdge extends GraphEdge {
  points: Point[]
  label: Point & Size
}

/** All of it lies within the frame. Nodes and labels are placed by their middles. */
export interface Laid {
  name: string
  frame: Point & Size
  nodes: LaidNode[]
  edges: LaidEdge[]
}

const LETTER = 6.6 // pixels that a letter of a label takes
const HEIGHT = 26
const LABEL_HEIGHT = 15
const SPACE = { nodesep: 18, edgesep: 10, ranksep: 56 }
const MARGIN = 6
const BEFORE = "before" // stands, unseen, before all inputs, so that these begin at the same line

/** Lay a graph out; parallel edges get lines of their own. */
export function layoutOf(graph: Graph): Laid {
  const layered = new Layered({ directed: true, multigraph: true })
  layered.setGraph({ rankdir: "LR", ...SPACE })
  layered.setNode(BEFORE, { width: 0, height: 0 })
  for (const { id, kind, title } of graph.nodes) {
    layered.setNode(id, { width: Math.max(HEIGHT, title.length * LETTER + 14), height: HEIGHT })
    if (kind === "input") layered.setEdge(BEFORE, id, { weight: 100 })
  }
  for (const { from, to, key, title } of graph.edges) {
    layered.setEdge(from, to, { labelpos: "c", ...labelSize(title) }, key)
  }
  layout(layered)
  return framed({
    name: graph.name,
    nodes: graph.nodes.map((node) => ({ ...node, ...(layered.node(node.id) as LaidNode) })),
    edges: graph.edges.map((edge) => {
      const { points = [], x = 0, y = 0 } = layered.edge(edge.from, edge.to, edge.key)
      return { ...edge, points, label: { x, y, ...labelSize(edge.title) } }
    }),
  })
}

function labelSize(title: string): Size {
  return title
    ? { width: title.length * LETTER + 6, height: LABEL_HEIGHT }
    : { width: 0, height: 0 }
}

/** With the frame around all of it. */
function framed(laid: Omit<Laid, "frame">): Laid {
  const corners = [...laid.nodes, ...laid.edges.map(({ label }) => label)]
    .filter(({ width }) => width > 0)
    .flatMap(({ x, y, width, height }) => [
      { x: x - width / 2, y: y - height / 2 },
      { x: x + width / 2, y: y + height / 2 },
    ])
  const points = [...corners, ...laid.edges.flatMap((edge) => edge.points)]
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
  const [left, top] = [Math.min(...xs) - MARGIN, Math.min(...ys) - MARGIN]
  const [width, height] = [Math.max(...xs) - left + MARGIN, Math.max(...ys) - top + MARGIN]
  return { ...laid, frame: { x: left, y: top, width, height } }
}
