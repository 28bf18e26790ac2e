import { expect, vi } from "vitest"
import { UploadForm } from "../src/elements/upload-form"
import { FakeTus } from "./fake-tus"
import { put } from "./page"

customElements.define("upload-form", UploadForm)

export const FORM = `
  <form method="post" enctype="multipart/form-data" action="http://site/upload/">
    <input type="hidden" name="csrfmiddlewaretoken" value="token">
    <input type="hidden" name="upload">
    <input type="file" name="archive"><button type="submit" class="btn">Upload</button>
  </form>`

export const SIZE = 2_000_000

/** What the form sent in the end, and what it is answered, first come first. */
export const site: { posted: FormData[]; answers: (Partial<Response> | Error)[] } = {
  posted: [],
  answers: [],
}

export function text(): string {
  return document.querySelector("upload-form")?.textContent ?? ""
}

export function button(words: string): HTMLButtonElement | undefined {
  return [...document.querySelectorAll("button")].find((each) => each.textContent === words)
}

export function choose(...files: File[]): void {
  const input = document.querySelector<HTMLInputElement>("input[name=archive]")
  Object.defineProperty(input, "files", { value: files, configurable: true })
  input?.dispatchEvent(new Event("change"))
}

export async function submit(...files: File[]): Promise<FakeTus> {
  choose(...(files.length ? files : [new File(["x".repeat(SIZE)], "pets.zip")]))
  FakeTus.latest = undefined as unknown as FakeTus
  const form = document.querySelector("form")
  form?.dispatchEvent(new SubmitEvent("submit", { cancelable: true, bubbles: true }))
  await vi.waitFor(() => expect(FakeTus.latest?.calls).toContain("start"))
  return FakeTus.latest
}

/** A failed request: without a status there was no answer at all. */
export function failure(status?: number) {
  const originalResponse = status === undefined ? null : { getStatus: () => status }
  return Object.assign(new Error(), { originalResponse, causingError: new Event("error") })
}

/** The upload page of a site that has been asked for nothing yet. */
export function uploadPage(): void {
  Object.assign(site, { posted: [], answers: [] })
  FakeTus.earlier = []
  FakeTus.removed = []
  FakeTus.latest = undefined as unknown as FakeTus
  vi.stubGlobal("fetch", async (_address: string, { body }: { body: FormData }) => {
    site.posted.push(body)
    const answer = site.answers.shift() ?? {}
    if (answer instanceof Error) throw answer
    return { status: 200, url: "http://site/datasets/7/", text: async () => "", ...answer }
  })
  put(`<upload-form data-uploads="/uploads/" data-most="3000000">${FORM}</upload-form>`)
}

export function leave(): void {
  document.body.replaceChildren()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
}
