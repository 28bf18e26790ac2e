import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { UploadBegun } from "../src/elements/upload-begun"
import { UploadForm } from "../src/elements/upload-form"
import { timeLeft } from "../src/elements/upload-progress"
import { sentenceOf } from "../src/upload"
import { ending } from "../src/upload-post"
import { put } from "./page"

/** The client without its requests: tests/web and tests/browser have the real one. */
class FakeTus {
  static latest: FakeTus
  static earlier: { uploadUrl: string; urlStorageKey: string }[] = []
  static removed: string[] = []
  // biome-ignore lint/suspicious/noExplicitAny: the options of a library, some of which are called here
  options: any
  url: string | null = null
  calls: string[] = []

  constructor(_file: Blob, options: object) {
    const urlStorage = { removeUpload: async (key: string) => FakeTus.removed.push(key) }
    this.options = { ...options, urlStorage }
    FakeTus.latest = this
  }

  async findPreviousUploads() {
    return FakeTus.earlier
  }

  resumeFromPreviousUpload(earlier: { uploadUrl: string }): void {
    this.url = earlier.uploadUrl
  }

  start(): void {
    this.calls.push("start")
    this.options.onBeforeRequest({ getMethod: () => "HEAD" })
  }

  async abort(isForGood = false): Promise<void> {
    this.calls.push(isForGood ? "terminate" : "abort")
    if (isForGood) this.options.onBeforeRequest({ getMethod: () => "DELETE" })
  }
}

vi.mock("tus-js-client", () => ({
  get Upload() {
    return FakeTus
  },
}))

customElements.define("upload-form", UploadForm)
customElements.define("upload-begun", UploadBegun)

const FORM = `
  <form method="post" enctype="multipart/form-data" action="http://site/upload/">
    <input type="hidden" name="csrfmiddlewaretoken" value="token">
    <input type="hidden" name="upload">
    <input type="file" name="archive"><button type="submit" class="btn">Upload</button>
  </form>`

const SIZE = 2_000_000

let posted: FormData[] = []
let answers: (Partial<Response> | Error)[] = []

function text(): string {
  return document.querySelector("upload-form")?.textContent ?? ""
}

function button(words: string): HTMLButtonElement | undefined {
  return [...document.querySelectorAll("button")].find((each) => each.textContent === words)
}

function choose(...files: File[]): void {
  const input = document.querySelector<HTMLInputElement>("input[name=archive]")
  Object.defineProperty(input, "files", { value: files, configurable: true })
  input?.dispatchEvent(new Event("change"))
}

async function submit(...files: File[]): Promise<FakeTus> {
  choose(...(files.length ? files : [new File(["x".repeat(SIZE)], "pets.zip")]))
  FakeTus.latest = undefined as unknown as FakeTus
  const form = document.querySelector("form")
  form?.dispatchEvent(new SubmitEvent("submit", { cancelable: true, bubbles: true }))
  await vi.waitFor(() => expect(FakeTus.latest?.calls).toContain("start"))
  return FakeTus.latest
}

/** A failed request: without a status there was no answer at all. */
function failure(status?: number) {
  const originalResponse = status === undefined ? null : { getStatus: () => status }
  return Object.assign(new Error(), { originalResponse, causingError: new Event("error") })
}

beforeEach(() => {
  posted = []
  answers = []
  FakeTus.earlier = []
  FakeTus.removed = []
  FakeTus.latest = undefined as unknown as FakeTus
  vi.stubGlobal("fetch", async (_address: string, { body }: { body: FormData }) => {
    posted.push(body)
    const answer = answers.shift() ?? {}
    if (answer instanceof Error) throw answer
    return { status: 200, url: "http://site/datasets/7/", text: async () => "", ...answer }
  })
  put(`<upload-form data-uploads="/uploads/" data-most="3000000">${FORM}</upload-form>`)
})

