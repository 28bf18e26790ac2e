import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { timeLeft } from "../src/elements/upload-progress"
import { sentenceOf } from "../src/upload"
import { ending } from "../src/upload-post"
import { FakeTus } from "./fake-tus"
import { button, choose, FORM, leave, SIZE, site, submit, text, uploadPage } from "./upload-page"

vi.mock("tus-js-client", async () => ({ Upload: (await import("./fake-tus")).FakeTus }))

beforeEach(uploadPage)
afterEach(leave)

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

test("then the form goes with the upload's id in place of the file", async () => {
  const assign = vi.spyOn(location, "assign").mockImplementation(() => {})
  FakeTus.earlier = [{ uploadUrl: "http://site/uploads/5/", urlStorageKey: "key" }]
  const tus = await submit()
  tus.options.onSuccess()
  await vi.waitFor(() => expect(assign).toHaveBeenCalledWith("http://site/datasets/7/"))
  expect(site.posted[0]?.get("csrfmiddlewaretoken")).toBe("token")
  expect(site.posted[0]?.get("upload")).toBe("5")
  expect(site.posted[0]?.has("archive")).toBe(false)
  expect(FakeTus.removed).toEqual(["key"])
})

test("the form is sent again when the site was away", async () => {
  const assign = vi.spyOn(location, "assign").mockImplementation(() => {})
  site.answers = [new TypeError("failed to fetch"), { status: 502 }, {}]
  const tus = await submit()
  vi.useFakeTimers() // which waiting moves on
  tus.options.onSuccess()
  await vi.waitFor(() => expect(assign).toHaveBeenCalled(), { timeout: 20_000, interval: 500 })
  expect(site.posted).toHaveLength(3)
})

test("shows the server's form with its errors and takes the next try", async () => {
  const answer = FORM.replace("<button", '<p class="invalid-feedback">Not a zip.</p><button')
  const page = `<upload-form>${answer}</upload-form>`
  site.answers = [{ status: 422, text: async () => page }]
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
