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
  const entries = [...(dropped.items ?? [])].flatMap((item) => item.webkitGetAsEntry?.() ?? [])
  if (!entries.length) return inOrder(files.map((file) => ({ path: file.name, file })))
  return inOrder((await Promise.all(entries.map((entry) => inside(entry, "")))).flat())
}

async function inside(entry: FileSystemEntry, folder: string): Promise<Chosen[]> {
  const path = folder + entry.name
  if (entry.isFile) return [{ path, file: await fileOf(entry as FileSystemFileEntry) }]
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const found: Chosen[][] = []
  for (;;) {
    const some = await entriesOf(reader) // browsers give a hundred at a time
    if (some.length === 0) return found.flat()
    found.push(...(await Promise.all(some.map((child) => inside(child, `${path}/`)))))
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

function entriesOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject))
}

/** Without what systems hide in folders, and sorted: the same folder is the same list every time. */
function inOrder(chosen: Chosen[]): Chosen[] {
  return chosen.filter(({ path }) => !isHidden(path)).sort((a, b) => (a.path < b.path ? -1 : 1))
}

function isHidden(path: string): boolean {
  const folders = path.split("/")
  return folders.length > 1 && folders.some((part) => part.startsWith(".") || part === "__MACOSX")
}
