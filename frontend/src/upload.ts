/** One upload: sends a form, tells how far it is, and says in words how it ended. */

import { t, wholePercent } from "./i18n"

/** What to do next: go to an address, show the server's page, say a sentence. */
export interface UploadEnd {
  address?: string
  page?: Document
  sentence?: string
}

export class Upload {
  onprogress: (sent: number, total: number) => void = () => {}
  onend: (end: UploadEnd) => void = () => {}
  readonly #request = new XMLHttpRequest()
  readonly #address: string
  readonly #body: FormData
  #share = 0

  constructor(address: string, body: FormData) {
    this.#address = address
    this.#body = body
  }

  start(): void {
    this.#request.upload.onprogress = ({ loaded, total }) => {
      this.#share = total > 0 ? loaded / total : 0
      this.onprogress(loaded, total)
    }
    this.#request.onload = () => this.onend(ending(this.#request, this.#address))
    this.#request.onerror = () => this.onend({ sentence: lost(this.#share) })
    this.#request.onabort = () => {
      this.onend({ sentence: t("The upload was cancelled. Nothing was kept.") })
    }
    this.#request.open("POST", this.#address)
    this.#request.send(this.#body)
  }

  cancel(): void {
    this.#request.abort()
  }
}

/** What an answer means: a redirect was followed, the form has errors, or something broke. */
export function ending(
  answer: Pick<XMLHttpRequest, "status" | "responseURL" | "responseText">,
  address: string,
): UploadEnd {
  const { status, responseURL, responseText } = answer
  if (status === 413) {
    return { sentence: t("The file is larger than this site accepts. Upload a smaller one.") }
  }
  if (status === 507) {
    return {
      sentence: t(
        "The disk of this site is too full for this file. Ask the person who runs it to make room.",
      ),
    }
  }
  if (status === 422 || (status === 200 && responseURL === address)) {
    return { page: new DOMParser().parseFromString(responseText, "text/html") }
  }
  if (status >= 200 && status < 300) return { address: responseURL }
  if (status === 403 || status === 404) {
    return { sentence: t("You may not upload here any more. Sign in again or ask an owner.") }
  }
  return {
    sentence: t("The site could not take the file (error %(status)s). Try again in a minute.", {
      status: String(status),
    }),
  }
}

function lost(share: number): string {
  return t("The connection was lost at %(share)s. Nothing was kept; upload the file again.", {
    share: wholePercent(share),
  })
}
