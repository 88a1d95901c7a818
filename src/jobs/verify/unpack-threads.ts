import { Worker } from 'node:worker_threads'
import { CofferError, deserializeError, type SerializedError } from '../../contract/errors.ts'
import type { SubIndication } from '../../contract/evidence/verdict.ts'
import { Refusal } from '../../verify/package/refusal.ts'
import type { ProofRows, RecordRows, RowStream, Rows, Trees } from '../../verify/package/rows.ts'
import type { EntryDigests, PackageTools, Unpacked } from '../../verify/package/tools.ts'
import type { ZipEntry } from '../../verify/package/zip.ts'
import type { FileSource } from './file-source.ts'
import { nodePackageTools } from './package-tools.ts'

/** `as`: the bytes of an entry, or what its lines say. */
export interface UnpackTask {
  descriptor: number
  /** Of the file. */
  size: number
  entry: ZipEntry
  as: { what: 'bytes' } | { what: 'records' } | { what: 'proofs'; trees: Trees }
}

/** To the thread: first its task, then how many parts were taken; or that nobody wants any more, only the digests. */
export type ToUnpack = { task: UnpackTask } | { taken: number } | 'drain'

/** From the thread. `read`: bytes of the file since it was said before. */
export type UnpackAnswer =
  | { kind: 'part'; part: ArrayBuffer | Rows }
  | { kind: 'read'; read: number }
  | { kind: 'done'; digests: EntryDigests; read: number }
  | { kind: 'refused'; sub: SubIndication; reason: string; digests: EntryDigests }
  | { kind: 'failed'; error: SerializedError }

/** Below this a thread costs more than it gives. */
const LARGE_BYTES = 8 * 1024 * 1024
/** Parts that were taken are told to the thread so many at a time, which is less than it may be ahead. */
const AT_ONCE = 4

/**
 * PackageTools for a package in a file: large entries are read, inflated and hashed on threads of their own, records and
 * proofs read there too, so that what is left is to put them side by side. The checks are the same, made by the same code.
 * @param large packed bytes from which on an entry gets a thread
 */
export function threadedTools(file: FileSource, large = LARGE_BYTES): { tools: PackageTools; close(): Promise<void> } {
  const workers = new Set<Worker>()
  const begin = (): Answers => {
    // a name of its own: bundled, it stands in one folder with the thread that runs the jobs
    const name = import.meta.url.endsWith('.ts') ? './unpack-thread.ts' : './unpack-thread.js'
    const worker = new Worker(new URL(name, import.meta.url))
    workers.add(worker)
    worker.once('exit', () => workers.delete(worker))
    // hears of its death from now on, though it may get its task much later
    return new Answers(worker, (bytes) => file.readBy(bytes))
  }
  // records and proofs, which most of a large package is: their threads start while the documents are checked
  const ready = file.size >= large ? [begin(), begin()] : []
  const start = (entry: ZipEntry, as: UnpackTask['as']) => {
    const answers = ready.pop() ?? begin()
    answers.ask({ descriptor: file.descriptor, size: file.size, entry, as })
    return answers
  }
  const isLarge = (entry: ZipEntry) => entry.packedSize >= large
  const tools: PackageTools = {
    ...nodePackageTools,
    unpack: (source, entry) =>
      isLarge(entry) ? bytesOf(start(entry, { what: 'bytes' })) : nodePackageTools.unpack(source, entry),
    records: (source, entry) =>
      isLarge(entry) ? rowsOf<RecordRows>(start(entry, { what: 'records' })) : nodePackageTools.records(source, entry),
    proofs: (source, entry, trees) =>
      isLarge(entry)
        ? rowsOf<ProofRows>(start(entry, { what: 'proofs', trees }))
        : nodePackageTools.proofs(source, entry, trees),
  }
  return {
    tools,
    close: async () => {
      await Promise.all([...workers].map((worker) => worker.terminate()))
    },
  }
}

function bytesOf(answers: Answers): Unpacked {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const part = await answers.next()
      if (part === null) return
      yield Buffer.from(part as ArrayBuffer)
    }
  }
  return { chunks: chunks(), digests: () => answers.digests() }
}

function rowsOf<T extends Rows>(answers: Answers): RowStream<T> {
  async function* rows(): AsyncGenerator<T> {
    for (;;) {
      const part = await answers.next()
      if (part === null) return
      yield part as T
    }
  }
  return { rows: rows(), drain: () => answers.drain(), digests: () => answers.digests() }
}

/** What a thread answers, in order. */
class Answers {
  readonly #worker: Worker
  readonly #readBy: (bytes: number) => void
  readonly #waiting: UnpackAnswer[] = []
  #dead: CofferError | null = null
  #wake: (() => void) | null = null
  #digests: EntryDigests | null = null
  #given = 0

  constructor(worker: Worker, readBy: (bytes: number) => void) {
    this.#worker = worker
    this.#readBy = readBy
    const died = (cause: unknown) => {
      this.#dead ??= new CofferError('WORKER_DIED', 'a thread that unpacks the package died', { cause })
      this.#wake?.()
    }
    worker.on('message', (answer: UnpackAnswer) => {
      this.#waiting.push(answer)
      this.#wake?.()
    })
    worker.on('error', died)
    worker.on('exit', () => died(null))
  }

  ask(task: UnpackTask): void {
    this.#tell({ task })
  }

  /** @returns null at the end @throws Refusal where the bytes are not what they should be; as reading the file does */
  async next(): Promise<ArrayBuffer | Rows | null> {
    while (this.#digests === null) {
      const answer = this.#waiting.shift()
      if (answer === undefined) {
        if (this.#dead !== null) throw this.#dead
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        continue
      }
      if (answer.kind === 'failed') throw deserializeError(answer.error)
      if (answer.kind === 'refused') {
        this.#digests = answer.digests
        throw new Refusal(answer.sub, answer.reason)
      }
      if (answer.kind === 'part') {
        if (++this.#given % AT_ONCE === 0) this.#tell({ taken: AT_ONCE })
        return answer.part
      }
      this.#readBy(answer.read)
      if (answer.kind === 'done') this.#digests = answer.digests
    }
    return null
  }

  /** Waits for the end, whatever comes before it. */
  async drain(): Promise<void> {
    if (this.#digests === null) this.#tell('drain')
    while ((await this.next()) !== null);
  }

  digests(): EntryDigests {
    if (this.#digests === null) throw new Error('the entry was not read to its end')
    return this.#digests
  }

  #tell(message: ToUnpack): void {
    this.#worker.postMessage(message)
  }
}
