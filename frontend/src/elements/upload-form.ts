/**
 * `<upload-form>` around a plain multipart form: a place to drop a file, progress, and a way to stop.
 * Without it the form works as any form does.
 */

import { el } from "../dom"
import { DropZone } from "../drop"
import { t } from "../i18n"
import { Upload } from "../upload"
import { UploadProgress } from "./upload-progress"

export class UploadForm extends HTMLElement {
  #stop = new AbortController()
  #upload: Upload | undefined

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
    new DropZone(input, t("Drop a file here, or choose one:"))
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
