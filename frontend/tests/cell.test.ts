import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { CellDiagram } from "../src/elements/cell-diagram"
import { RunLive } from "../src/elements/run-live"
import type { Derivation, LiveState } from "../src/events.gen"
import { type Genotype, graphsOf } from "../src/figures/drawings"
import { layoutOf } from "../src/figures/layout"
import { supernetGraphs } from "../src/figures/supernet"
import type { Stream } from "../src/stream"
import { AMOEBANET_A, CHAIN, cellNet, DARTS_V2, DENSE, derivation, NASNET_A } from "./cells"
import { put } from "./page"
import { aRun, completed, created, moved } from "./run"

class SilentSocket {
  send(): void {}
  close(): void {}
}

customElements.define("run-live", RunLive)
customElements.define("cell-diagram", CellDiagram)

const CELLS = { "NASNet-A": NASNET_A, "AmoebaNet-A": AMOEBANET_A, DARTS: DARTS_V2, dense: DENSE }

/** What a genotype says, written down without our code: edges as "from to op", outputs as "from out". */
function said(genotype: string): string[] {
  const { cells } = JSON.parse(genotype)
  return Object.values<typeof NASNET_A>(cells).flatMap(({ inputs = 2, nodes, concat }) => {
    const sums = nodes.flatMap((node, index) => {
      const pairs = Array.isArray(node)
        ? [`${node[1]} ${inputs + index} ${node[0]}`, `${node[3]} ${inputs + index} ${node[2]}`]
        : node.in.map(([from, op]) => `${from} ${inputs + index} ${op}`)
      return pairs
    })
    return [...sums, ...concat.map((id) => `${id} out`)]
  })
}

function page(inside: string, state: LiveState = aRun()): { stream: Stream; live: RunLive } {
  const data = JSON.stringify({ seq: 1, state })
  put(`<run-live run="12" socket="/ws/runs/12/" objective="val_accuracy" maximise>
    <script type="application/json">${data}</script>${inside}</run-live>`)
  const live = document.querySelector<RunLive>("run-live")
  if (!live) throw new Error("there is no run")
  return { live, stream: live.stream }
}

function alone(genotype: string): void {
  put("<cell-diagram></cell-diagram>")
  const diagram = document.createElement("cell-diagram")
  diagram.setAttribute("genotype", genotype)
  document.body.replaceChildren(diagram)
}

const lines = (selector = "") => [...document.querySelectorAll(`.cell-edge${selector}`)]
const edgesDrawn = () =>
  lines().map((line) => (line.getAttribute("data-edge") ?? "").replace(/( \d)$/, ""))
const drawn = () => vi.waitFor(() => expect(lines().length).toBeGreaterThan(0))

function change(stream: Stream, state: LiveState): void {
  stream.state = state
  stream.dispatchEvent(new Event("change"))
}

beforeEach(() => vi.stubGlobal("WebSocket", SilentSocket))

afterEach(() => {
  document.body.replaceChildren()
  vi.unstubAllGlobals()
})

describe.each(Object.entries(CELLS))("the drawing of %s", (_, cell) => {
  test("has the edges of the genotype, each with its operation's name, and no others", async () => {
    const genotype = cellNet(cell, AMOEBANET_A)
    alone(genotype)
    await drawn()
    const bare = edgesDrawn().map((key) => key.replace(/^(\d+ \d+ \S+).*/, "$1"))
    expect(bare.sort()).toEqual(said(genotype).sort())
    const operations = said(genotype).filter((edge) => !edge.endsWith("out"))
    expect(document.querySelectorAll(".cell-label text")).toHaveLength(operations.length)
  })

  test("has a node for each state, the inputs and the output", async () => {
    alone(cellNet(cell))
    await drawn()
    const states = (cell?.inputs ?? 2) + (cell?.nodes.length ?? 0)
    expect(document.querySelectorAll(".cell-node")).toHaveLength(2 * (states + 1))
  })
})

test("the same operation twice between two states is two lines in different places", () => {
  const [graph] = graphsOf(JSON.parse(cellNet(NASNET_A)) as Genotype)
  if (!graph) throw new Error("nothing is drawn")
  const twins = layoutOf(graph).edges.filter(({ key }) => key.startsWith("0 5 avg3"))
  expect(twins).toHaveLength(2)
  expect(twins[0]?.points).not.toEqual(twins[1]?.points)
  expect(twins[0]?.label.y).not.toBe(twins[1]?.label.y)
})

