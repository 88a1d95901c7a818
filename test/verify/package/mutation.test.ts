import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, afterEach, before, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import type { Trust } from '../../../src/verify/crypto.ts'
import { randomBytesFrom, seededRandom } from '../../rig/random.ts'
import { type Made, makePackage, makeSigning, type Signing, seal, verifyBytes } from './maker.ts'
import type { Answer, Asked } from './mutation-thread.ts'
import { type MadeEntry, makeZip } from './zip-maker.ts'

/**
 * Thousands of ways to change a package: none passes, none throws, none hangs. The base package is signed, timestamped and
 * passes, so whatever still passes would be a byte that nothing covers.
 */
let signing: Signing
let made: Made
let entries: MadeEntry[]
let zip: Buffer
let thread: VerifierThread

before(async () => {
  signing = await makeSigning()
  made = await makePackage({ records: 14, redact: ({ offset }) => offset === 103 }, signing)
  entries = await seal(made, signing)
  zip = makeZip(entries)
  thread = new VerifierThread(signing.trust)
})
after(async () => {
  assert.ok(thread.answers > 4_000, `${thread.answers} mutants`)
  await thread.end()
  await signing.tsa?.stop()
})

/** The same throws for the same seed. */
function dice(seed: number): { below(n: number): number; bytes(n: number): Buffer } {
  const random = seededRandom(seed)
  return { below: (n) => Math.floor(random() * n), bytes: (n) => randomBytesFrom(random, n) }
}

/** Mutants go to a thread: what the runner does for each promise of a test would be a third of the time. */
class VerifierThread {
  readonly #worker: Worker
  #underWay = 0
  answers = 0
  #wrong: string[] = []

