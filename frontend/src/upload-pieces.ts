/** Reads a file piece by piece for the tus client: each once, for its checksum and to be sent. */

import type { FileSource, SliceResult } from "tus-js-client"
import type { Source } from "./source"

export class Pieces implements FileSource {
  readonly size: number
  /** What the header says of the latest piece; undefined where the browser cannot tell. */
  checksum: string | undefined
  readonly #body: Source

  constructor(body: Source) {
    this.#body = body
    this.size = body.size
  }

  async slice(start: number, end: number): Promise<SliceResult> {
    const bytes = await this.#body.read(start, end)
    this.checksum = await checksumOf(bytes)
    return { value: new Blob([bytes]), done: end >= this.size }
  }

  close(): void {}
}

/** Browsers can only do this for sites that speak TLS, and on this machine. */
async function checksumOf(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  if (!crypto.subtle) return undefined
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
  return `sha256 ${btoa(String.fromCharCode(...digest))}`
}
