import type { VerifiedFile } from '../../contract/evidence/verdict.ts'
import { TRUST_NOBODY, type Trust } from '../crypto.ts'
import { nobleCrypto } from '../noble-crypto.ts'
import { verifyPackage } from '../package/verify.ts'
import { verifyPdf } from '../pdf/verify.ts'
import { parseTrust } from '../trust.ts'
import { blobSource, browserTools } from './browser-tools.ts'
import { byId, fill, make } from './dom.ts'
import { showResult } from './result.ts'
import { sizeOf } from './words.ts'

/** The page that lies in a package. It checks what is chosen or dropped, in this browser, and reaches out to nothing. */

const MAX_PDF = 256 * 1024 * 1024
const TRUST_FILE = /\.(pem|crt|cer|der|pub|key)$/i

const trusted = new Map<string, Uint8Array>()
let present: File | null = null
/** Counts runs, so that an older one can't write over a newer one's result. */
let run = 0

function start(): void {
  byId<HTMLInputElement>('file').addEventListener('change', (event) => take(filesOf(event)))
  byId<HTMLInputElement>('trust').addEventListener('change', (event) => take(filesOf(event), true))
  byId('again').addEventListener('click', reset)
  byId('print').addEventListener('click', () => window.print())
  for (const name of ['dragenter', 'dragover']) {
    document.addEventListener(name, (event) => {
      event.preventDefault()
      document.body.classList.add('over')
    })
  }
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) document.body.classList.remove('over')
  })
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    document.body.classList.remove('over')
    take([...(event.dataTransfer?.files ?? [])])
  })
}

function filesOf(event: Event): File[] {
  const input = event.target as HTMLInputElement
  const files = [...(input.files ?? [])]
  // choosing the same file again must be a change again
  input.value = ''
  return files
}

async function take(files: File[], asTrust = false): Promise<void> {
  try {
    for (const file of files) {
      if (asTrust || TRUST_FILE.test(file.name)) await addTrust(file)
      else present = file
    }
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
    return
  }
  showTrust()
  if (present !== null) await check(present)
}

/** @throws CofferError for a file that holds neither certificate nor public key */
async function addTrust(file: File): Promise<void> {
  const bytes = new Uint8Array(await file.slice(0, 1024 * 1024).arrayBuffer())
  parseTrust([{ name: file.name, bytes }])
  trusted.set(file.name, bytes)
}

function trustNow(): Trust {
  return trusted.size === 0 ? TRUST_NOBODY : parseTrust([...trusted].map(([name, bytes]) => ({ name, bytes })))
}

function showTrust(): void {
  fill(
    byId('trusted'),
    [...trusted.keys()].map((name) => {
      const remove = make('button', { type: 'button', class: 'quiet small', text: `Remove ${name}` })
      remove.addEventListener('click', () => {
        trusted.delete(name)
        showTrust()
        byId('trust').focus()
        if (present !== null) check(present)
      })
      return make('li', {}, [make('span', { class: 'mono', text: name }), remove])
    }),
  )
}

async function check(file: File): Promise<void> {
  const mine = ++run
  say(`Checking ${file.name}, ${sizeOf(file.size)} …`)
  byId('result').hidden = true
  const bar = byId<HTMLProgressElement>('bar')
  bar.hidden = false
  bar.value = 0
  const from = performance.now()
  try {
    const result = await verify(file, (share) => {
      if (mine === run) bar.value = share
    })
    if (mine !== run) return
    showResult(result, { size: file.size, seconds: (performance.now() - from) / 1000, trust: [...trusted.keys()] })
    byId('intake').hidden = true
    byId('result').hidden = false
    say('')
    byId('headline').focus()
  } catch (error) {
    if (mine === run) say(`The file could not be read: ${error instanceof Error ? error.message : String(error)}.`)
  } finally {
    if (mine === run) bar.hidden = true
  }
}

async function verify(file: File, progress: (share: number) => void): Promise<VerifiedFile> {
  const options = { trust: trustNow(), at: null, crypto: nobleCrypto }
  const head = new Uint8Array(await file.slice(0, 5).arrayBuffer())
  const isPdf = String.fromCharCode(...head) === '%PDF-' && file.size <= MAX_PDF
  if (isPdf) return verifyPdf({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }, options)
  let shown = 0
  return verifyPackage(file.name, blobSource(file), {
    ...options,
    tools: browserTools,
    progress: (bytes) => {
      const share = bytes / Math.max(1, file.size)
      if (share - shown < 0.01) return
      shown = share
      progress(share)
    },
  })
}

function reset(): void {
  present = null
  run++
  byId('result').hidden = true
  byId('intake').hidden = false
  say('')
  document.title = 'Check an evidence package'
  byId('file').focus()
}

/** Tells people, and screen readers, what is going on. */
function say(text: string): void {
  byId('status').textContent = text
}

start()
