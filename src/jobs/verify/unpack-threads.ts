import { Worker } from 'node:worker_threads'
import { CofferError, deserializeError, type SerializedError } from '../../contract/errors.ts'
import type { SubIndication } from '../../contract/evidence/verdict.ts'
import { Refusal } from '../../verify/package/refusal.ts'
import type { EntryDigests, PackageTools, Unpacked } from '../../verify/package/tools.ts'
import type { ZipEntry } from '../../verify/package/zip.ts'
import type { FileSource } from './file-source.ts'
import { nodePackageTools } from './package-tools.ts'

export interface UnpackTask {
  descriptor: number
  /** Of the file. */
  size: number
  entry: ZipEntry
}

/** `read`: bytes of the file since the message before. */
export type UnpackAnswer =
  | { kind: 'chunk'; bytes: ArrayBuffer; read: number }
  | { kind: 'done'; digests: EntryDigests; read: number }
  | { kind: 'refused'; sub: SubIndication; reason: string; digests: EntryDigests }
  | { kind: 'failed'; error: SerializedError }

/** Below this a thread costs more than it gives. */
const LARGE_BYTES = 8 * 1024 * 1024
/** Pieces that were taken are told to the thread so many at a time, which is less than it may be ahead. */
const AT_ONCE = 4

/**
 * PackageTools for a package in a file: large entries are read, inflated and hashed on threads of their own, so that the
 * caller's is left to the records and their proofs. The checks are the same, made by the same code.
 * @param large packed bytes from which on an entry gets a thread
 */
export function threadedTools(file: FileSource, large = LARGE_BYTES): { tools: PackageTools; close(): Promise<void> } {
  const workers = new Set<Worker>()
  const unpack: PackageTools['unpack'] = (source, entry) => {
    if (entry.packedSize < large) return nodePackageTools.unpack(source, entry)
    // a name of its own: bundled, it stands in one folder with the thread that runs the jobs
    const name = import.meta.url.endsWith('.ts') ? './unpack-thread.ts' : './unpack-thread.js'
    const workerData: UnpackTask = { descriptor: file.descriptor, size: file.size, entry }
    const worker = new Worker(new URL(name, import.meta.url), { workerData })
    workers.add(worker)
    worker.once('exit', () => workers.delete(worker))
    return taken(worker, (bytes) => file.readBy(bytes))
  }
  return {
    tools: { ...nodePackageTools, unpack },
    close: async () => {
      await Promise.all([...workers].map((worker) => worker.terminate()))
    },
  }
}

function taken(worker: Worker, readBy: (bytes: number) => void): Unpacked {
  const answers: UnpackAnswer[] = []
  let dead: CofferError | null = null
  let wake: (() => void) | null = null
  let digests: EntryDigests | null = null
  const died = (cause: unknown) => {
    dead ??= new CofferError('WORKER_DIED', 'a thread that unpacks the package died', { cause })
    wake?.()
  }
  worker.on('message', (answer: UnpackAnswer) => {
    answers.push(answer)
    wake?.()
  })
  worker.on('error', died)
  worker.on('exit', () => died(null))
  let given = 0
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const answer = answers.shift()
      if (answer === undefined) {
        if (dead !== null) throw dead
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        continue
      }
      if (answer.kind === 'refused') {
        digests = answer.digests
        throw new Refusal(answer.sub, answer.reason)
      }
      if (answer.kind === 'failed') throw deserializeError(answer.error)
      readBy(answer.read)
      if (answer.kind === 'done') {
        digests = answer.digests
        return
      }
      yield Buffer.from(answer.bytes)
      if (++given % AT_ONCE === 0) worker.postMessage(AT_ONCE)
    }
  }
  return {
    chunks: chunks(),
    digests: () => {
      if (digests === null) throw new Error('the entry was not read to its end')
      return digests
    },
  }
}