test("all that is laid out lies within the frame, and leads from left to right", () => {
  for (const graph of Object.values(CELLS).flatMap((cell) =>
    graphsOf(JSON.parse(cellNet(cell)) as Genotype),
  )) {
    const { nodes, edges, frame } = layoutOf(graph)
    const place = new Map(nodes.map(({ id, x }) => [id, x]))
    for (const { from, to, points } of edges) {
      expect(place.get(from)).toBeLessThan(place.get(to) ?? 0)
      for (const { x, y } of points) {
        expect(x >= frame.x && x <= frame.x + frame.width).toBe(true)
        expect(y >= frame.y && y <= frame.y + frame.height).toBe(true)
      }
    }
  }
})

test("a chain is drawn block by block, those that are dropped left out", () => {
  const [graph] = graphsOf(JSON.parse(CHAIN))
  expect(graph?.nodes.map(({ title }) => title)).toEqual(["image", "32", "16", "24", "classes"])
  expect(graph?.edges.map(({ title }) => title)).toEqual([
    "",
    "mbconv 3×3, expands 1×",
    "mbconv 3×3, expands 6×, 2 times, stride 2",
    "",
  ])
})

test("of a super-network all edges are drawn as wide as they weigh, and those that are kept stand out", () => {
  const [normal] = supernetGraphs(derivation(10))
  const weighed = normal?.edges.filter(({ op }) => op !== null) ?? []
  expect(weighed).toHaveLength(14)
  expect(new Set(weighed.map(({ weight }) => weight?.toFixed(2)))).toEqual(
    new Set(["0.30", "0.10"]),
  )
  expect(weighed.filter(({ isChosen }) => isChosen)).toHaveLength(8)
  expect(weighed.some(({ op }) => op === "zero")).toBe(false)
})

test("a run's diagram says what is in it, and shows every edge as a row once asked", async () => {
  page("<cell-diagram></cell-diagram>", found(cellNet(DARTS_V2, DENSE)))
  await drawn()
  const drawing = document.querySelector("svg[role=img]")
  expect(drawing?.getAttribute("aria-label")).toBe(
    "Normal cell: 4 states, 8 operations (5 × sep 3×3, 2 × identity, 1 × dil 3×3).",
  )
  const details = document.querySelector("details") as HTMLDetailsElement
  details.open = true
  details.dispatchEvent(new Event("toggle"))
  expect(details.querySelectorAll("tbody tr")).toHaveLength(8 + 4 + 6 + 1)
})

test("the diagram follows the best trial, and marks the edges that are new", async () => {
  const { stream } = page("<cell-diagram></cell-diagram>", found(cellNet(DARTS_V2)))
  await drawn()
  expect(lines(".is-new")).toHaveLength(0)
  const nodes = structuredClone(DARTS_V2)
  nodes?.nodes.splice(3, 1, ["id", 0, "max3", 2])
  change(stream, found(cellNet(nodes)))
  await vi.waitFor(() => expect(lines(".is-new")).toHaveLength(2))
  expect(lines(".is-new").map((line) => line.getAttribute("data-edge"))).toEqual([
    "2 5 max3",
    "2 5 max3",
  ])
})

test("while a search shares weights its super-network is drawn, and afterwards what it found", async () => {
  const { stream } = page("<cell-diagram></cell-diagram>", searching(derivation(3)))
  await drawn()
  expect(lines(".is-faint")).toHaveLength(2 * 6)
  const ended = searching(derivation(3), [moved(4, "running", "complete")])
  change(stream, ended)
  await vi.waitFor(() => expect(lines(".is-faint")).toHaveLength(0))
  expect(lines()).toHaveLength(2 * 12)
})

test("a diagram shows another epoch while somebody looks back, and then the run again", async () => {
  const { live } = page("<cell-diagram></cell-diagram>", searching(derivation(30)))
  await drawn()
  const width = () => Number(lines(".is-faint")[0]?.getAttribute("stroke-width"))
  const before = width()
  live.dispatchEvent(new CustomEvent("derivation-chosen", { detail: derivation(1) }))
  await vi.waitFor(() => expect(width()).toBeLessThan(before))
  live.dispatchEvent(new CustomEvent("derivation-chosen", { detail: null }))
  await vi.waitFor(() => expect(width()).toBe(before))
})

test("a run without an architecture says what it waits for", () => {
  page("<cell-diagram></cell-diagram>")
  expect(document.querySelector("cell-diagram")?.textContent).toContain("No architecture yet.")
})

/** A run whose best trial has this genotype. */
function found(genotype: string): LiveState {
  return aRun([created(4, { genotype, fidelity: { epochs: 9 } }), completed(4, 0.9)])
}

/** A run whose trial 4 searches and has derived this. */
function searching(latest: Derivation, more: Parameters<typeof aRun>[0] = []): LiveState {
  const state = aRun([created(4), moved(4, "waiting", "running"), ...more])
  return { ...state, derived: { ...latest, number: 4 } }
}
