/** One main.js with its stylesheet, one classic script for the theme, and Plotly as a chunk of its own. */

import { defineConfig } from "vitest/config"

export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    outDir: "dist",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 5000,
    // A preload helper would be shared between main.js and its chunks, and a chunk that imports
    // main.js would load it twice: Django serves it under a hashed name.
    modulePreload: false,
    rolldownOptions: {
      checks: { eval: false }, // htmx has one, which `allowEval: false` keeps shut
      input: { main: "src/main.ts", theme: "src/theme.ts" },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
  test: { environment: "happy-dom", include: ["tests/**/*.test.ts"] },
})
