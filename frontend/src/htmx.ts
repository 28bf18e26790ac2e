/** htmx, set up so that it needs nothing from the content security policy and carries Django's token. */

import htmx from "htmx.org"

htmx.config.allowEval = false
htmx.config.includeIndicatorStyles = false

const NEEDS_NO_TOKEN = new Set(["get", "head", "options", "trace"])

document.addEventListener("htmx:configRequest", (event) => {
  const { verb, headers } = (event as CustomEvent).detail
  if (!NEEDS_NO_TOKEN.has(verb)) headers["X-CSRFToken"] = csrfToken()
})

/** Django's token: from a form on the page, a meta tag, or the cookie. */
export function csrfToken(): string {
  const field = document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")
  const meta = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")
  const cookie = /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)
  return field?.value ?? meta?.content ?? decodeURIComponent(cookie?.[1] ?? "")
}
