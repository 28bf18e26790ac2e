/** How a method thinks as a figure, with the choices of what it shows: which picture, along which axes. */

import { mostTelling } from "../figures/cut"
import { densitiesFigure, mostApart } from "../figures/densities"
import { familyFigure } from "../figures/family"
import type { Figure, Goal } from "../figures/figure"
import { generationsFigure } from "../figures/generations"
import type { Insight, Picture, Points } from "../figures/insight"
import { leaderFigure } from "../figures/leader"
import { pointsFigure } from "../figures/points"
import { policyFigure } from "../figures/policy"
import { predictedFigure } from "../figures/predicted"
import { rungsFigure } from "../figures/rungs"
import { slicesFigure } from "../figures/slices"
import { strategiesFigure } from "../figures/strategies"
import { axisTitle, mostSpread } from "../figures/view"
import { t } from "../i18n"
import { NameChoice, type Offer } from "./name-choice"

export class InsightFigure {
  readonly #picture: NameChoice
  readonly #along: NameChoice
  readonly #across: NameChoice
  readonly #up: NameChoice
  readonly elements: HTMLElement[]

  /** `changed` is called when somebody has chosen something else to see. */
  constructor(changed: () => void) {
    this.#picture = new NameChoice(t("Picture"), changed)
    this.#along = new NameChoice(t("Hyper-parameter"), changed)
    this.#across = new NameChoice(t("Across"), changed)
    this.#up = new NameChoice(t("Up"), changed)
    this.elements = [this.#picture, this.#along, this.#across, this.#up].map(
      ({ element }) => element,
    )
  }

  /** The figure to draw; null if another element shows it. */
  of(insight: Insight, goal: Goal): Figure | null {
    for (const choice of [this.#along, this.#across, this.#up]) choice.hide()
    if (insight.kind !== "several") return this.#figureOf(insight, goal)
    const offers = insight.pictures.map(({ kind }) => ({ name: kind, title: pictureTitle(kind) }))
    const shown = this.#picture.among(offers, offers[0]?.name ?? "")
    const picture = insight.pictures.find(({ kind }) => kind === shown)
    return picture ? this.#figureOf(picture, goal) : null
  }

  #figureOf(picture: Picture, goal: Goal): Figure | null {
    switch (picture.kind) {
      case "family":
        return familyFigure(picture.members, goal)
      case "rungs":
        return rungsFigure(picture.rungs, picture.fidelity, goal, picture.correlations)
      case "points":
        return this.#points(picture, goal)
      case "slices": {
        const { slices } = picture
        return slicesFigure(picture, this.#along.among(named(slices), mostTelling(slices)), goal)
      }
      case "densities": {
        const { densities } = picture
        const along = this.#along.among(named(densities), mostApart(densities))
        return densitiesFigure(picture, along, goal)
      }
      case "strategies":
        return strategiesFigure(picture)
      case "leader":
        return leaderFigure(picture, goal)
      case "policy":
        return policyFigure(picture)
      case "generations":
        return generationsFigure(picture)
      case "predicted":
        return predictedFigure(picture, goal)
      case "weights":
        return null // `<edge-weights>` shows these
    }
  }

  #points(told: Points, goal: Goal): Figure {
    const offers = told.axes.map((axis) => ({ name: axis.name, title: axisTitle(axis) }))
    const [x, y] = mostSpread(told)
    return pointsFigure(told, this.#across.among(offers, x), this.#up.among(offers, y), goal)
  }
}

function named(parts: readonly { name: string }[]): Offer[] {
  return parts.map(({ name }) => ({ name, title: name }))
}

function pictureTitle(kind: Picture["kind"]): string {
  switch (kind) {
    case "rungs":
      return t("Rungs")
    case "densities":
      return t("Densities")
    case "slices":
      return t("Model of the loss")
    case "points":
      return t("Trials in the space")
    default:
      return kind
  }
}
