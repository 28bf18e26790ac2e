/** Evolution's family tree: who descends from whom, who may still breed, and the line of the best. */

import { n, number, t } from "../i18n"
import { isShare, metricTitle, metricValue } from "../words"
import { ABOVE, type Figure, fromLoss, type Goal, label, OKABE_ITO } from "./figure"
import type { Member } from "./insight"

export function familyFigure(members: readonly Member[], goal: Goal): Figure {
  const byNumber = new Map(members.map((member) => [member.number, member]))
  const line = descent(members, byNumber)
  return {
    traces: members.length === 0 ? [] : traces(members, byNumber, line, goal),
    layout: {
      xaxis: { title: { text: label(t("Order of birth")) }, tickformat: "d", uirevision: "keep" },
      yaxis: { title: { text: label(t("Generation")) }, tickformat: "d", uirevision: "keep" },
      showlegend: true,
      legend: ABOVE,
      hovermode: "closest",
    },
    sentence: sentence(members, line, goal),
    table: () => ({
      head: [
        t("Trial"),
        t("Parent"),
        t("Generation"),
        metricTitle(goal.objective),
        t("In the population"),
      ],
      rows: members.map((member) => [
        number(member.number),
        member.parent === null ? "" : number(member.parent),
        number(member.generation),
        scoreOf(member, goal),
        member.alive ? t("yes") : t("no"),
      ]),
    }),
  }
}

/** The best member and its ancestors, the youngest first. */
export function descent(
  members: readonly Member[],
  byNumber: ReadonlyMap<number, Member>,
): Member[] {
  const scored = members.filter(({ loss }) => loss !== null)
  let member = [...scored].sort((a, b) => (a.loss ?? 0) - (b.loss ?? 0))[0]
  const line: Member[] = []
  while (member && !line.includes(member)) {
    line.push(member)
    member = member.parent === null ? undefined : byNumber.get(member.parent)
  }
  return line
}

function traces(
  members: readonly Member[],
  byNumber: ReadonlyMap<number, Member>,
  line: readonly Member[],
  goal: Goal,
): object[] {
  const children = members.filter(({ parent }) => parent !== null && byNumber.has(parent))
  const pairs = children.map((child): [Member, Member] => [
    byNumber.get(child.parent ?? 0) ?? child,
    child,
  ])
  const best = line
    .slice(0, -1)
    .map((child, index): [Member, Member] => [line[index + 1] ?? child, child])
  const scored = members.filter(({ loss }) => loss !== null)
  const losses = scored.map(({ loss }) => fromLoss(loss ?? 0, goal))
  const scale = {
    colorscale: "Cividis",
    cmin: Math.min(...losses),
    cmax: Math.max(...losses),
    colorbar: {
      title: { text: label(metricTitle(goal.objective)), side: "right" },
      thickness: 8,
      outlinewidth: 0,
      tickformat: isShare(goal.objective) ? ".3~p" : ".3~g",
    },
  }
  return [
    lines(pairs, t("Descends from"), "#8a96a6", 1),
    lines(best, t("Line of the best"), OKABE_ITO[5], 3),
    marks(
      scored.filter(({ alive }) => alive),
      t("In the population"),
      "circle",
      scale,
      goal,
    ),
    marks(
      scored.filter(({ alive }) => !alive),
      t("Out of the population"),
      "circle-open",
      scale,
      goal,
    ),
    marks(
      members.filter(({ loss }) => loss === null),
      t("No score"),
      "x-thin-open",
      {},
      goal,
    ),
  ]
}

function lines(pairs: readonly [Member, Member][], name: string, color: string, width: number) {
  return {
    type: "scatter",
    mode: "lines",
    name: label(name),
    x: pairs.flatMap(([parent, child]) => [parent.born, child.born, null]),
    y: pairs.flatMap(([parent, child]) => [parent.generation, child.generation, null]),
    line: { color, width },
    hoverinfo: "skip",
  }
}

function marks(
  members: readonly Member[],
  name: string,
  symbol: string,
  scale: object,
  goal: Goal,
): object {
  const colours = members.map(({ loss }) => (loss === null ? 0 : fromLoss(loss, goal)))
  const color = Object.keys(scale).length > 0 ? colours : "#8a96a6"
  return {
    type: "scatter",
    mode: "markers",
    name: label(name),
    x: members.map(({ born }) => born),
    y: members.map(({ generation }) => generation),
    customdata: members.map((member) => member.number),
    text: members.map((member) => label(scoreOf(member, goal))),
    hovertemplate: `${label(t("Trial"))} %{customdata} · %{text}<extra></extra>`,
    marker: { size: 10, symbol, color, line: { width: 1.5 }, ...scale },
  }
}

function scoreOf({ loss, state }: Member, goal: Goal): string {
  return loss === null ? state : metricValue(goal.objective, fromLoss(loss, goal))
}

function sentence(members: readonly Member[], line: readonly Member[], goal: Goal): string {
  const best = line[0]
  if (!best) return t("Nothing has a score yet, so nothing may breed.")
  const alive = members.filter((member) => member.alive).length
  return t(
    "%(born)s so far, %(alive)s in the population. The best is trial %(number)s with %(value)s, " +
      "in generation %(generation)s.",
    {
      born: n("%(count)s candidate", "%(count)s candidates", members.length),
      alive,
      number: best.number,
      value: scoreOf(best, goal),
      generation: best.generation,
    },
  )
}
