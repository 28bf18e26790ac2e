import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { empty } from "../src/state"
import { type Frame, Stream } from "../src/stream"
import { aRun, created, moved } from "./run"

class FakeSocket {
  static opened: FakeSocket[] = []
  asked: number[] = []
  onopen: () => void = () => {}
  onmessage: (message: { data: string }) => void = () => {}
  onclose: (event: { code: number }) => void = () => {}
  isClosed = false

  constructor() {
    FakeSocket.opened.push(this)
  }

  send(text: string): void {
    this.asked.push(JSON.parse(text).after)
  }

  close(): void {
    this.isClosed = true
    this.onclose({ code: 1000 })
  }

  tell(frame: Frame): void {
    this.onmessage({ data: JSON.stringify(frame) })
  }
}

let stream: Stream
let draws: number

function connected(): FakeSocket {
  const socket = FakeSocket.opened.at(-1)
  if (!socket) throw new Error("no socket was opened")
  socket.onopen()
  return socket
}

const nextFrame = (): void => {
  vi.advanceTimersToNextFrame()
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal("WebSocket", FakeSocket)
  vi.spyOn(Math, "random").mockReturnValue(0)
  FakeSocket.opened = []
  draws = 0
  stream = new Stream("ws://site/ws/runs/1/", { seq: 4, state: empty() })
  stream.addEventListener("change", () => draws++)
  stream.open()
})

afterEach(() => {
  stream.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test("asks for what comes after the page's state as soon as it is connected", () => {
  expect(stream.connection).toBe("reconnecting")
  expect(connected().asked).toEqual([4])
  expect(stream.connection).toBe("live")
})

test("folds a frame that follows into the state", () => {
  connected().tell({ after: 4, seq: 6, patch: [created(1), created(2)] })
  expect([stream.seq, Object.keys(stream.state.trials)]).toEqual([6, ["1", "2"]])
})

test("ignores a frame that it has already seen", () => {
  const socket = connected()
  socket.tell({ after: 4, seq: 5, patch: [created(1)] })
  socket.tell({ after: 4, seq: 5, patch: [created(1)] })
  expect(stream.state.counts).toEqual({ waiting: 1 })
})

test("asks again when frames were lost, and folds nothing until they have come", () => {
  const socket = connected()
  socket.tell({ after: 6, seq: 7, patch: [created(3)] })
  expect([socket.asked, stream.seq]).toEqual([[4, 4], 4])
  socket.tell({ after: 4, seq: 7, patch: [created(1), created(2), created(3)] })
  expect(stream.state.counts).toEqual({ waiting: 3 })
})

test("takes a whole state where the story would be too long", () => {
  connected().tell({ seq: 900, state: aRun() })
  expect([stream.seq, stream.state.best]).toEqual([900, 2])
})

test("asks every 15 seconds, in case the last frame was lost", () => {
  const socket = connected()
  vi.advanceTimersByTime(30_000)
  expect(socket.asked).toEqual([4, 4, 4])
})

test("changes once an animation frame, however many frames have come", () => {
  const socket = connected()
  nextFrame()
  const before = draws
  socket.tell({ after: 4, seq: 5, patch: [created(1)] })
  socket.tell({ after: 5, seq: 6, patch: [created(2)] })
  expect(draws).toBe(before)
  nextFrame()
  expect(draws).toBe(before + 1)
})

test("reconnects from where it stands, waiting longer after each loss", () => {
  connected().tell({ after: 4, seq: 5, patch: [created(1)] })
  FakeSocket.opened.at(-1)?.onclose({ code: 1006 })
  expect(stream.connection).toBe("reconnecting")
  vi.advanceTimersByTime(499)
  expect(FakeSocket.opened).toHaveLength(1)
  vi.advanceTimersByTime(1)
  FakeSocket.opened.at(-1)?.onclose({ code: 1006 })
  vi.advanceTimersByTime(999)
  expect(FakeSocket.opened).toHaveLength(2)
  vi.advanceTimersByTime(1)
  expect(connected().asked).toEqual([5])
})

test("leaves up to half of the wait to chance, so that not all pages come back at once", () => {
  vi.spyOn(Math, "random").mockReturnValue(1)
  FakeSocket.opened.at(-1)?.onclose({ code: 1006 })
  vi.advanceTimersByTime(250)
  expect(FakeSocket.opened).toHaveLength(2)
})

test("ends and closes the socket when the run and its trials are over", () => {
  const socket = connected()
  const over = { type: "run", state: "cancelled", total: null, reason: "" } as const
  socket.tell({ after: 4, seq: 6, patch: [created(1), over] })
  expect(stream.connection).toBe("live")
  socket.tell({ after: 6, seq: 7, patch: [moved(1, "waiting", "cancelled")] })
  expect([stream.connection, socket.isClosed]).toEqual(["ended", true])
  vi.advanceTimersByTime(60_000)
  expect(FakeSocket.opened).toHaveLength(1)
})

test.each([4400, 4404, 4408, 4429])("does not ask again where it was refused (%i)", (code) => {
  connected().onclose({ code })
  vi.advanceTimersByTime(60_000)
  expect([stream.connection, FakeSocket.opened.length]).toEqual(["refused", 1])
})

test("comes back where it was let go because it read too slowly", () => {
  connected().onclose({ code: 1013 })
  vi.advanceTimersByTime(500)
  expect(FakeSocket.opened).toHaveLength(2)
})

test("does not connect to a run that was over when the page came", () => {
  FakeSocket.opened = []
  const over = new Stream("ws://site/", { seq: 9, state: { ...empty(), state: "completed" } })
  over.open()
  expect([over.connection, FakeSocket.opened]).toEqual(["ended", []])
  over.close()
})

test("leaves nothing behind when it is closed", () => {
  connected()
  stream.close()
  expect(vi.getTimerCount()).toBe(0)
})
