/**
 * `<upload-form>` around a plain multipart form: a place to drop a file, several, or a folder. They are
 * sent in pieces to where `data-uploads` says, then the form with the id that the site gave them.
 * Without it the form works as any form does.
 */

import { el } from "../dom"
import { DropZone, nameAndSize } from "../drop"
import { type Chosen, chosenBy, droppedIn } from "../dropped"
import { n, t } from "../i18n"
import { csrfToken } from "../token"
import { cancelled, sentenceOf, Upload, type UploadEnd, unreadable } from "../upload"
import { bytesIn, folderOf, parcelOf } from "../upload-parcel"
import { post } from "../upload-post"
import { UploadProgress } from "./upload-progress"

export class UploadForm extends HTMLElement {
  #stop = new AbortController()
  #chosen: readonly Chosen[] = []
  #upload: Upload | undefined
  #isSending = false

  connectedCallback(): void {
    this.#enhance()
  }

  disconnectedCallback(): void {
    this.#stop.abort()
    this.#upload?.pause()
  }

  get #form(): HTMLFormElement | null {
    return this.querySelector("form")
  }

  #enhance(): void {
    this.#stop.abort()
    this.#stop = new AbortController()
    const { signal } = this.#stop
    const form = this.#form
    const input = form?.querySelector<HTMLInputElement>("input[type=file]")
    if (!form || !input) return
    form.addEventListener("submit", (event) => this.#submit(event), { signal })
    addEventListener("beforeunload", (event) => this.#isSending && event.preventDefault(), {
      signal,
    })
    this.#offerFolders(input)
  }

  /** The field takes several files, and a second one, which only its button shows, a folder. */
  #offerFolders(input: HTMLInputElement): void {
    const folder = el("input", { type: "file", webkitdirectory: "" })
    const button = el("button", { type: "button", class: "btn btn-sm mt-2" }, t("Choose a folder"))
    button.addEventListener("click", () => folder.click())
    const words = t("Drop a file, several or a folder here, or choose:")
    const take = (chosen: readonly Chosen[], from?: HTMLInputElement) => {
      if (this.#isSending) return
      this.#chosen = chosen
      zone.show(nameAndSize(nameOf(chosen), bytesIn(chosen)))
      for (const other of [input, folder]) if (other !== from) other.value = ""
    }
    const drop = (dropped: DataTransfer) => {
      this.#say(undefined)
      zone.show(t("Looking through what you dropped ..."))
      droppedIn(dropped).then(
        (chosen) => take(chosen),
        () => this.#say(unreadable()),
      )
    }
    const zone = new DropZone(input, words, drop, button)
    input.multiple = true
    input.addEventListener("change", () => take(chosenBy(input), input))
    folder.addEventListener("change", () => take(chosenBy(folder), folder))
    take(this.#chosen.length ? this.#chosen : chosenBy(input), input)
  }

  #submit(event: SubmitEvent): void {
    if (!this.#chosen.length) return // the server says what is missing
    event.preventDefault()
    const most = Number(this.dataset.most ?? Number.POSITIVE_INFINITY)
    const isTooLarge = bytesIn(this.#chosen) > most
    this.#say(isTooLarge ? sentenceOf(413) : undefined)
    if (!isTooLarge) this.#send()
  }

  async #send(): Promise<void> {
    const stop = new AbortController()
    const progress = new UploadProgress({
      pause: () => this.#upload?.pause(),
      resume: () => this.#upload?.resume(),
      cancel: () => {
        stop.abort()
        this.#upload?.cancel()
      },
    })
    this.#setSending(true)
    this.#form?.append(progress.element)
    const sentence = await this.#steps(progress, stop.signal)
    this.#upload = undefined
    progress.element.remove()
    this.#setSending(false)
    this.#say(sentence)
  }

  /** Read, send, and post the form; returns what is to be said, if anything. */
  async #steps(progress: UploadProgress, signal: AbortSignal): Promise<string | undefined> {
    const read = (done: number, total: number) => progress.reading(done, total)
    const parcel = await parcelOf(this.#chosen, read, signal).catch(() => undefined)
    if (signal.aborted) return cancelled()
    if (!parcel) return unreadable()
    const address = new URL(this.dataset.uploads ?? "", location.href).href
    this.#upload = new Upload(parcel, { address, token: csrfToken() })
    const end = await ended(this.#upload, progress)
    if ("sentence" in end) return end.sentence
    progress.sent()
    const lost = () => progress.lost(parcel.body.size, parcel.body.size)
    return this.#post(end.id, lost, signal)
  }

  async #post(id: string, lost: () => void, signal: AbortSignal): Promise<string | undefined> {
    const form = this.#form
    if (!form) return undefined
    const fields = new FormData(form)
    fields.delete(form.querySelector<HTMLInputElement>("input[type=file]")?.name ?? "")
    fields.set("upload", id)
    const end = await post(form.action, fields, lost, signal).catch(() => undefined)
    if (!end) return cancelled()
    if (end.address) await this.#upload?.forget()
    this.#isSending = false
    if (end.address) location.assign(end.address)
    else if (end.page) this.#replaceForm(end.page)
    return end.sentence
  }

  #setSending(isSending: boolean): void {
    this.#isSending = isSending
    for (const each of this.querySelectorAll<HTMLButtonElement>("form .btn, input[type=file]")) {
      if (!each.closest(".upload-progress")) each.disabled = isSending
    }
  }

  /** Show the server's form with its errors; the file stays chosen. */
  #replaceForm(page: Document): void {
    const theirs = page.querySelector("upload-form form")
    if (!theirs) {
      this.#say(t("The site did not accept the file and did not say why."))
      return
    }
    this.#form?.replaceWith(document.adoptNode(theirs))
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

/** Send all pieces, showing how far it is. */
function ended(upload: Upload, progress: UploadProgress): Promise<UploadEnd> {
  return new Promise((resolve) => {
    upload.onprogress = (sent, total) => progress.sending(sent, total)
    upload.onlost = (kept, total) => progress.lost(kept, total)
    upload.onend = resolve
    upload.start()
  })
}

function nameOf(chosen: readonly Chosen[]): string {
  const [first] = chosen
  if (!first) return ""
  if (chosen.length === 1) return first.file.name
  const count = n("%(count)s file", "%(count)s files", chosen.length)
  const folder = folderOf(chosen)
  return folder ? `${folder} · ${count}` : count
}
