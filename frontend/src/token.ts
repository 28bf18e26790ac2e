/** The token that Django wants with whatever changes something. */

/** From a form on the page, a meta tag, or the cookie. */
export function csrfToken(): string {
  const field = document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")
  const meta = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")
  const cookie = /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)
  return field?.value ?? meta?.content ?? decodeURIComponent(cookie?.[1] ?? "")
}
