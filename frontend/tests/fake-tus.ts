/** The client without its requests: tests/web and tests/browser have the real one. */
export class FakeTus {
  static latest: FakeTus
  static earlier: { uploadUrl: string; urlStorageKey: string }[] = []
  static removed: string[] = []
  // biome-ignore lint/suspicious/noExplicitAny: the options of a library, some of which are called here
  options: any
  url: string | null = null
  calls: string[] = []

  constructor(_file: Blob, options: object) {
    const urlStorage = { removeUpload: async (key: string) => FakeTus.removed.push(key) }
    this.options = { ...options, urlStorage }
    FakeTus.latest = this
  }

  async findPreviousUploads() {
    return FakeTus.earlier
  }

  resumeFromPreviousUpload(earlier: { uploadUrl: string }): void {
    this.url = earlier.uploadUrl
  }

  start(): void {
    this.calls.push("start")
    this.options.onBeforeRequest({ getMethod: () => "HEAD" })
  }

  async abort(isForGood = false): Promise<void> {
    this.calls.push(isForGood ? "terminate" : "abort")
    if (isForGood) this.options.onBeforeRequest({ getMethod: () => "DELETE" })
  }
}
