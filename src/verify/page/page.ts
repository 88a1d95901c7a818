import type { VerifiedFile } from '../../contract/evidence/verdict.ts'
import { TRUST_NOBODY, type Trust } from '../crypto.ts'
import { nobleCrypto } from '../noble-crypto.ts'
import { parseTrust } from '../trust.ts'
import { checkFile } from './check.ts'
import { byId, fill, make } from './dom.ts'
import { besideOf, type FileSet, sortFiles, strayOf, subjectsOf } from './intake.ts'
import { showResult } from './result.ts'
import { sizeOf } from './words.ts'

/** The page that lies in a package. It checks what is chosen or dropped, in this browser, and reaches out to nothing. */

const MAX_TRUST = 1024 * 1024

const trusted = new Map<string, Uint8Array>()
let present: FileSet = new Map()
/** Names of certificates and keys that came with it, and that nobody said to trust. */
let unasked: string[] = []
/** Counts runs, so that an older one can't write over a newer one's result. */
let run = 0

function start(): void {
  byId<HTMLInputElement>('file').addEventListener('change', (event) => take(filesOf(event)))
  byId<HTMLInputElement>('trust').addEventListener('change', (event) => take(filesOf(event), true))
  byId<HTMLInputElement>('at').addEventListener('change', () => check())
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
    const onTrust = event.target instanceof Node && byId('trust-card').contains(event.target)
    take([...(event.dataTransfer?.files ?? [])], onTrust)
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
    const sorted = asTrust ? { files: present, trust: files, unasked: null } : sortFiles(files, present)
    unasked = sorted.unasked?.map(({ name }) => name) ?? unasked
    present = sorted.files
    for (const file of sorted.trust) await addTrust(file)
    unasked = unasked.filter((name) => !trusted.has(name))
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
    return
  }
  showTrust()
  await check()
}

/** @throws CofferError for a file that holds neither certificate nor public key */
async function addTrust(file: File): Promise<void> {
  const bytes = new Uint8Array(await file.slice(0, MAX_TRUST).arrayBuffer())
  parseTrust([{ name: file.name, bytes }])
  trusted.set(file.name, bytes)
}

function trustNow(): Trust {
  return trusted.size === 0 ? TRUST_NOBODY : parseTrust([...trusted].map(([name, bytes]) => ({ name, bytes })))
}

/** Milliseconds; null: now. */
function timeNow(): number | null {
  const time = Date.parse(`${byId<HTMLInputElement>('at').value}Z`)
  return Number.isNaN(time) ? null : time
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
        check()
      })
      return make('li', {}, [make('span', { class: 'mono', text: name }), remove])
    }),
  )
}

async function check(): Promise<void> {
  const subjects = subjectsOf(present)
  const [stray] = strayOf(present)
  if (stray !== undefined) say(`"${stray}" is a signature: add the file that it belongs to.`)
  if (subjects.length === 0 || stray !== undefined) return
  const mine = ++run
  const bar = byId<HTMLProgressElement>('bar')
  byId('result').hidden = true
  bar.hidden = false
  const from = performance.now()
  const at = timeNow()
  const results: VerifiedFile[] = []
  try {
    for (const file of subjects) {
      say(`Checking ${file.name}, ${sizeOf(file.size)} …`)
      bar.value = 0
      const options = { trust: trustNow(), at, crypto: nobleCrypto }
      const result = await checkFile(file, present, options, (share) => {
        if (mine === run) bar.value = share
      })
      if (mine !== run) return
      results.push(result)
    }
    const seconds = (performance.now() - from) / 1000
    showAll(results, (result) => {
      const file = subjects[results.indexOf(result)] as File
      const beside = Object.values(besideOf(file.name, present)).flatMap((one) => (one === null ? [] : [one.name]))
      showResult(result, { size: file.size, seconds, trust: [...trusted.keys()], at, beside, unasked })
    })
    say('')
  } catch (error) {
    if (mine === run) say(`The file could not be read: ${error instanceof Error ? error.message : String(error)}.`)
  } finally {
    if (mine === run) bar.hidden = true
  }
}

/** The worst verdict first; where several files came together, each has a button. */
function showAll(results: readonly VerifiedFile[], show: (result: VerifiedFile) => void): void {
  const order = ['failed', 'indeterminate', 'passed']
  const sorted = [...results].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
  const display = (result: VerifiedFile) => {
    show(result)
    const others = results.length < 2 ? [] : sorted
    fill(
      byId('several'),
      others.map((one) => {
        const button = make('button', {
          type: 'button',
          class: 'quiet small',
          'aria-pressed': String(one === result),
          text: `${one.file}: ${one.verdict}`,
        })
        button.addEventListener('click', () => display(one))
        return make('li', {}, [button])
      }),
    )
    byId('intake').hidden = true
    byId('result').hidden = false
    byId('headline').focus()
  }
  if (sorted[0] !== undefined) display(sorted[0])
}

function reset(): void {
  present = new Map()
  unasked = []
  run++
  byId('result').hidden = true
  byId('intake').hidden = false
  say('')
  document.title = 'Check evidence'
  byId('file').focus()
}

/** Tells people, and screen readers, what is going on. */
function say(text: string): void {
  byId('status').textContent = text
}

start()
