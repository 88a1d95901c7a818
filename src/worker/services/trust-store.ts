import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CofferError } from '../../contract/errors.ts'
import { type Trusted, trusted } from '../../contract/ipc/calls/verify.ts'
import { isoTime } from '../../contract/time.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import { writeWhole } from '../../storage/write-whole.ts'
import { parseTrust } from '../../verify/trust.ts'

/** Files of trust are small; what is larger is something else. */
const MAX_BYTES = 1_000_000
const entry = trusted.omit({ own: true })
const list = z.array(entry.extend({ pem: z.string() }))
type Entry = z.infer<typeof list>[number]

/**
 * Whom this user trusts: certificates and public keys with the day that they were named, in `trust.json` of the profile.
 * Nothing in it is secret; who can write to the profile can add to it, as to the program's own settings.
 */
export class TrustStore {
  readonly #profile: string
  #writing: Promise<void> = Promise.resolve()

  constructor(profile: string) {
    this.#profile = profile
  }

  /** Oldest first. @throws UNEXPECTED for a file that somebody broke: trust is not guessed at */
  async list(): Promise<Entry[]> {
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '[]'
      throw error
    })
    try {
      return list.parse(JSON.parse(text))
    } catch (cause) {
      throw new CofferError('UNEXPECTED', `"${this.#path}" is not as it was written, so nobody is trusted by it`, {
        hint: 'Remove the file and name again whom you trust.',
        cause,
      })
    }
  }

  /** @param files paths; all that they hold is trusted from now on, what is trusted already keeps its day */
  async add(files: readonly { name: string; path: string }[]): Promise<void> {
    const read = await Promise.all(
      files.map(async ({ name, path }) => {
        const bytes = await readFile(path)
        if (bytes.length > MAX_BYTES)
          throw new CofferError('CERTIFICATE_UNUSABLE', `can't trust "${name}": it is too large`)
        return { name, bytes }
      }),
    )
    const since = isoTime(Date.now())
    const { certificates, keys } = parseTrust(read)
    const named: Entry[] = [
      ...certificates.map(({ der, name }) => ({ ...facts(der, 'certificate', name), since })),
      ...keys.map(({ spki, name }) => ({ ...facts(spki, 'key', name), since })),
    ]
    await this.#change((all) => {
      const known = new Set(all.map((one) => one.sha256))
      return [...all, ...named.filter((one) => !known.has(one.sha256) && known.add(one.sha256))]
    })
  }

  remove(sha256: string): Promise<void> {
    return this.#change((all) => all.filter((one) => one.sha256 !== sha256))
  }

  get #path(): string {
    return join(this.#profile, 'trust.json')
  }

  /** One change after the other, each written whole. */
  #change(change: (all: Entry[]) => Entry[]): Promise<void> {
    const work = this.#writing.then(async () => {
      const changed = change(await this.list())
      await makeFolder(this.#profile, 0o700)
      await writeWhole(this.#path, `${JSON.stringify(changed, null, 2)}\n`)
    })
    this.#writing = work.catch(() => {})
    return work
  }
}

function facts(der: Uint8Array, kind: Trusted['kind'], name: string): Omit<Entry, 'since'> {
  const label = kind === 'certificate' ? 'CERTIFICATE' : 'PUBLIC KEY'
  const base64 = Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n')
  const pem = `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`
  return { sha256: createHash('sha256').update(der).digest('hex'), kind, name, pem }
}
