#!/usr/bin/env node
// Starts coffer: its sources in a checkout, the built program where it is installed. Kept to syntax that old versions of Node
// can read, so that they can say what is wrong.
import { existsSync } from 'node:fs'

const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    `error: coffer needs Node 24 or newer, got "${process.versions.node}" [UNSUPPORTED]\n` +
      'hint:  install Node 24 from https://nodejs.org, or run it in a checkout with "npm run -s coffer -- VERB"\n',
  )
  process.exit(2)
}

// Installed, the package has no sources (Node strips no types under node_modules); in a checkout, sources are never stale.
const sources = new URL('../src/cli/coffer.ts', import.meta.url)
const built = new URL('../dist/cli/coffer.js', import.meta.url)
await import(existsSync(sources) ? sources : built)
