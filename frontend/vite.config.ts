/** One main.js with its stylesheet, one classic script for the theme, and Plotly as a file of its own. */

import type { Plugin } from "vite"
import { defineConfig } from "vitest/config"

/** Django serves main.js under a hashed name: a chunk that imports it would run it a second time. */
const nothingImportsMain: Plugin = {
  name: "nothing-imports-main",
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === "chunk" && chunk.imports.includes("main.js")) {
        this.error(`${chunk.fileName} imports main.js`)
      }
    }
  },
}

export default defineConfig({
  base: "./",
  plugins: [nothingImportsMain],
  build: {
    target: "es2022",
    outDir: "dist",
    modulePreload: false,
    rolldownOptions: {
      checks: { eval: false }, // htmx has one, which `allowEval: false` keeps shut
      input: { main: "src/main.ts", theme: "src/theme.ts" },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
        assetFileNames: ({ names }) =>
          names.includes("main.css") ? "main.css" : "chunks/[name]-[hash][extname]",
      },
    },
  },
  test: { environment: "happy-dom", include: ["tests/**/*.test.ts"] },
})
