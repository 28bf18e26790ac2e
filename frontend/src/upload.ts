/**
 * One upload, in pieces that the site keeps one by one (tus): a lost connection, a closed tab or a
 * restarted site cost at most the piece that was on its way. Says in words how it ended.
 */

import { type DetailedError, type HttpRequest, Upload as Tus } from "tus-js-client"
import { t } from "./i18n"
import type { Parcel } from "./upload-parcel"
import { Pieces } from "./upload-pieces"

/** How it ended: all is there, under this id; or a sentence says why not. */
export type UploadEnd = { id: string } | { sentence: string }

/** Where uploads are begun, and Django's token. */
export interface Counter {
  address: string
  token: string
}

const LEAST_PIECE = 2 ** 18
const FIRST_PIECE = 2 ** 20
const MOST_PIECE = 2 ** 23 // of which the site holds few in memory, and none whole
const FAST = 1000 // milliseconds; a piece that takes less makes the next one longer
const SLOW = 4000

const STALLED = 30_000 // milliseconds without any progress, in which a connection is taken for dead
const FIRST_WAIT = 1000
const LONGEST_WAIT = 15_000

const AWAY = new Set([0, 502, 503, 504]) // no answer, or that of a proxy whose site is away
const AGAIN = new Set([409, 423, 460, 500]) // the two sides disagree: ask how far it is, and go on
const TRIES = 5

/** The site did not get to look at a request, so that its answer tells nothing of the upload. */
class FaultError extends Error {
  readonly status: number

  constructor(status: number) {
    super(`the site answered ${status}`)
    this.status = status
  }
}

export class Upload {
  onprogress: (sent: number, total: number) => void = () => {}
  onlost: (kept: number, total: number) => void = () => {}
  onend: (end: UploadEnd) => void = () => {}
  readonly #tus: Tus
  readonly #pieces: Pieces
  #kept = 0
  #tries = 0
  #waits = 0
  #began = 0
  #mostPiece = MOST_PIECE
  #isActive = false
  #stall = 0
  #waiting = new AbortController()

