/** The marks of a picture of points: trials, arrows, ellipses, and the values tried along the edges. */

import { t } from "../i18n"
import { isShare, metricTitle, metricValue } from "../words"
import { BELOW, fromLoss, type Goal, label, OKABE_ITO } from "./figure"
import { axisTitle, axisValue, EDGE_AT, groupTitle, type Spot, type View } from "./view"

const PALE = "#8a96a6"
const FRONTS = 3 // that are told apart by a colour of their own

export function marksOf(view: View): object[] {
  if (view.told.groups === "front") return fronts(view)
  const { spots } = view
  const isPopulation = view.told.groups !== ""
  const scored = spots.filter(({ loss }) => loss !== null)
  const bright = isPopulation ? scored.filter(({ alive }) => alive) : scored
  const pale = isPopulation ? scored.filter(({ alive }) => !alive) : []
  return [
    ...(isPopulation ? [marks(view, pale, t("Earlier"), { ...FAINT })] : []),
    ...arrows(view),
    ...ellipses(view),
    marks(view, bright, isPopulation ? t("Now") : t("Trials"), { size: 10, ...byScore(view) }),
    marks(
      view,
      spots.filter(({ loss }) => loss === null),
      t("No score"),
      { size: 8, symbol: "x-thin-open", color: PALE, line: { width: 1.5 } },
    ),
    ...bests(view),
    ...edges(view),
  ]
}

const FAINT = { size: 6, color: PALE, opacity: 0.45 }

/** The colours of scores; the lightest one stands out on neither ground, so a thin line goes around. */
function byScore({ spots, goal }: View): object {
  const losses = spots.flatMap(({ loss }) => (loss === null ? [] : [fromLoss(loss, goal)]))
  if (losses.length === 0) return { color: PALE }
  return {
    colorscale: "Cividis",
    cmin: Math.min(...losses),
    cmax: Math.max(...losses),
    line: { width: 1, color: PALE },
    colorbar: {
      ...BELOW,
      title: { text: label(metricTitle(goal.objective)), side: "top" },
      tickformat: isShare(goal.objective) ? ".3~p" : ".3~g",
    },
  }
}

function marks(view: View, spots: readonly Spot[], name: string, marker: object): object {
  const { goal } = view
  const shown = view.told.groups === "front" ? spots : worstFirst(spots)
  const colours = shown.map(({ loss }) => (loss === null ? null : fromLoss(loss, goal)))
  return {
    type: "scatter",
    mode: "markers",
    name: label(name),
    x: shown.map(({ x }) => x),
    y: shown.map(({ y }) => y),
    customdata: shown.map((spot) => spot.number),
    text: shown.map((spot) => label(told(view, spot))),
    hovertemplate: "%{text}<extra></extra>",
    marker: "colorscale" in marker ? { color: colours, ...marker } : marker,
  }
}

/** Of points that lie on one another the best is seen. */
function worstFirst(spots: readonly Spot[]): Spot[] {
  return [...spots].sort((a, b) => (b.loss ?? 0) - (a.loss ?? 0))
}

/** A point in words, with the values themselves, which its place does not tell. */
function told(view: View, spot: Spot): string {
  const { x, y, xAt, yAt, goal } = view
  const group = groupTitle(view.told)
  const parts = [
    `${t("Trial")} ${spot.number}`,
    ...(group && spot.group !== null ? [`${group} ${spot.group + 1}`] : []),
    `${axisTitle(x)} ${axisValue(x, spot.values[xAt])}`,
    ...(x === y ? [] : [`${axisTitle(y)} ${axisValue(y, spot.values[yAt])}`]),
    ...(spot.loss === null || x.is_objective ? [] : [score(spot.loss, goal)]),
  ]
  return parts.join(" · ")
}

function score(loss: number, goal: Goal): string {
  return metricValue(goal.objective, fromLoss(loss, goal))
}

/** The last move of everything that has moved. */
function arrows(view: View): object[] {
  const moved = view.spots.filter(({ alive, from }) => alive && from !== null)
  if (moved.length === 0) return []
  return [
    {
      type: "scatter",
      mode: "lines+markers",
      name: label(t("Last move")),
      x: moved.flatMap(({ from, x }) => [from?.[0] ?? x, x, null]),
      y: moved.flatMap(({ from, y }) => [from?.[1] ?? y, y, null]),
      line: { color: OKABE_ITO[0], width: 1.5 },
      marker: {
        symbol: "arrow",
        angleref: "previous",
        size: moved.flatMap(() => [0, 12, 0]),
        standoff: 5,
        color: OKABE_ITO[0],
      },
      hoverinfo: "skip",
    },
  ]
}