  constructor(trust: Trust) {
    this.#worker = new Worker(new URL('./mutation-thread.ts', import.meta.url), { workerData: trust })
    this.#worker.on('message', (answer: Answer) => {
      this.#underWay--
      this.answers++
      if ('thrown' in answer) this.#wrong.push(`${answer.what} threw ${answer.thrown}`)
      else if (answer.verdict === 'passed') this.#wrong.push(`${answer.what} passed: ${answer.reason}`)
    })
  }

  /** Hands a mutant over, and waits while many are under way. What was not refused comes out of `done`. */
  async refuse(bytes: Buffer, what: string): Promise<void> {
    this.#underWay++
    this.#worker.postMessage({ what, bytes } satisfies Asked)
    if (this.#underWay >= 64) await once(this.#worker, 'message')
  }

  /** Waits for every answer. @returns what was not refused */
  async done(): Promise<string[]> {
    while (this.#underWay > 0) await once(this.#worker, 'message')
    return this.#wrong.splice(0)
  }

  end(): Promise<number> {
    return this.#worker.terminate()
  }
}

afterEach(async () => {
  assert.deepEqual(await thread.done(), [])
})

test('the package itself passes', async () => {
  const result = await verifyBytes(zip, signing.trust)
  assert.equal(result.verdict, 'passed', result.reason)
  await thread.refuse(zip, 'itself')
  assert.match((await thread.done()).join(), /^itself passed/)
})

/** Every byte of headers and directory, and of the signature over the index; each 60th of the rest, from another start each time. */
function bytesToChange(): number[] {
  const places: number[] = []
  let covered = 0
  for (const { path, packed } of entries) {
    const at = zip.indexOf(packed, covered)
    for (; covered < at; covered++) places.push(covered)
    const step = path.startsWith('index.json.sig') ? 9 : 60
    for (let i = path.length % step; i < packed.length; i += step) places.push(at + i)
    covered = at + packed.length
  }
  for (; covered < zip.length; covered++) places.push(covered)
  return places
}

test('no byte of it can be changed', async () => {
  const random = dice(20261124)
  const places = bytesToChange()
  assert.ok(places.length > 2500, `${places.length} places`)
  for (const at of places) {
    // a bit in one, any other value in the next
    const flip = at % 2 === 0 ? 1 << random.below(8) : 1 + random.below(255)
    const changed = Buffer.from(zip)
    changed[at] = (changed[at] as number) ^ flip
    await thread.refuse(changed, `byte ${at} ^ ${flip}`)
  }
})

test('nothing can be cut off or put after it', async () => {
  const random = dice(2)
  for (let n = 1; n <= 300; n++) {
    const cut = n <= 100 ? n : random.below(zip.length)
    await thread.refuse(zip.subarray(0, zip.length - cut), `${cut} bytes less`)
    if (n > 100) continue
    await thread.refuse(Buffer.concat([zip, random.bytes(n)]), `${n} bytes more`)
    await thread.refuse(Buffer.concat([random.bytes(n), zip]), `${n} bytes before`)
  }
})

test('no two ranges can change places, be doubled or be taken out', async () => {
  const random = dice(3)
  for (let n = 0; n < 400; n++) {
    const length = 1 + random.below(n % 3 === 0 ? 400 : 40)
    const a = random.below(zip.length - 2 * length)
    const b = a + length + random.below(zip.length - a - 2 * length)
    const [one, two] = [zip.subarray(a, a + length), zip.subarray(b, b + length)]
    const [head, middle, tail] = [zip.subarray(0, a), zip.subarray(a + length, b), zip.subarray(b + length)]
    if (!one.equals(two)) await thread.refuse(Buffer.concat([head, two, middle, one, tail]), `swap ${a} ${b} ${length}`)
    await thread.refuse(Buffer.concat([head, middle, two, tail]), `without ${a} ${length}`)
    await thread.refuse(Buffer.concat([head, one, one, middle, two, tail]), `twice ${a} ${length}`)
  }
})

test('no entry can be taken out, doubled, moved, renamed, stored otherwise or emptied, in a zip that is whole', async () => {
  const without = (i: number) => entries.filter((_, n) => n !== i)
  for (const [i, entry] of entries.entries()) {
    const { path, data } = entry
    await thread.refuse(makeZip(without(i)), `without ${path}`)
    await thread.refuse(makeZip([...entries.slice(0, i + 1), ...entries.slice(i)]), `${path} twice`)
    for (const j of [0, entries.length - 1, (i + 1) % entries.length]) {
      if (i === j) continue
      const moved = without(i)
      moved.splice(j, 0, entry)
      await thread.refuse(makeZip(moved), `${path} at ${j}`)
      await thread.refuse(
        makeZip(entries, { directory: (all) => all.map((n) => (n === i ? j : n === j ? i : n)) }),
        `directory ${path}`,
      )
    }
    const changed = (change: Partial<MadeEntry>) =>
      makeZip(entries.map((one, n) => (n === i ? { ...one, ...change } : one)))
    await thread.refuse(changed({ path: `${path}x` }), `${path} renamed`)
    await thread.refuse(
      changed({ path: path.toUpperCase() === path ? path.toLowerCase() : path.toUpperCase() }),
      `${path} in capitals`,
    )
    await thread.refuse(changed({ data: Buffer.alloc(0), packed: Buffer.alloc(0), method: 0 }), `${path} emptied`)
    await thread.refuse(
      changed({
        data: Buffer.concat([data, Buffer.from('\n')]),
        packed: Buffer.concat([data, Buffer.from('\n')]),
        method: 0,
      }),
      `${path} longer`,
    )
    const shorter = data.subarray(0, -1)
    await thread.refuse(changed({ data: shorter, packed: shorter, method: 0 }), `${path} shorter`)
    if (entry.method === 8) await thread.refuse(changed({ packed: data, method: 0 }), `${path} stored`)
  }
})

test('no byte of the signature over the index can be changed where the zip is made to fit', async () => {
  for (const [i, { path, data }] of entries.entries()) {
    if (!path.startsWith('index.json.sig')) continue
    for (let at = i % 3; at < data.length; at += at < 160 ? 3 : 24) {
      const changed = Buffer.from(data)
      changed[at] = (changed[at] as number) ^ (1 << (at % 8))
      const list = entries.map((one, k) => (k === i ? { ...one, data: changed, packed: changed } : one))
      await thread.refuse(makeZip(list), `${path}[${at}]`)
    }
  }
})

test('no byte of a file can be changed where the zip around it is made to fit', async () => {
  const random = dice(5)
  for (let n = 0; n < 300; n++) {
    const i = random.below(entries.length)
    const { path, data } = entries[i] as MadeEntry
    const changed = Buffer.from(data)
    const at = random.below(data.length)
    changed[at] = (changed[at] as number) ^ (1 + random.below(255))
    const list = entries.map((one, k) =>
      k === i ? { ...one, data: changed, packed: changed, method: 0 as const } : one,
    )
    await thread.refuse(makeZip(list), `${path}[${at}]`)
  }
})
