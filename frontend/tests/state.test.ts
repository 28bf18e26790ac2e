import { describe, expect, test } from "vitest"
import golden from "../../tests/golden/events.json"
import type { LiveState, Event as RunEvent } from "../src/events.gen"
import { fold } from "../src/state"

interface Story {
  name: string
  events: RunEvent[]
  state: LiveState
}

const stories = golden as unknown as Story[]

describe("the golden stories fold to the golden states", () => {
  test.each(stories)("$name", ({ events, state }) => {
    expect(fold(events)).toEqual(state)
  })
})

test("an unknown event is refused rather than skipped", () => {
  const event = { type: "teleported" } as unknown as RunEvent
  expect(() => fold([event])).toThrow("teleported")
})
