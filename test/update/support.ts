import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalJson } from '../../src/contract/canonical-json.ts'
import { isCofferError } from '../../src/contract/errors.ts'
import type { JobContext, Progress, UpdateRequest } from '../../src/contract/jobs.ts'
import type { UpdateResult } from '../../src/contract/results.ts'
import { runUpdate } from '../../src/jobs/update/run.ts'
import { LIMITS, type UpdateLimits } from '../../src/jobs/update/source.ts'

const folders: string[] = []
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-update-'))
  folders.push(folder)
  return folder
}

const DAY = 86_400_000
const at = (days: number) => new Date(Date.now() + days * DAY).toISOString()

/** The bytes of a package, which are nothing that any system would start. */
export const PACKAGE = Buffer.from('no program, and never started\n'.repeat(20_000))

/** A file of this machine's system and processor. */
export function fileHere(name = 'coffer-9.1.0.AppImage', bytes: Buffer = PACKAGE): Record<string, unknown> {
  const kind = process.platform === 'linux' ? 'AppImage' : process.platform === 'darwin' ? 'dmg' : 'nsis'
  const { createHash } = process.getBuiltinModule('node:crypto')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { platform: process.platform, arch: process.arch, kind, name, size: bytes.length, sha256 }
}

export function listOf(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    format: 'coffer-updates/1',
    product: 'coffer',
    channel: 'stable',
    serial: 7,
    published_at: at(-1),
    expires_at: at(30),
    versions: [
      { version: '0.0.9', released_at: at(-90), notes: '', files: [] },
      { version: '9.1.0', released_at: at(-2), notes: 'Reads archives faster.', files: [fileHere()] },
    ],
    ...changes,
  }
}

export const inDays = at

export interface Publisher {
  privateKey: KeyObject
  /** Path of its public key, PEM. */
  publicKey: string
  /** What the publisher serves: list, signature, packages. */
  site: string
  /** Signs exactly these bytes, whatever they are, and puts both where they are served. */
  serve(list: object | string, signature?: Buffer): void
}

export function publisher(curve: 'P-256' | 'P-384' = 'P-256'): Publisher {
  const { privateKey, publicKey: spki } = generateKeyPairSync('ec', { namedCurve: curve })
  const folder = freshFolder()
  const site = join(folder, 'site')
  mkdirSync(site)
  const publicKey = join(folder, 'publisher.pem')
  writeFileSync(publicKey, spki.export({ type: 'spki', format: 'pem' }))
  writeFileSync(join(site, 'coffer-9.1.0.AppImage'), PACKAGE)
  return {
    privateKey,
    publicKey,
    site,
    serve: (list, signature) => {
      const bytes = Buffer.from(typeof list === 'string' ? list : canonicalJson(list))
      writeFileSync(join(site, 'updates.json'), bytes)
      const hash = curve === 'P-256' ? 'sha256' : 'sha384'
      writeFileSync(join(site, 'updates.json.sig.der'), signature ?? sign(hash, bytes, privateKey))
    },
  }
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface TestSite {
  /** `http://127.0.0.1:…/coffer/` */
  address: string
  /** Paths that were asked for, in order. */
  asked: string[]
  /** How a path is answered instead of by its file; null: by its file again. */
  answer(name: string, by: Answer | null): void
  close(): Promise<void>
}

/** Serves a folder as a publisher's web server would. */
export async function serveSite(folder: string): Promise<TestSite> {
  const asked: string[] = []
  const answers = new Map<string, Answer>()
  const server = createServer((request, response) => {
    const name = (request.url ?? '').replace(/^\/coffer\//, '')
    asked.push(name)
    const own = answers.get(name)
    if (own !== undefined) return own(request, response)
    try {
      const bytes = readFileSync(join(folder, name))
      response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/coffer/`,
    asked,
    answer: (name, by) => void (by === null ? answers.delete(name) : answers.set(name, by)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** What an action answers with: some of them answer alike. */
type ResultOf<A, R = UpdateResult> = R extends { action: infer X } ? (A extends X ? R : never) : never

/** A person's profile, and the update jobs in it. */
export class Person {
  readonly profile = freshFolder()
  readonly progress: Progress[] = []
  readonly warnings: string[] = []
  environment: Record<string, string> = { COFFER_PROFILE: this.profile, COFFER_KEY_STORE: 'file' }
  limits: UpdateLimits = { ...LIMITS, answerMs: 5_000 }

  async run<A extends UpdateRequest['action']>(
    request: UpdateRequest & { action: A },
    signal: AbortSignal = new AbortController().signal,
  ): Promise<ResultOf<A>> {
    const context: JobContext = {
      signal,
      progress: (one) => this.progress.push(one),
      log: (_level, message) => this.warnings.push(message),
    }
    const { result } = await runUpdate(
      { kind: 'update', environment: this.environment, ...request },
      context,
      this.limits,
    )
    return result as ResultOf<A>
  }

  on(address: string, publicKey: string, daily = false) {
    return this.run({ action: 'on', address, publicKey: { file: publicKey }, channel: null, daily, proxy: null })
  }

  check() {
    return this.run({ action: 'check', by: 'hand' })
  }

  fetch(output: string, name: string | null = null, signal?: AbortSignal) {
    return this.run({ action: 'fetch', name, output }, signal)
  }

  show() {
    return this.run({ action: 'show' })
  }
}

/** For assert.rejects: the code, and the reason where something was refused. */
export function failsWith(code: string, reason?: string, message?: RegExp) {
  return (error: unknown): boolean => {
    if (!isCofferError(error)) throw error
    if (error.code !== code || (reason !== undefined && error.details?.reason !== reason)) throw error
    if (message !== undefined && !message.test(error.message)) throw new Error(`another message: ${error.message}`)
    return true
  }
}
