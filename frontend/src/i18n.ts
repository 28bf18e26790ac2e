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

function language(): string | undefined {
  return document.documentElement.lang || undefined
}

/** Three significant digits, more for whole numbers; very small and very large ones in powers of ten. */
export function number(value: number): string {
  const size = Math.abs(value)
  if (Number.isInteger(value) && size < 1e15) {
    return new Intl.NumberFormat(language()).format(value)
  }
  const notation = size < 1e-4 || size >= 1e9 ? "scientific" : "standard"
  return new Intl.NumberFormat(language(), { maximumSignificantDigits: 3, notation }).format(value)
}

export function percent(share: number): string {
  const options = { style: "percent", maximumSignificantDigits: 3 } as const
  return new Intl.NumberFormat(language(), options).format(share)
}

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"]

export function bytes(count: number): string {
  const power = count < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(count) / 3))
  return new Intl.NumberFormat(language(), {
    style: "unit",
    unit: BYTES[power] ?? "byte",
    maximumSignificantDigits: 3,
  }).format(count / 1000 ** power)
}