afterEach(() => {
  document.body.replaceChildren()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test("offers a place to drop files around the form's own field, which takes several", () => {
  const input = document.querySelector<HTMLInputElement>(".drop-zone input[name=archive]")
  expect(input?.multiple).toBe(true)
  expect(button("Choose a folder")).toBeDefined()
})

test("begins where the page says, with Django's token and the file's name", async () => {
  const { options } = await submit()
  expect(options.endpoint).toMatch(/^http.*\/uploads\/$/)
  expect(options.headers).toEqual({ "X-CSRFToken": "token" })
  expect(options.metadata).toEqual({ filename: "pets.zip" })
})

test("goes on with an upload of the same file", async () => {
  FakeTus.earlier = [{ uploadUrl: "http://site/uploads/5/", urlStorageKey: "key" }]
  expect((await submit()).url).toBe("http://site/uploads/5/")
})

test("the same file has the same mark, and another one another", async () => {
  const times = { lastModified: 5 }
  const first = await (await submit(new File(["abc"], "a.csv", times))).options.fingerprint()
  button("Cancel the upload")?.click()
  const again = await (await submit(new File(["abc"], "a.csv", times))).options.fingerprint()
  button("Cancel the upload")?.click()
  const other = await (await submit(new File(["abcd"], "a.csv", times))).options.fingerprint()
  expect(again).toBe(first)
  expect(other).not.toBe(first)
})

test("shows how far it is in bytes and as a bar", async () => {
  const { options } = await submit()
  options.onProgress(500_000, SIZE)
  expect(text()).toContain("0.5 of 2 MB")
  expect(document.querySelector("[role=progressbar]")?.getAttribute("aria-valuenow")).toBe("25")
})

test.each([
  [0.2, "about 1 second left"],
  [42.1, "about 43 seconds left"],
  [61, "about 1 minute left"],
  [3600, "about 60 minutes left"],
  [7500, "about 2 hours left"],
])("%f seconds are %s", (seconds, words) => {
  expect(timeLeft(seconds)).toBe(words)
})

test("can be cancelled, and says that nothing was kept", async () => {
  const tus = await submit()
  button("Cancel the upload")?.click()
  await vi.waitFor(() => {
    expect(text()).toContain("The upload was cancelled. Nothing was kept.")
  })
  expect(tus.calls.at(-1)).toBe("terminate")
  expect(document.querySelector<HTMLButtonElement>("[type=submit]")?.disabled).toBe(false)
})

test("can be paused, and goes on", async () => {
  const tus = await submit()
  tus.options.onProgress(1_000_000, SIZE)
  button("Pause")?.click()
  expect(text()).toContain("Paused at 1 of 2 MB.")
  expect(tus.calls.at(-1)).toBe("abort")
  button("Go on")?.click()
  expect(tus.calls.at(-1)).toBe("start")
})

test("says that nothing is lost with the connection, and tries again", async () => {
  const tus = await submit()
  vi.useFakeTimers()
  tus.options.onChunkComplete(1_000_000, 1_000_000, SIZE)
  tus.options.onError(failure())
  expect(text()).toContain(
    "Connection lost at 1 of 2 MB. Nothing is lost; continuing when you are back.",
  )
  expect(tus.calls).toEqual(["start"])
  vi.advanceTimersByTime(1000)
  expect(tus.calls).toEqual(["start", "start"])
})

test("goes on at once when the browser has a network again", async () => {
  const tus = await submit()
  tus.options.onError(failure(502))
  dispatchEvent(new Event("online"))
  expect(tus.calls).toEqual(["start", "start"])
})

test("a pause is not ended by the network", async () => {
  const tus = await submit()
  tus.options.onProgress(1, SIZE)
  tus.options.onError(failure())
  button("Pause")?.click()
  dispatchEvent(new Event("online"))
  expect(tus.calls).toEqual(["start", "abort"])
})

test("takes a connection for dead when nothing moves", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true })
  const tus = await submit()
  vi.advanceTimersByTime(31_000)
  expect(text()).toContain("Connection lost at 0 of 2 MB.")
  vi.advanceTimersByTime(1000)
  expect(tus.calls).toEqual(["start", "abort", "start"])
})

test("asks again when the two sides disagree, but not for ever", async () => {
  const tus = await submit()
  vi.useFakeTimers()
  for (let time = 0; time < 6; time += 1) {
    tus.options.onError(failure(460))
    vi.advanceTimersByTime(15_000)
  }
  vi.useRealTimers()
  await vi.waitFor(() => expect(text()).toContain("error 460"))
  expect(tus.calls).toHaveLength(6)
})

test("behind a proxy that refuses long pieces, they stay short", async () => {
  const tus = await submit()
  const originalRequest = { getMethod: () => "PATCH" }
  vi.useFakeTimers()
  tus.options.onError(Object.assign(failure(413), { originalRequest }))
  vi.advanceTimersByTime(1000)
  expect(tus.calls).toEqual(["start", "start"])
  tus.options.onChunkComplete(2 ** 19, 2 ** 19, SIZE) // which was fast
  expect(tus.options.chunkSize).toBe(2 ** 19)
})

test("a fault of the site does not pass for an upload that is gone", async () => {
  const { options } = await submit()
  for (const status of [500, 502, 503]) {
    const answer = { getStatus: () => status }
    expect(() => options.onAfterResponse({}, answer)).toThrow()
  }
  expect(() => options.onAfterResponse({}, { getStatus: () => 404 })).not.toThrow()
})

test("a file that is gone is not a lost connection", async () => {
  const { options } = await submit()
  const causingError = new DOMException("gone", "NotReadableError")
  options.onError(Object.assign(new Error(), { originalResponse: null, causingError }))
  await vi.waitFor(() => expect(text()).toContain("The file cannot be read."))
})

test("pieces get longer while the connection is fast, and shorter while it is slow", async () => {
  const { options } = await submit()
  const clock = vi.spyOn(performance, "now")
  const request = { getMethod: () => "PATCH", getHeader: () => "0", setHeader: vi.fn() }
  for (const [took, size] of [
    [10, 2 ** 21],
    [2000, 2 ** 21],
    [9000, 2 ** 20],
    [10, 2 ** 21],
    [10, 2 ** 22],
    [10, 2 ** 23],
    [10, 2 ** 23],
  ]) {
    clock.mockReturnValue(0)
    options.onBeforeRequest(request)
    clock.mockReturnValue(took as number)
    options.onChunkComplete(1, 1, SIZE)
    expect(options.chunkSize).toBe(size)
  }
})

