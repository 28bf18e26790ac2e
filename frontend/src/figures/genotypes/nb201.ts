/** A cell of six edges as a graph; edges that are zero are not there. */

import { n, t } from "../../i18n"
import { opTitle } from "../../words"
import { type Graph, joining, OUTPUT, working } from "../graph"

export interface Nb201 {
  kind: "nb201"
  edges: string[]
  skeleton: { C: number; N: number; act: string; divide: number }
}

/** From which node to which, in the order of the genotype. */
const ENDS = ["0 1", "0 2", "1 2", "0 3", "1 3", "2 3"]

/** One graph, whose title tells what the cell is stacked to. */
export function nb201Graphs({ edges, skeleton }: Nb201): Graph[] {
  const drawn = edges.flatMap((op, index) => {
    const [from = "", to = ""] = (ENDS[index] ?? "").split(" ")
    return op === "zero" ? [] : [working(from, to, op, opTitle(op))]
  })
  return [
    {
      name: "cell",
      title: title(skeleton),
      nodes: [
        { id: "0", kind: "input", title: t("cₖ₋₁") },
        ...["1", "2", "3"].map((id) => ({ id, kind: "state" as const, title: id })),
        { id: OUTPUT, kind: "output", title: t("cₖ") },
      ],
      edges: [...drawn, joining("3")],
    },
  ]
}

function title({ C, N, act, divide }: Nb201["skeleton"]): string {
  const parts = [
    n("%(count)s cell a stage", "%(count)s cells a stage", N),
    n("%(count)s channel", "%(count)s channels", C),
    activationTitle(act),
    divide > 1 ? t("images divided by %(divisor)s", { divisor: divide }) : "",
  ]
  return parts.filter(Boolean).join(", ")
}

function activationTitle(name: string): string {
  switch (name) {
    case "hardswish":
      return t("Hardswish")
    case "mish":
      return t("Mish")
    default:
      return t("ReLU")
  }
}
