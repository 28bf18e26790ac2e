/** htmx, set up so that it needs nothing from the content security policy and carries Django's token. */

import htmx from "htmx.org"
import { csrfToken } from "./token"

htmx.config.allowEval = false
htmx.config.includeIndicatorStyles = false

const NEEDS_NO_TOKEN = new Set(["get", "head", "options", "trace"])

document.addEventListener("htmx:configRequest", (event) => {
  const { verb, headers } = (event as CustomEvent).detail
  if (!NEEDS_NO_TOKEN.has(verb)) headers["X-CSRFToken"] = csrfToken()
})
