/**
 * What an upload is read from, some bytes at a time. Many files are joined here and not in one large
 * blob, because a browser takes half a minute to make a blob of 60,000 files.
 */

type Bytes = Uint8Array<ArrayBuffer>

export interface Source {
  readonly size: number
  read(start: number, end: number): Promise<Bytes>
}

/** Files and bytes, one behind the other; only what is asked for is read. */
export class Joined implements Source {
  readonly size: number
  readonly #parts: readonly (Blob | Bytes)[]
  readonly #starts: number[] = []

  constructor(parts: readonly (Blob | Bytes)[]) {
    let size = 0
    for (const part of parts) {
      this.#starts.push(size)
      size += lengthOf(part)
    }
    this.size = size
    this.#parts = parts
  }

  async read(start: number, end: number): Promise<Bytes> {
    const whole = new Uint8Array(Math.max(0, Math.min(end, this.size) - start))
    const reads: Promise<void>[] = []
    for (let number = this.#partAt(start); number < this.#parts.length; number += 1) {
      const begin = this.#starts[number] ?? 0
      if (begin >= end) break
      const part = this.#parts[number] ?? new Uint8Array()
      const copied = partly(part, Math.max(0, start - begin), end - begin)
      reads.push(copied.then((bytes) => whole.set(bytes, Math.max(0, begin - start))))
    }
    await Promise.all(reads)
    return whole
  }

  /** The last part that begins at `place` or before it. */
  #partAt(place: number): number {
    let low = 0
    let high = this.#starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#starts[middle] ?? 0) <= place) low = middle
      else high = middle
    }
    return low
  }
}

function lengthOf(part: Blob | Bytes): number {
  return part instanceof Uint8Array ? part.length : part.size
}

async function partly(part: Blob | Bytes, start: number, end: number): Promise<Bytes> {
  if (part instanceof Uint8Array) return part.subarray(start, end)
  return new Uint8Array(await part.slice(start, end).arrayBuffer())
}
