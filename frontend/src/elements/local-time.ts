/** `<local-time datetime="…">` shows a moment by the reader's own clock; the server knows only its own. */

export class LocalTime extends HTMLElement {
  connectedCallback(): void {
    const moment = new Date(this.getAttribute("datetime") ?? "")
    if (!Number.isNaN(moment.getTime())) this.textContent = told(moment, new Date())
  }
}

/** The time in the reader's way to write it, with the date unless it is today. */
export function told(moment: Date, now: Date): string {
  const isToday = moment.toDateString() === now.toDateString()
  const style: Intl.DateTimeFormatOptions = isToday ? {} : { dateStyle: "medium" }
  return new Intl.DateTimeFormat(undefined, { ...style, timeStyle: "short" }).format(moment)
}
