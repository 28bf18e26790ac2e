import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { UploadForm } from "../src/elements/upload-form"
import { ending } from "../src/upload"
import { put } from "./page"

customElements.define("upload-form", UploadForm)

class FakeRequest {
  static latest: FakeRequest
  upload = { onprogress: (_: { loaded: number; total: number }) => {} }
  onload = () => {}
  onerror = () => {}
  onabort = () => {}
  status = 0
  responseURL = ""
  responseText = ""
  body: FormData | undefined

  constructor() {
    FakeRequest.latest = this
  }

  open(): void {}

  send(body: FormData): void {
    this.body = body
  }

  abort(): void {
    this.onabort()
  }
}

const FORM = `
  <form method="post" enctype="multipart/form-data" action="http://site/upload/">
    <input type="hidden" name="csrfmiddlewaretoken" value="token">
    <input type="file" name="archive"><button type="submit">Upload</button>
  </form>`

function text(): string {
  return document.querySelector("upload-form")?.textContent ?? ""
}

function submit(): FakeRequest {
  const input = document.querySelector<HTMLInputElement>("input[type=file]")
  const file = new File(["x".repeat(2000)], "pets.zip")
  Object.defineProperty(input, "files", { value: [file], configurable: true })
  const form = document.querySelector("form")
  form?.dispatchEvent(new SubmitEvent("submit", { cancelable: true, bubbles: true }))
  return FakeRequest.latest
}

beforeEach(() => {
  vi.stubGlobal("XMLHttpRequest", FakeRequest)
  put(`<upload-form>${FORM}</upload-form>`)
})

afterEach(() => {
  document.body.replaceChildren()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test("offers a place to drop a file around the form's own field", () => {
  expect(document.querySelector(".drop-zone input[type=file]")).not.toBeNull()
})

test("sends the whole form, Django's token included", () => {
  expect(submit().body?.get("csrfmiddlewaretoken")).toBe("token")
})

test("shows how far it is in bytes and as a bar", () => {
  submit().upload.onprogress({ loaded: 500_000, total: 2_000_000 })
  expect(text()).toContain("500 kB of 2 MB")
  const bar = document.querySelector("[role=progressbar]")
  expect(bar?.getAttribute("aria-valuenow")).toBe("25")
})

test("can be cancelled, and says that nothing was kept", () => {
  submit()
  const cancel = [...document.querySelectorAll("button")].find((b) =>
    b.textContent?.includes("Cancel"),
  )
  cancel?.click()
  expect(text()).toContain("The upload was cancelled. Nothing was kept.")
  expect(document.querySelector<HTMLButtonElement>("[type=submit]")?.disabled).toBe(false)
})

test("says how far it was when the connection was lost", () => {
  const request = submit()
  request.upload.onprogress({ loaded: 43, total: 100 })
  request.onerror()
  expect(text()).toContain("The connection was lost at 43\u00a0%.")
})

test("shows the server's form with its errors and takes the next try", () => {
  const request = submit()
  const answer = FORM.replace("<button", '<p class="invalid-feedback">Not a zip.</p><button')
  Object.assign(request, { status: 422, responseText: `<upload-form>${answer}</upload-form>` })
  request.onload()
  expect(text()).toContain("Not a zip.")
  expect(document.querySelectorAll(".drop-zone")).toHaveLength(1)
  expect(submit()).not.toBe(request)
})

test("goes where a redirect led", () => {
  const assign = vi.spyOn(location, "assign").mockImplementation(() => {})
  const request = submit()
  Object.assign(request, { status: 200, responseURL: "http://site/datasets/7/" })
  request.onload()
  expect(assign).toHaveBeenCalledWith("http://site/datasets/7/")
})

test.each([
  [413, "larger than this site accepts"],
  [507, "disk of this site is too full"],
  [403, "may not upload here"],
  [500, "error 500"],
])("an answer of %i is a sentence", (status, words) => {
  const answer = { status, responseURL: "http://site/upload/", responseText: "" }
  expect(ending(answer, "http://site/upload/").sentence).toContain(words)
})
