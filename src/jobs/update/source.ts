import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Said, say } from '../../contract/said/said.ts'
import type { UpdatePlace } from './address.ts'
import { refused, unreachable } from './refused.ts'

/** How long somebody who is not trusted is waited for, milliseconds. */
export interface UpdateLimits {
  /** A list or a signature, from first to last byte. */
  answerMs: number
  /** Of a package: without one more byte; altogether. */
  idleMs: number
  packageMs: number
}

export const LIMITS: UpdateLimits = { answerMs: 20_000, idleMs: 30_000, packageMs: 6 * 3_600_000 }

/** Names no host but the first: what an address was set for is what is asked. */
const MOST_REDIRECTS = 3

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
export function openSource(place: UpdatePlace, limits: UpdateLimits, signal: AbortSignal): UpdateSource {
  return place.kind === 'http' ? httpSource(place.list, limits, signal) : folderSource(place, signal)
}

function httpSource(list: URL, limits: UpdateLimits, signal: AbortSignal): UpdateSource {
  return {
    small: async (suffix, most) => {
      const url = new URL(list)
      url.pathname += suffix
      const inTime = AbortSignal.timeout(limits.answerMs)
      const chunks: Uint8Array[] = []
      for await (const chunk of body(url, most, AbortSignal.any([signal, inTime]), {
        timedOut: () => (inTime.aborted ? say('update.late', { seconds: limits.answerMs / 1000 }) : null),
        stopped: signal,
      }))
        chunks.push(chunk)
      return Buffer.concat(chunks)
    },
    package: async function* (name, size) {
      const idle = new AbortController()
      const inTime = AbortSignal.timeout(limits.packageMs)
      const arm = () => setTimeout(() => idle.abort(), limits.idleMs)
      let timer = arm()
      try {
        const all = AbortSignal.any([signal, inTime, idle.signal])
        const timedOut = () => {
          if (idle.signal.aborted) return say('update.idle', { seconds: limits.idleMs / 1000 })
          return inTime.aborted ? say('update.slow', { hours: limits.packageMs / 3_600_000 }) : null
        }
        for await (const chunk of body(new URL(name, list), size, all, { timedOut, stopped: signal })) {
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

/** The bytes of a 200 answer, after redirects within the same host and scheme. */
async function* body(
  url: URL,
  most: number,
  signal: AbortSignal,
  why: { timedOut(): Said | null; stopped: AbortSignal },
): AsyncGenerator<Uint8Array> {
  try {
    const response = await follow(url, signal)
    const announced = Number(response.headers.get('content-length') ?? 0)
    if (announced > most) {
      await response.body?.cancel()
      throw tooLarge(url.href, most)
    }
    let size = 0
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      if (size > most) throw tooLarge(url.href, most)
      yield chunk
    }
  } catch (error) {
    why.stopped.throwIfAborted()
    const late = why.timedOut()
    if (late !== null) throw unreachable(url.href, late, error)
    if (!(error instanceof TypeError)) throw error
    // `fetch failed` says nothing; what lies behind it does
    throw unreachable(url.href, innermost(error), error)
  }
}

async function follow(first: URL, signal: AbortSignal): Promise<Response> {
  let url = first
  for (let hop = 0; ; hop++) {
    const response = await fetch(url, {
      redirect: 'manual',
      signal,
      // a package is what its digest says, byte for byte
      headers: { 'accept-encoding': 'identity', accept: '*/*' },
    })
    if (response.status === 200) return response
    await response.body?.cancel()
    const location = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || location === null) {
      throw unreachable(first.href, say('update.status', { got: response.status }))
    }
    const next = URL.canParse(location, url) ? new URL(location, url) : null
    if (next === null || next.origin !== first.origin) {
      const where = next?.origin ?? location.slice(0, 200)
      throw refused('redirect', 'update.redirect', { address: first.href, where, only: first.origin })
    }
    if (hop >= MOST_REDIRECTS)
      throw refused('redirect', 'update.redirects', { address: first.href, most: MOST_REDIRECTS })
    url = next
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

function tooLarge(address: string, most: number) {
  return refused('too_large', 'update.tooLarge', { most, address })
}

function innermost(error: Error): string {
  let at: unknown = error
  while (at instanceof Error && at.cause !== undefined) at = at.cause
  return at instanceof Error ? ((at as NodeJS.ErrnoException).code ?? at.message) : String(at)
}
