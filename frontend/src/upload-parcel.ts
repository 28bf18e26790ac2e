/** What is sent of the files that a person chose: the file itself, or one zip of all of them. */

import type { Chosen } from "./dropped"
import { Joined, type Source } from "./source"
import { zip } from "./zip"

/** `mark` is the same when the same files are chosen again, so that their upload can go on. */
export interface Parcel {
  name: string
  body: Source
  mark: string
}

/** `onread` is told how much of all files is read; raises what stands in the way of reading. */
export async function parcelOf(
  chosen: readonly Chosen[],
  onread: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Parcel> {
  const [first] = chosen
  if (first && chosen.length === 1) {
    const { name, lastModified, size } = first.file
    return { name, body: new Joined([first.file]), mark: `${name}-${size}-${lastModified}` }
  }
  const total = bytesIn(chosen)
  let done = 0
  const read = (bytes: number) => {
    done += bytes
    onread(done, total)
  }
  const { body, mark } = await zip(chosen, read, signal)
  const name = `${folderOf(chosen) ?? "files"}.zip`
  return { name, body, mark: `${name}-${body.size}-${mark}` }
}

export function bytesIn(chosen: readonly Chosen[]): number {
  return chosen.reduce((sum, { file }) => sum + file.size, 0)
}

/** The folder that all files lie in, if there is one. */
export function folderOf(chosen: readonly Chosen[]): string | undefined {
  const tops = new Set(chosen.map(({ path }) => path.slice(0, Math.max(0, path.indexOf("/")))))
  const [top] = tops
  return tops.size === 1 && top ? top : undefined
}
