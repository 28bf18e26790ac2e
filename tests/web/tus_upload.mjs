/** Uploads a file with tus-js-client, and tells each piece that was kept: a line with the offset. */

import { createReadStream } from "node:fs"
import { createRequire } from "node:module"

const require = createRequire(new URL("../../frontend/package.json", import.meta.url))
const { FileUrlStorage, Upload } = require("tus-js-client")

const [path, endpoint, cookie, token, store, chunkSize] = process.argv.slice(2)

const upload = new Upload(createReadStream(path), {
  endpoint,
  chunkSize: Number(chunkSize),
  headers: { Cookie: cookie, "X-CSRFToken": token },
  metadata: { filename: "pets.zip" },
  fingerprint: async () => path,
  urlStorage: new FileUrlStorage(store),
  retryDelays: Array(100).fill(200),
  onChunkComplete: (_size, kept) => console.log(kept),
  onSuccess: () => console.log(`whole ${upload.url}`),
  onError: (error) => {
    console.error(error.message)
    process.exit(1)
  },
})

const [earlier] = await upload.findPreviousUploads()
if (earlier) upload.resumeFromPreviousUpload(earlier)
upload.start()
