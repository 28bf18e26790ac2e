/** How the values of a hyper-parameter stand along an axis: on a line, or each on a place of its own. */

import { number } from "../i18n"
import { configValue } from "../words"
import { label } from "./figure"

const FEW = 12 // values that are drawn one by one, whether they are numbers or not

export interface Spacing {
  isLine: boolean
  isLog: boolean
}

export function spacingOf(values: readonly unknown[]): Spacing {
  const numbers = values.filter((value) => typeof value === "number")
  const isLine = values.length > FEW && numbers.length === values.length
  return { isLine, isLog: isLine && isGeometric(numbers) }
}

/** Whether the middle value is nearer to the geometric mean of the ends than to the other. */
function isGeometric(values: readonly number[]): boolean {
  const [first = 0, middle = 0, last = 0] = [0, (values.length - 1) >> 1, values.length - 1].map(
    (at) => values[at],
  )
  if (first <= 0) return false
  const geometric = Math.sqrt(first * last)
  return Math.abs(middle - geometric) < Math.abs(middle - (first + last) / 2)
}

/** A value across: a number along a line, else a name on a place of its own. */
export function across({ isLine }: Spacing, value: unknown): unknown {
  return isLine ? value : label(configValue(value))
}

/** The axis that the values stand on. */
export function scaleOf(spacing: Spacing, values: readonly unknown[]): object {
  if (spacing.isLog) return logarithmic(Number(values.at(0)), Number(values.at(-1)))
  if (spacing.isLine) return { type: "linear" }
  const places = values.map((value) => across(spacing, value))
  return { type: "category", categoryorder: "array", categoryarray: places }
}

/** An axis whose marks are written out, where Plotly would write "2" for twice a power of ten. */
export function logarithmic(first: number, last: number): object {
  const tickvals = steps(first, last)
  return { type: "log", tickvals, ticktext: tickvals.map((value) => label(number(value))) }
}

/** Powers of ten between two numbers and, where these would be few, twice and five times these. */
function steps(first: number, last: number): number[] {
  const factors = last / first > 40 ? [1] : [1, 2, 5]
  const [from, to] = [Math.floor(Math.log10(first)), Math.ceil(Math.log10(last))]
  const powers = [...Array(to - from + 1).keys()].map((power) => from + power)
  return powers
    .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
    .filter((value) => value >= 0.999 * first && value <= 1.001 * last)
}
