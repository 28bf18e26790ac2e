/**
 * `<upload-form>` around a plain multipart form: a place to drop a file, progress, and a way to stop.
 * Without it the form works as any form does.
 */

import { el, icon } from "../dom"
import { bytes, t } from "../i18n"
import { Upload } from "../upload"
import { UploadProgress } from "./upload-progress"

export class UploadForm extends HTMLElement {
  #stop = new AbortController()
  #upload: Upload | undefined
  readonly #chosen = el("p", { class: "drop-chosen", translate: "no" })

  connectedCallback(): void {
    this.#enhance()
  }

  disconnectedCallback(): void {
    this.#stop.abort()
    this.#upload?.cancel()
  }

  get #form(): HTMLFormElement | null {
    return this.querySelector("form")
  }

  get #input(): HTMLInputElement | null {
    return this.querySelector("input[type=file]")
  }

  #enhance(): void {
    this.#stop.abort()
    this.#stop = new AbortController()
    const { signal } = this.#stop
    const form = this.#form
    const input = this.#input
    if (!form || !input) return
    form.addEventListener("submit", (event) => this.#send(event), { signal })
    this.#makeDropZone(input, signal)
  }

  #makeDropZone(input: HTMLInputElement, signal: AbortSignal): void {
    const words = el(
      "p",
      { class: "drop-words" },
      icon("upload"),
      t("Drop a file here, or choose one:"),
    )
    const zone = el("div", { class: "drop-zone" }, words)
    input.before(zone)
    zone.append(input, this.#chosen)
    const over = (isOver: boolean) => (event: DragEvent) => {
      event.preventDefault()
      zone.classList.toggle("is-over", isOver)
    }
    zone.addEventListener("dragover", over(true), { signal })
    zone.addEventListener("dragleave", over(false), { signal })
    zone.addEventListener(
      "drop",
      (event) => {
        over(false)(event)
        if (event.dataTransfer?.files.length) input.files = event.dataTransfer.files
        this.#nameChosen()
      },
      { signal },
    )
    input.addEventListener("change", () => this.#nameChosen(), { signal })
    this.#nameChosen()
  }

  #nameChosen(): void {
    const file = this.#input?.files?.[0]
    this.#chosen.textContent = file ? `${file.name} · ${bytes(file.size)}` : ""
  }

  #send(event: SubmitEvent): void {
    const form = this.#form
    if (!form || !this.#input?.files?.length) return // the browser's own way names what is missing
    event.preventDefault()
    const upload = new Upload(form.action, new FormData(form))
    const progress = new UploadProgress(() => upload.cancel())
    this.#upload = upload
    this.#setSending(true)
    form.append(progress.element)
    upload.onprogress = (sent, total) => progress.show(sent, total)
    upload.onend = (end) => {
      this.#upload = undefined
      progress.element.remove()
      this.#setSending(false)
      if (end.address) location.assign(end.address)
      else if (end.page) this.#replaceForm(end.page)
      this.#say(end.sentence)
    }
    upload.start()
  }

  #setSending(isSending: boolean): void {
    for (const button of this.querySelectorAll<HTMLButtonElement>("form [type=submit]")) {
      button.disabled = isSending
    }
    const { signal } = this.#stop
    if (!isSending) return
    addEventListener("beforeunload", (event) => this.#upload && event.preventDefault(), { signal })
  }

  /** Show the server's form with its errors; the file stays chosen. */
  #replaceForm(page: Document): void {
    const theirs = page.querySelector("upload-form form")
    const files = this.#input?.files
    if (!theirs) {
      this.#say(t("The site did not accept the file and did not say why."))
      return
    }
    this.#form?.replaceWith(document.adoptNode(theirs))
    if (files && this.#input) this.#input.files = files
    this.#enhance()
    this.querySelector<HTMLElement>(".is-invalid, [aria-invalid=true]")?.focus()
  }

  #say(sentence: string | undefined): void {
    this.querySelector(".upload-message")?.remove()
    if (!sentence) return
    this.#form?.append(
      el("p", { class: "upload-message alert alert-warning", role: "alert" }, sentence),
    )
  }
}
