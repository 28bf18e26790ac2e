import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { button, failure, leave, SIZE, submit, text, uploadPage } from "./upload-page"

vi.mock("tus-js-client", async () => ({ Upload: (await import("./fake-tus")).FakeTus }))

beforeEach(uploadPage)
afterEach(leave)

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
