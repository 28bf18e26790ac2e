/** Follows a run: keeps its state up to date over a websocket, whatever the connection goes through. */

import type { LiveState, Event as RunEvent } from "./events.gen"
import { applyEvent, OPEN_STATES } from "./state"

export type Connection = "live" | "reconnecting" | "ended" | "refused"

/** What a page knows of a run: its state after the event numbered `seq`. */
export interface Snapshot {
  seq: number
  state: LiveState
}

/** The events in (after, seq], or a snapshot where those are too many. */
export type Frame = Snapshot | { after: number; seq: number; patch: RunEvent[] }

const ASK_EVERY = 15_000
const FIRST_WAIT = 500
const LONGEST_WAIT = 30_000
const REFUSED = 4400 // close codes from here on: asking again would not help
const RUN_OVER = new Set(["completed", "failed", "cancelled"])

/** Dispatches `change`, at most once an animation frame and so never in a hidden tab. */
export class Stream extends EventTarget {
  seq: number
  state: LiveState
  connection: Connection = "reconnecting"
  readonly #url: string
  #socket: WebSocket | undefined
  #losses = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #frame = 0

  constructor(url: string, snapshot: Snapshot) {
    super()
    this.#url = url
    this.seq = snapshot.seq
    this.state = snapshot.state
  }

  open(): void {
    if (isOver(this.state)) this.#become("ended")
    else this.#connect()
  }

  /** Let go of the socket and of every timer; `open` starts again from where the state stands. */
  close(): void {
    clearTimeout(this.#timer)
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
  }

  #connect(): void {
    const socket = new WebSocket(this.#url)
    this.#socket = socket
    socket.onopen = () => {
      this.#losses = 0
      this.#become("live")
      this.#ask()
    }
    socket.onmessage = (message) => this.#receive(JSON.parse(message.data))
    socket.onclose = ({ code }) => {
      if (socket !== this.#socket) return
      if (code >= REFUSED) this.#end("refused")
      else this.#lose()
    }
  }

  /** Ask for what comes after `seq`, now and from time to time: a lost frame is then only late. */
  #ask(): void {
    clearTimeout(this.#timer)
    this.#socket?.send(JSON.stringify({ after: this.seq }))
    this.#timer = setTimeout(() => this.#ask(), ASK_EVERY)
  }

  #receive(frame: Frame): void {
    if (frame.seq <= this.seq) return
    if ("state" in frame) {
      this.state = frame.state
    } else if (frame.after === this.seq) {
      for (const event of frame.patch) applyEvent(this.state, event)
    } else {
      this.#ask()
      return
    }
    this.seq = frame.seq
    this.#changed()
    if (isOver(this.state)) this.#end("ended")
  }

  #end(connection: Connection): void {
    this.close()
    this.#become(connection)
  }

  /** Try again after a wait that doubles, up to half of it left to chance so that not all come at once. */
  #lose(): void {
    clearTimeout(this.#timer)
    this.#become("reconnecting")
    const wait = Math.min(FIRST_WAIT * 2 ** this.#losses, LONGEST_WAIT)
    this.#losses += 1
    this.#timer = setTimeout(() => this.#connect(), wait * (1 - Math.random() / 2))
  }

  #become(connection: Connection): void {
    this.connection = connection
    this.#changed()
  }

  #changed(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0
      this.dispatchEvent(new Event("change"))
    })
  }
}

/** Nothing more will happen: the run has ended, and so has every trial. */
function isOver(state: LiveState): boolean {
  const open = [...OPEN_STATES].some((name) => (state.counts[name] ?? 0) > 0)
  return RUN_OVER.has(state.state) && !open
}

/** The address of a websocket on the page's own site. */
export function socketAddress(path: string): string {
  const url = new URL(path, location.href)
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:"
  return url.href
}