test("each piece has the checksum of its bytes", async () => {
  const { options } = await submit(new File(["0123456789"], "a.csv"))
  const pieces = await options.fileReader.openFile()
  const { value, done } = await pieces.slice(4, 7)
  expect([await value.text(), done]).toEqual(["456", false])
  const setHeader = vi.fn()
  options.onBeforeRequest({ getMethod: () => "PATCH", getHeader: () => "4", setHeader })
  // printf 456 | openssl dgst -sha256 -binary | base64
  const digest = "s6jg4fmrG/46NvIx9nb3i7MKUZ0rIebFMMDu6Ou0pdA="
  expect(setHeader).toHaveBeenCalledWith("Upload-Checksum", `sha256 ${digest}`)
  expect((await pieces.slice(7, 10)).done).toBe(true)
})

test("then the form goes with the upload's id in place of the file", async () => {
  const assign = vi.spyOn(location, "assign").mockImplementation(() => {})
  FakeTus.earlier = [{ uploadUrl: "http://site/uploads/5/", urlStorageKey: "key" }]
  const tus = await submit()
  tus.options.onSuccess()
  await vi.waitFor(() => expect(assign).toHaveBeenCalledWith("http://site/datasets/7/"))
  expect(posted[0]?.get("csrfmiddlewaretoken")).toBe("token")
  expect(posted[0]?.get("upload")).toBe("5")
  expect(posted[0]?.has("archive")).toBe(false)
  expect(FakeTus.removed).toEqual(["key"])
})

test("the form is sent again when the site was away", async () => {
  const assign = vi.spyOn(location, "assign").mockImplementation(() => {})
  answers = [new TypeError("failed to fetch"), { status: 502 }, {}]
  const tus = await submit()
  vi.useFakeTimers() // which waiting moves on
  tus.options.onSuccess()
  await vi.waitFor(() => expect(assign).toHaveBeenCalled(), { timeout: 20_000, interval: 500 })
  expect(posted).toHaveLength(3)
})

test("shows the server's form with its errors and takes the next try", async () => {
  const answer = FORM.replace("<button", '<p class="invalid-feedback">Not a zip.</p><button')
  const page = `<upload-form>${answer}</upload-form>`
  answers = [{ status: 422, text: async () => page }]
  const tus = await submit()
  tus.options.onSuccess()
  await vi.waitFor(() => expect(text()).toContain("Not a zip."))
  expect(document.querySelectorAll(".drop-zone")).toHaveLength(1)
  expect((await submit()) === tus).toBe(false)
})

test("what is larger than the site takes is told before anything is sent", () => {
  choose(new File(["x".repeat(3_000_001)], "pets.zip"))
  const form = document.querySelector("form")
  form?.dispatchEvent(new SubmitEvent("submit", { cancelable: true, bubbles: true }))
  expect(text()).toContain("The file is larger than this site accepts.")
  expect(FakeTus.latest).toBeUndefined()
})

test("several files are sent as one zip", async () => {
  const tus = await submit(new File(["a"], "train.txt"), new File(["b"], "test.txt"))
  expect(tus.options.metadata).toEqual({ filename: "files.zip" })
  const { value } = await (await tus.options.fileReader.openFile()).slice(0, 2)
  expect(await value.text()).toBe("PK")
})

test.each([
  [413, "larger than this site accepts"],
  [507, "disk of this site is too full"],
  [403, "may not upload here"],
  [200, "may not upload here"], // the page to sign in on, in place of the upload's state
  [500, "error 500"],
])("an answer of %i is a sentence", (status, words) => {
  expect(sentenceOf(status)).toContain(words)
})

test("an answer of 500 to the form is a sentence", () => {
  const answer = { status: 500, url: "http://site/upload/" }
  expect(ending(answer, "", "http://site/upload/").sentence).toContain("error 500")
})

const BEGUN = `<section><ul><li><upload-begun data-address="/uploads/5/">
  <button hidden>Discard</button></upload-begun></li></ul></section>`

test("an unfinished upload can be discarded, and takes its empty list along", async () => {
  const asked = vi.fn(async (_address: string, _how: RequestInit) => ({ ok: true }))
  vi.stubGlobal("fetch", asked)
  put(BEGUN)
  document.querySelector("button")?.click()
  await vi.waitFor(() => expect(document.querySelector("section")).toBeNull())
  expect(asked.mock.calls[0]?.[0]).toBe("/uploads/5/")
  expect(asked.mock.calls[0]?.[1].method).toBe("DELETE")
})

test("an upload that could not be discarded stays in the list", async () => {
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError()))
  put(BEGUN)
  document.querySelector("button")?.click()
  await vi.waitFor(() => {
    expect(document.querySelector("section")?.textContent).toContain("Try again")
  })
})
