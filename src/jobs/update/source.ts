import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { say } from '../../contract/said/said.ts'
import type { UpdatePlace } from './address.ts'
import { bytesAt, tooLarge } from './ask.ts'
import type { UpdateProxy } from './proxy.ts'
import { unreachable } from './refused.ts'

/** How long somebody who is not trusted is waited for, milliseconds. */
export interface UpdateLimits {
  /** A list or a signature, from first to last byte. */
  answerMs: number
  /** Of a package: without one more byte; altogether. */
  idleMs: number
  packageMs: number
}

export const LIMITS: UpdateLimits = { answerMs: 20_000, idleMs: 30_000, packageMs: 6 * 3_600_000 }

export interface UpdateSource {
  /** The list or its signature, whole. @param suffix behind the list's own name @param most bytes that are taken */
  small(suffix: '' | '.sig.der', most: number): Promise<Buffer>
  /** A package beside the list, as it comes; at most one byte more than `size`, whatever is sent. */
  package(name: string, size: number): AsyncGenerator<Uint8Array>
}

/**
 * Opens what a publisher offers. Everything is bounded in time and size, and nothing that comes is understood here.
 * The generator and promises throw UPDATE_UNREACHABLE, UPDATE_REFUSED, and what `signal` was aborted with.
 */
export function openSource(
  place: UpdatePlace,
  proxy: UpdateProxy | null,
  limits: UpdateLimits,
  signal: AbortSignal,
): UpdateSource {
  return place.kind === 'http' ? httpSource(place.list, proxy, limits, signal) : folderSource(place, signal)
}

function httpSource(list: URL, proxy: UpdateProxy | null, limits: UpdateLimits, stopped: AbortSignal): UpdateSource {
  return {
    small: async (suffix, most) => {
      const url = new URL(list)
      url.pathname += suffix
      const inTime = AbortSignal.timeout(limits.answerMs)
      const chunks: Uint8Array[] = []
      const asking = {
        proxy,
        silenceMs: limits.answerMs,
        signal: AbortSignal.any([stopped, inTime]),
        stopped,
        timedOut: () => (inTime.aborted ? say('update.late', { seconds: limits.answerMs / 1000 }) : null),
      }
      for await (const chunk of bytesAt(url, most, asking)) chunks.push(chunk)
      return Buffer.concat(chunks)
    },
    package: async function* (name, size) {
      const idle = new AbortController()
      const inTime = AbortSignal.timeout(limits.packageMs)
      const arm = () => setTimeout(() => idle.abort(), limits.idleMs)
      let timer = arm()
      try {
        const signal = AbortSignal.any([stopped, inTime, idle.signal])
        const timedOut = () => {
          if (idle.signal.aborted) return say('update.idle', { seconds: limits.idleMs / 1000 })
          return inTime.aborted ? say('update.slow', { hours: limits.packageMs / 3_600_000 }) : null
        }
        const asking = { proxy, silenceMs: limits.idleMs, signal, stopped, timedOut }
        for await (const chunk of bytesAt(new URL(name, list), size, asking)) {
          // the network's time, not that of the disk that it is written to
          clearTimeout(timer)
          yield chunk
          timer = arm()
        }
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

function folderSource({ folder, list }: UpdatePlace & { kind: 'folder' }, signal: AbortSignal): UpdateSource {
  return {
    small: async (suffix, most) => {
      const path = `${list}${suffix}`
      await mustBeFile(path, most)
      const chunks: Uint8Array[] = []
      for await (const chunk of fileBytes(path, most, signal)) chunks.push(chunk)
      const bytes = Buffer.concat(chunks)
      if (bytes.length > most) throw tooLarge(path, most)
      return bytes
    },
    package: async function* (name, size) {
      const path = join(folder, name)
      await mustBeFile(path, size)
      yield* fileBytes(path, size, signal)
    },
  }
}

/** At most one byte more than there may be, so that a file that grew is seen. */
async function* fileBytes(path: string, most: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { end: most, signal })) yield chunk as Buffer
  } catch (cause) {
    signal.throwIfAborted()
    throw unreadable(path, cause)
  }
}

/** A pipe or a device would be waited for without an end. */
async function mustBeFile(path: string, most: number): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  if (!found.isFile()) throw unreachable(path, say('update.noFile'))
  if (found.size > most) throw tooLarge(path, most)
}

function unreadable(path: string, cause: unknown) {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return unreachable(path, say('update.none'), cause)
  return unreachable(path, code === 'EACCES' ? say('update.notAllowed') : message, cause)
}