/** The best that each knows and, as a star, the best of all. */
function bests(view: View): object[] {
  const known = view.spots.filter(({ best, loss }) => best && loss !== null)
  const first = [...known].sort((a, b) => (a.loss ?? 0) - (b.loss ?? 0))[0]
  const ring = { size: 15, symbol: "circle-open", color: OKABE_ITO[3], line: { width: 2 } }
  const star = { size: 15, symbol: "star", color: OKABE_ITO[5] }
  return [
    ...(view.told.groups === "iteration" ? [marks(view, known, t("Own best"), ring)] : []),
    marks(view, first ? [first] : [], t("Best"), star),
  ]
}

/** One and two deviations of what the generation is drawn from, where both axes are numbers. */
function ellipses({ told, xAt, yAt }: View): object[] {
  const { normal } = told
  const [mx, my] = [normal?.mean[xAt], normal?.mean[yAt]]
  const at = (row: number, column: number): number => normal?.covariance[row]?.[column] ?? 0
  if (typeof mx !== "number" || typeof my !== "number" || xAt === yAt) return []
  const a = Math.sqrt(at(xAt, xAt))
  const b = a > 0 ? at(xAt, yAt) / a : 0
  const c = Math.sqrt(Math.max(0, at(yAt, yAt) - b * b))
  const turns = [...Array(61).keys()].map((step) => (step / 60) * 2 * Math.PI)
  const shared = { type: "scatter", mode: "lines", hoverinfo: "skip", cliponaxis: true }
  const ring = (radius: number, more: object): object => ({
    ...shared,
    x: turns.map((turn) => mx + radius * a * Math.cos(turn)),
    y: turns.map((turn) => my + radius * (b * Math.cos(turn) + c * Math.sin(turn))),
    line: { color: OKABE_ITO[1], width: 2 },
    ...more,
  })
  const inner = { name: label(t("One deviation")), fill: "toself", fillcolor: FILL }
  const outer = { name: label(t("Two deviations")) }
  return [
    ring(1, { ...inner, line: { color: OKABE_ITO[1], width: 2 } }),
    ring(2, { ...outer, line: { color: OKABE_ITO[1], width: 1.5, dash: "dot" } }),
    {
      ...shared,
      mode: "markers",
      name: label(t("Mean")),
      x: [mx],
      y: [my],
      marker: { symbol: "cross", size: 11, color: OKABE_ITO[1] },
    },
  ]
}

const FILL = "rgba(230, 159, 0, 0.15)"

/** The values that have been tried of each axis, as marks along the edges. */
function edges({ x, y, spots }: View): object[] {
  if (x.levels === null) return []
  const shared = { type: "scatter", mode: "markers", showlegend: false, hoverinfo: "skip" }
  const color = { color: OKABE_ITO[0], line: { width: 1.5, color: OKABE_ITO[0] } }
  const across = [...new Set(spots.map((spot) => spot.x))]
  const up = [...new Set(spots.map((spot) => spot.y))]
  return [
    {
      ...shared,
      name: label(t("Values tried")),
      showlegend: true,
      x: across,
      y: across.map(() => EDGE_AT),
      marker: { symbol: "line-ns-open", size: 12, ...color },
    },
    {
      ...shared,
      name: label(t("Values of %(name)s", { name: axisTitle(y) })),
      x: up.map(() => EDGE_AT),
      y: up,
      marker: { symbol: "line-ew-open", size: 12, ...color },
    },
  ]
}

/** The first fronts as lines of their own colour, and all that is behind them. */
function fronts(view: View): object[] {
  const { spots, x, y } = view
  const behind = spots.filter(({ alive, group }) => alive && (group === null || group >= FRONTS))
  const isFront = x.is_objective && y.is_objective
  const first = [...Array(FRONTS).keys()].map((rank) => {
    const members = spots.filter(({ alive, group }) => alive && group === rank)
    members.sort((a, b) => a.x - b.x || a.y - b.y)
    const color = OKABE_ITO[rank] ?? OKABE_ITO[0]
    const mode = isFront ? "lines+markers" : "markers"
    const line = { color, width: rank === 0 ? 2 : 1 }
    const name = t("Front %(number)s", { number: rank + 1 })
    const drawn = marks(view, members, name, { size: 10 - rank, color })
    return { ...drawn, mode, line, legendrank: rank + 1 } // the legend begins with the first
  })
  return [
    marks(
      view,
      spots.filter(({ alive }) => !alive),
      t("Left behind"),
      FAINT,
    ),
    marks(view, behind, t("Later fronts"), { size: 7, color: PALE, symbol: "circle-open" }),
    ...first.reverse(),
  ]
}
