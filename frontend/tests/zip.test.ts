/** Zips that Python's zipfile must read: the site reads them with it. */

import { execFileSync } from "node:child_process"
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { crc32 as known } from "node:zlib"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { frame, type Packed, type Zip, zip } from "../src/zip"
import { crc32 } from "../src/zip-crc"

const NAMES_AND_SIZES = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    listed = archive.infolist()
    print(json.dumps([[i.filename, i.file_size, i.CRC, i.header_offset] for i in listed]))
`
const CONTENTS = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps({i.filename: archive.read(i).decode("latin-1") for i in archive.infolist()}))
`

let folder = ""

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "zip-"))
})

afterEach(() => rmSync(folder, { recursive: true }))

/** What Python says of a zip that is written to the disk. */
function told(script: string, path: string) {
  const options = { maxBuffer: 2 ** 26, encoding: "utf-8" } as const
  return JSON.parse(execFileSync("python3", ["-c", script, path], options))
}

function put(path: string, bytes: Uint8Array, at: number): void {
  const file = openSync(path, "a+")
  closeSync(file)
  const open = openSync(path, "r+")
  writeSync(open, bytes, 0, bytes.length, at)
  closeSync(open)
}

/** The zip on the disk, read in pieces as an upload does. */
async function written({ body }: Zip): Promise<string> {
  const path = join(folder, "a.zip")
  const piece = Math.max(7, Math.ceil(body.size / 50))
  for (let at = 0; at < body.size; at += piece) put(path, await body.read(at, at + piece), at)
  return path
}

function packed(files: Record<string, string>): Packed[] {
  return Object.entries(files).map(([path, text]) => ({ path, file: new Blob([text]) }))
}

const never = new AbortController().signal

test("holds every file as it is, under its own name", async () => {
  const files = { "pets/猫😀/1.png": "\x89PNG", "pets/empty": "", "a b.txt": "words" }
  const made = await zip(packed(files), () => {}, never)
  const expected = { ...files, "pets/猫😀/1.png": "\xc2\x89PNG" } // as UTF-8
  expect(told(CONTENTS, await written(made))).toEqual(expected)
})

test("files that are read in several pieces, and pieces of several files, are as they were", async () => {
  const sizes = [0, 3, 5_000_000, 0, 0, 4_194_304, 1, 3_194_300, 0]
  const contents = sizes.map((size, n) => {
    const bytes = new Uint8Array(size).fill(n)
    crypto.getRandomValues(bytes.subarray(0, 9))
    return bytes
  })
  const files = contents.map((bytes, n) => ({ path: `${n}`, file: new Blob([bytes]) }))
  const read = vi.fn()
  const made = await zip(files, read, never)
  expect(read).toHaveBeenCalledTimes(3)
  const listed: number[][] = told(NAMES_AND_SIZES, await written(made))
  expect(listed.map((each) => each[2])).toEqual(contents.map((bytes) => known(bytes)))
})

test("the same files make the same bytes, other files others", async () => {
  const made = async (text: string) => {
    const { body, mark } = await zip(packed({ a: text, b: "b" }), () => {}, never)
    return [mark, await body.read(0, body.size)]
  }
  expect(await made("x")).toEqual(await made("x"))
  expect((await made("x"))[0]).not.toBe((await made("y"))[0])
})

test("tells how much is read, and stops when asked", async () => {
  const read = vi.fn()
  await zip(packed({ a: "12345", b: "678" }), read, never)
  expect(read.mock.calls).toEqual([[8]])
  const stop = new AbortController()
  stop.abort()
  await expect(zip(packed({ a: "1" }), read, stop.signal)).rejects.toThrow()
})

test("more files than a plain zip can count are all found", { timeout: 60_000 }, () => {
  const entries = Array.from({ length: 65_536 }, (_, n) => ({ path: `${n}`, size: 0, crc: 0 }))
  const { heads, end } = frame(entries)
  const path = join(folder, "many.zip")
  put(path, new Uint8Array(Buffer.concat([...heads, end])), 0)
  expect(told(NAMES_AND_SIZES, path)).toHaveLength(65_536)
})

test("files beyond four gigabytes are found where they lie", () => {
  const sizes = [5 * 2 ** 30, 3, 2 ** 32 - 1, 2 ** 32 - 2, 7]
  const entries = sizes.map((size, n) => ({ path: `${n}.bin`, size, crc: n }))
  const { heads, end } = frame(entries)
  const path = join(folder, "large.zip")
  const places: number[] = []
  let at = 0
  heads.forEach((head, n) => {
    places.push(at)
    put(path, head, at)
    at += head.length + (sizes[n] ?? 0)
  })
  const file = openSync(path, "r+")
  ftruncateSync(file, at) // a hole: the files take no room
  closeSync(file)
  put(path, end, at)
  const expected = entries.map(({ path, size, crc }, n) => [path, size, crc, places[n]])
  expect(told(NAMES_AND_SIZES, path)).toEqual(expected)
})

test("the checksum is that of everybody, in one go and in pieces", () => {
  for (const length of [0, 1, 3, 4, 5, 1000, 1003]) {
    const bytes = crypto.getRandomValues(new Uint8Array(length))
    expect(crc32(bytes)).toBe(known(bytes))
    expect(crc32(bytes.subarray(7), crc32(bytes.subarray(0, 7)))).toBe(known(bytes))
  }
})