  constructor({ name, body, mark }: Parcel, counter: Counter) {
    this.#pieces = new Pieces(body)
    this.#tus = new Tus(new Blob(), {
      fileReader: { openFile: async () => this.#pieces }, // in place of the blob
      endpoint: counter.address,
      headers: { "X-CSRFToken": counter.token },
      metadata: { filename: name },
      fingerprint: async () => `automl-${counter.address}-${mark}`,
      chunkSize: FIRST_PIECE,
      retryDelays: null, // ours never gives up while the site is only away
      onBeforeRequest: (request) => this.#prepare(request),
      onAfterResponse: (_request, answer) => this.#check(answer.getStatus()),
      onProgress: (sent, total) => this.#progress(sent, total),
      onChunkComplete: (_size, kept) => this.#pieceKept(kept),
      onSuccess: () => this.#end({ id: this.#tus.url?.split("/").at(-2) ?? "" }),
      onError: (error) => this.#failed(error),
    })
  }

  /** Begin, or go on where an upload of the same files was. */
  async start(): Promise<void> {
    const earlier = (await this.#tus.findPreviousUploads()).at(-1)
    if (earlier) this.#tus.resumeFromPreviousUpload(earlier)
    this.resume()
  }

  pause(): void {
    this.#rest()
    this.#tus.abort()
  }

  resume(): void {
    this.#rest()
    this.#isActive = true
    this.#tus.start()
  }

  async cancel(): Promise<void> {
    this.#rest()
    try {
      await this.#tus.abort(true)
      this.onend({ sentence: cancelled() })
    } catch {
      this.onend({
        sentence: t("The upload was cancelled. What was sent of it is removed within a day."),
      })
    }
  }

  /** The upload was used: forget that it could go on. */
  async forget(): Promise<void> {
    for (const { urlStorageKey } of await this.#tus.findPreviousUploads()) {
      await this.#tus.options.urlStorage?.removeUpload(urlStorageKey)
    }
  }

  #prepare(request: HttpRequest): void {
    this.#watch()
    if (request.getMethod() !== "PATCH") return
    if (!this.#isActive) throw new Error("paused while the piece was read")
    this.#kept = Number(request.getHeader("Upload-Offset"))
    this.#began = performance.now()
    if (this.#pieces.checksum) request.setHeader("Upload-Checksum", this.#pieces.checksum)
  }

  /** The client would take a fault for "no such upload", and begin a new one. */
  #check(status: number): void {
    clearTimeout(this.#stall)
    if (status >= 500 && status !== 507) throw new FaultError(status)
  }

  #progress(sent: number, total: number): void {
    this.#watch()
    this.onprogress(sent, total)
  }

  #pieceKept(kept: number): void {
    clearTimeout(this.#stall) // the next piece is read first, however long that takes
    this.#kept = kept
    this.#tries = this.#waits = 0
    const options = this.#tus.options
    const took = performance.now() - this.#began
    const size = options.chunkSize ?? FIRST_PIECE
    if (took < FAST) options.chunkSize = Math.min(2 * size, this.#mostPiece)
    else if (took > SLOW) options.chunkSize = Math.max(size / 2, LEAST_PIECE)
  }

  #failed(error: Error | DetailedError): void {
    const cause = "causingError" in error ? error.causingError : error
    const status = statusOf(error, cause)
    if (status === undefined) this.#end({ sentence: unreadable() })
    else if (AWAY.has(status)) this.#lose()
    else if (status === 413 && this.#shorten(error)) this.#goOnLater()
    else if (AGAIN.has(status) && ++this.#tries <= TRIES) this.#goOnLater()
    else this.#end({ sentence: sentenceOf(status) })
  }

  /** A proxy may refuse long pieces: send shorter ones from now on, if that is it and can be. */
  #shorten(error: Error | DetailedError): boolean {
    const { options } = this.#tus
    const shorter = (options.chunkSize ?? 0) / 2
    const isPiece = "originalRequest" in error && error.originalRequest?.getMethod() === "PATCH"
    if (!isPiece || shorter < LEAST_PIECE) return false
    options.chunkSize = this.#mostPiece = shorter
    return true
  }

  #lose(): void {
    this.onlost(this.#kept, this.#pieces.size)
    this.#goOnLater()
  }

  /** Try again after a while, or at once when the browser has a network again. */
  #goOnLater(): void {
    this.#rest()
    const { signal } = this.#waiting
    const again = () => this.resume()
    const wait = Math.min(FIRST_WAIT * 2 ** this.#waits++, LONGEST_WAIT)
    const timer = setTimeout(again, wait)
    signal.addEventListener("abort", () => clearTimeout(timer))
    addEventListener("online", again, { signal })
  }

  /** Take the connection for dead if nothing moves for long from now on. */
  #watch(): void {
    clearTimeout(this.#stall)
    if (!this.#isActive) return
    this.#stall = window.setTimeout(() => {
      this.#tus.abort()
      this.#lose()
    }, STALLED)
  }

  #rest(): void {
    this.#isActive = false
    clearTimeout(this.#stall)
    this.#waiting.abort()
    this.#waiting = new AbortController()
  }

  #end(end: UploadEnd): void {
    this.#rest()
    this.onend(end)
  }
}

/** The status of the answer, 0 if there was none; undefined if nothing could be asked. */
function statusOf(error: Error | DetailedError, cause: Error | null): number | undefined {
  if (cause instanceof FaultError) return cause.status
  const answer = "originalResponse" in error ? error.originalResponse : null
  if (answer) return answer.getStatus()
  return cause instanceof Error ? undefined : 0 // a request that fails has an event for its cause
}

export function cancelled(): string {
  return t("The upload was cancelled. Nothing was kept.")
}

export function unreadable(): string {
  return t("The file cannot be read. If it was changed or moved, choose it again.")
}

/** What an answer means that is no good one. */
export function sentenceOf(status: number): string {
  if (status === 413) {
    return t("The file is larger than this site accepts. Upload a smaller one.")
  }
  if (status === 507) {
    return t(
      "The disk of this site is too full for this file. Ask the person who runs it to make room.",
    )
  }
  if (status < 400 || status === 403 || status === 404 || status === 405) {
    return t("You may not upload here any more. Sign in again or ask an owner.")
  }
  return t("The site could not take the file (error %(status)s). Try again in a minute.", {
    status: String(status),
  })
}
