import { beforeEach, expect, test } from "vitest"
import { MethodFilter } from "../src/elements/method-filter"
import { put } from "./page"

customElements.define("method-filter", MethodFilter)

beforeEach(() =>
  put(`
    <form><method-filter></method-filter>
      <div class="method-list">
        <div class="method-group" aria-label="Suggested here"><label>TPE <i>cheap</i></label></div>
        <div class="method-group" aria-label="By evolution">
          <label>CMA-ES <i>many devices</i></label><label>Ageing <i>robust</i></label>
        </div>
      </div></form>`),
)

const shown = () =>
  [...document.querySelectorAll("label")]
    .filter((label) => !label.closest("[hidden]"))
    .map((label) => label.textContent?.split(" ")[0])

function type(text: string): HTMLInputElement {
  const field = document.querySelector<HTMLInputElement>("method-filter input")
  if (!field) throw new Error("there is no field")
  field.value = text
  field.dispatchEvent(new Event("input"))
  return field
}

test("methods are found by any word of their names, their lines and their families", () => {
  type("DEVICES evolution")
  expect(shown()).toEqual(["CMA-ES"])
  expect(document.querySelector<HTMLElement>(".method-group")?.hidden).toBe(true)
  type("")
  expect(shown()).toEqual(["TPE", "CMA-ES", "Ageing"])
})

test("looking for a method does not send the form", () => {
  const key = new KeyboardEvent("keydown", { key: "Enter", cancelable: true })
  type("tpe").dispatchEvent(key)
  expect(key.defaultPrevented).toBe(true)
})
