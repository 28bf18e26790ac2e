/** What a person chose or dropped: files, each with its path inside of the folder that it came in. */

export interface Chosen {
  path: string
  file: File
}

/** The files of a field, be it one for files or for a folder. */
export function chosenBy(input: HTMLInputElement): Chosen[] {
  const files = [...(input.files ?? [])]
  return inOrder(files.map((file) => ({ path: file.webkitRelativePath || file.name, file })))
}

/** The files that were dropped, and those in folders that were dropped. */
export async function droppedIn(dropped: DataTransfer): Promise<Chosen[]> {
  const files = [...dropped.files] // before the first wait: after it the browser has forgotten all
  const entries = [...(dropped.items ?? [])].map((item) => item.webkitGetAsEntry?.())
  const found: Chosen[] = []
  for (const entry of entries) {
    if (entry) for await (const each of inside(entry, "")) found.push(each)
  }
  return inOrder(found.length ? found : files.map((file) => ({ path: file.name, file })))
}

async function* inside(entry: FileSystemEntry, folder: string): AsyncGenerator<Chosen> {
  const path = folder + entry.name
  if (entry.isFile) yield { path, file: await fileOf(entry as FileSystemFileEntry) }
  else {
    for await (const child of childrenOf(entry as FileSystemDirectoryEntry)) {
      yield* inside(child, `${path}/`)
    }
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

async function* childrenOf(folder: FileSystemDirectoryEntry): AsyncGenerator<FileSystemEntry> {
  const reader = folder.createReader()
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return // browsers give a hundred at a time
    yield* some
  }
}

/** Without what systems hide in folders, and sorted: the same folder is the same list every time. */
function inOrder(chosen: Chosen[]): Chosen[] {
  return chosen.filter(({ path }) => !isHidden(path)).sort((a, b) => (a.path < b.path ? -1 : 1))
}

function isHidden(path: string): boolean {
  const folders = path.split("/")
  return folders.length > 1 && folders.some((part) => part.startsWith(".") || part === "__MACOSX")
}
