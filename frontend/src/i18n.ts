/** Words and numbers in the reader's language, through Django's JavaScript catalogue. */

type Values = Readonly<Record<string, unknown>>

interface Catalogue {
  gettext?: (message: string) => string
  ngettext?: (one: string, many: string, count: number) => string
}

const catalogue = globalThis as Catalogue

/** Translate a sentence, then fill in its `%(name)s` with `values`. */
export function t(message: string, values?: Values): string {
  return fill(catalogue.gettext?.(message) ?? message, values)
}

/** Translate a sentence that depends on a count, which it may show as `%(count)s`. */
export function n(one: string, many: string, count: number, values?: Values): string {
  const message = catalogue.ngettext?.(one, many, count) ?? (count === 1 ? one : many)
  return fill(message, { count: number(count), ...values })
}

/** Python's named interpolation, so that a sentence written in Python reads the same here. */
function fill(message: string, values: Values | undefined): string {
  if (!values) return message
  return message.replace(/%\((\w+)\)[sdgf]|%%/g, (found, name: string | undefined) => {
    if (name === undefined) return "%"
    return name in values ? text(values[name]) : found
  })
}

function text(value: unknown): string {
  return typeof value === "number" ? number(value) : String(value)
}

const formats = new Map<string, Intl.NumberFormat>()

/** A format in the page's language, made once: making one takes longer than using it a hundred times. */
function format(value: number, options: Intl.NumberFormatOptions): string {
  const language = document.documentElement.lang
  const key = language + JSON.stringify(options)
  const known = formats.get(key)
  if (known) return known.format(value)
  const made = new Intl.NumberFormat(language || undefined, options)
  formats.set(key, made)
  return made.format(value)
}

/** Three significant digits, more for whole numbers; very small and very large ones in powers of ten. */
export function number(value: number): string {
  const size = Math.abs(value)
  if (Number.isInteger(value) && size < 1e15) return format(value, {})
  const notation = size < 1e-4 || size >= 1e9 ? "scientific" : "standard"
  return format(value, { maximumSignificantDigits: 3, notation })
}

/** Three significant digits of a hundredth, with the unit set apart: 97.2 %. */
export function percent(share: number): string {
  const digits = { minimumSignificantDigits: 3, maximumSignificantDigits: 3 }
  const figures = format(100 * share, share === 0 || share === 1 ? {} : digits)
  return t("%(number)s\u00a0%%", { number: figures })
}

/** How far something is, in whole hundredths. */
export function wholePercent(share: number): string {
  return t("%(number)s\u00a0%%", { number: Math.floor(100 * share) })
}

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"]

export function bytes(count: number): string {
  const power = count < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(count) / 3))
  const unit = BYTES[power] ?? "byte"
  return format(count / 1000 ** power, { style: "unit", unit, maximumSignificantDigits: 3 })
}

/** A part of a whole in the whole's unit: 412 of 900 MB. */
export function bytesOf(part: number, whole: number): string {
  const power = whole < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(whole) / 3))
  const figures = format(part / 1000 ** power, { maximumSignificantDigits: 3 })
  return t("%(part)s of %(whole)s", { part: figures, whole: bytes(whole) })
}
