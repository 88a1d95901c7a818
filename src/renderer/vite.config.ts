import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const ROOT = join(import.meta.dirname, '../..')

/** Every browser that the window opens in reads WOFF 2: the older files that fontsource names beside it stay out. */
function withoutOldFonts(): Plugin {
  return {
    name: 'without-old-fonts',
    enforce: 'pre',
    transform: (code, id) =>
      id.endsWith('.css') ? code.replaceAll(/,\s*url\([^)]*\.woff\) format\('woff'\)/g, '') : null,
  }
}

/** Fonts and character maps of pdf.js beside its code: a PDF that lacks its own is still shown, and nothing is fetched from afar. */
function pdfData(): Plugin {
  const from = join(ROOT, 'node_modules/pdfjs-dist')
  return {
    name: 'pdf-data',
    apply: 'build',
    generateBundle() {
      for (const folder of ['cmaps', 'standard_fonts']) {
        for (const name of readdirSync(join(from, folder))) {
          const source = readFileSync(join(from, folder, name))
          if (!name.startsWith('LICENSE')) this.emitFile({ type: 'asset', fileName: `pdf/${folder}/${name}`, source })
        }
      }
    },
  }
}

/** Builds the window into dist/renderer: only files of its own, nothing inline, so that a strict policy can hold. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react(), withoutOldFonts(), pdfData()],
  build: {
    outDir: join(ROOT, 'dist/renderer'),
    emptyOutDir: true,
    target: 'es2024',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // In one chunk, so that Zod is told not to compile code before any schema is made, whatever imports it first.
        codeSplitting: { groups: [{ name: 'zod', test: /node_modules[\\/]zod[\\/]|renderer[\\/]no-eval/ }] },
      },
    },
  },
})
