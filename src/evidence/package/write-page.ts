import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { verifierPage } from './verifier-page.ts'

// `node src/evidence/package/write-page.ts FILE`: the verifier page for a program that is installed without its sources
const [file = 'verify.html'] = process.argv.slice(2)
await mkdir(dirname(file), { recursive: true })
await writeFile(file, await verifierPage())
