/** Sends the form of the upload page once the file is there, and tells what the answer means. */

import { sentenceOf } from "./upload"

/** What to do next: go to an address, show the server's page, say a sentence. */
export interface PostEnd {
  address?: string
  page?: Document
  sentence?: string
}

const AWAY = new Set([502, 503, 504])
const WAIT = 2000 // milliseconds

/** Post a form. While the site is away, `onlost` is called, and it is tried again: twice does no harm. */
export async function post(
  address: string,
  body: FormData,
  onlost: () => void,
  signal: AbortSignal,
): Promise<PostEnd> {
  for (;;) {
    const answer = await fetch(address, { method: "POST", body, signal }).catch(() => null)
    if (answer && !AWAY.has(answer.status)) return ending(answer, await answer.text(), address)
    signal.throwIfAborted()
    onlost()
    await new Promise((go) => setTimeout(go, WAIT))
  }
}

/** What an answer means: a redirect was followed, the form has errors, or something broke. */
export function ending(
  { status, url }: Pick<Response, "status" | "url">,
  text: string,
  address: string,
): PostEnd {
  if (status === 422 || (status === 200 && url === address)) {
    return { page: new DOMParser().parseFromString(text, "text/html") }
  }
  if (status >= 200 && status < 300) return { address: url }
  return { sentence: sentenceOf(status) }
}
