/**
 * One zip of many files, which are stored as they are: whatever its length, no file is held in memory.
 * The same files make the same bytes, so that an upload of them can go on another day; therefore no
 * times are written.
 */

import { Joined } from "./source"
import { crc32 } from "./zip-crc"

/** A file with its path in the zip. */
export interface Packed {
  path: string
  file: Blob
}

/** `mark` differs between zips of different files. */
export interface Zip {
  body: Joined
  mark: string
}

/** What a zip says of a file. */
export interface Entry {
  path: string
  size: number
  crc: number
}

/** What stands before each file, and what comes after all of them. */
export interface Frame {
  heads: Uint8Array<ArrayBuffer>[]
  end: Uint8Array<ArrayBuffer>
}

const PIECE = 2 ** 22 // bytes that are read at a time

const FULL_16 = 0xffff
const FULL_32 = 0xffffffff // and more than that needs the fields of zip64
const UTF_8_NAMES = 0x0800
const FIRST_DAY = 0x0021 // 1 January 1980, the day on which zips begin to count

/** Zip `files`; each is read once, for its checksum, and `onread` is told how many bytes. */
export async function zip(
  files: readonly Packed[],
  onread: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Zip> {
  const sums = await checksums(files, onread, signal)
  const entries = files.map(({ path, file }, number) => {
    return { path, size: file.size, crc: sums[number] ?? 0 }
  })
  const { heads, end } = frame(entries)
  const parts = files.flatMap(({ file }, number) => [heads[number] ?? NOTHING, file])
  const mark = `${entries.length}-${crc32(end).toString(16)}`
  return { body: new Joined([...parts, end]), mark }
}

/** Small files are read many at a time, because opening them takes longer than reading them. */
async function checksums(
  files: readonly Packed[],
  onread: (bytes: number) => void,
  signal: AbortSignal,
): Promise<number[]> {
  const all = new Joined(files.map(({ file }) => file))
  const sums = files.map(() => 0)
  const left = files.map(({ file }) => file.size)
  let number = 0
  for (let at = 0; at < all.size; at += PIECE) {
    signal.throwIfAborted()
    const piece = await all.read(at, at + PIECE)
    for (let begin = 0; begin < piece.length; ) {
      while (left[number] === 0) number += 1
      const part = piece.subarray(begin, begin + (left[number] ?? 0))
      sums[number] = crc32(part, sums[number])
      left[number] = (left[number] ?? 0) - part.length
      begin += part.length
    }
    onread(piece.length)
  }
  return sums
}

/** The headers of a zip of these files, in their order (section 4.3 of PKWARE's APPNOTE 6.3.10). */
export function frame(entries: readonly Entry[]): Frame {
  const heads: Uint8Array<ArrayBuffer>[] = []
  const directory: Uint8Array<ArrayBuffer>[] = []
  let offset = 0
  for (const entry of entries) {
    const head = localHeader(entry)
    heads.push(head)
    directory.push(centralHeader(entry, offset))
    offset += head.length + entry.size
  }
  const listed = joined(directory)
  return { heads, end: joined([listed, endRecords(entries.length, listed.length, offset)]) }
}

function localHeader({ path, size, crc }: Entry): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(path)
  const wide = size >= FULL_32 ? joined([numbers([2, 1], [2, 16], [8, size], [8, size])]) : NOTHING
  return joined([numbers([4, 0x04034b50]), common(size, crc, name, wide), name, wide])
}

function centralHeader({ path, size, crc }: Entry, offset: number): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(path)
  const fields: Field[] = size >= FULL_32 ? [[8, size], [8, size]] : [] // biome-ignore format: a pair
  if (offset >= FULL_32) fields.push([8, offset])
  const wide = fields.length ? numbers([2, 1], [2, 8 * fields.length], ...fields) : NOTHING
  return joined([
    numbers([4, 0x02014b50], [2, wide.length ? 45 : 20]),
    common(size, crc, name, wide),
    numbers([2, 0], [2, 0], [2, 0], [4, 0], [4, Math.min(offset, FULL_32)]),
    name,
    wide,
  ])
}

/** What a local and a central header have in common: from the version needed to the lengths. */
function common(
  size: number,
  crc: number,
  name: Uint8Array,
  wide: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const shown = Math.min(size, FULL_32)
  return numbers(
    [2, wide.length ? 45 : 20],
    [2, UTF_8_NAMES],
    [2, 0], // stored
    [2, 0],
    [2, FIRST_DAY],
    [4, crc],
    [4, shown],
    [4, shown],
    [2, name.length],
    [2, wide.length],
  )
}

function endRecords(count: number, length: number, offset: number): Uint8Array<ArrayBuffer> {
  const shown = Math.min(count, FULL_16)
  const sizes: Field[] = [
    [4, Math.min(length, FULL_32)],
    [4, Math.min(offset, FULL_32)],
  ]
  const end = numbers([4, 0x06054b50], [2, 0], [2, 0], [2, shown], [2, shown], ...sizes, [2, 0])
  if (count < FULL_16 && length < FULL_32 && offset < FULL_32) return end
  const wide: Field[] = [
    [8, count],
    [8, count],
    [8, length],
    [8, offset],
  ]
  const record = numbers([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], ...wide)
  const locator = numbers([4, 0x07064b50], [4, 0], [8, offset + length], [4, 1])
  return joined([record, locator, end])
}

/** A number, and in how many bytes it is written. */
type Field = [bytes: 2 | 4 | 8, value: number]

const NOTHING = new Uint8Array()

function numbers(...fields: Field[]): Uint8Array<ArrayBuffer> {
  const length = fields.reduce((sum, [bytes]) => sum + bytes, 0)
  const view = new DataView(new ArrayBuffer(length))
  let at = 0
  for (const [bytes, value] of fields) {
    if (bytes === 2) view.setUint16(at, value, true)
    else if (bytes === 4) view.setUint32(at, value, true)
    else view.setBigUint64(at, BigInt(value), true)
    at += bytes
  }
  return new Uint8Array(view.buffer)
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
