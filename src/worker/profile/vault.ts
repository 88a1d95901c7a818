import { join } from 'node:path'
import { CofferError } from '../../contract/errors.ts'
import { oneAfterTheOther } from '../../contract/in-turn.ts'
import type { VaultState } from '../../contract/ipc/vault.ts'
import { Secret } from '../../contract/secret.ts'
import { CONNECTIONS_SERVICE, type Keychain, osKeychain, PATIENCE_MS } from '../../signing/store/keychain.ts'
import { passphraseWrong } from '../../signing/store/material.ts'
import { newSealingKey, type SealedBox, seal, sealingKey, unseal } from '../../signing/store/seal.ts'
import { emptyVault, readVault, type VaultRecord, writeVault } from './vault-file.ts'

export interface VaultOptions {
  /** Folder of the profile; the file is `secrets.json` in it. */
  profile: string
  /** null: never use a keychain (`COFFER_KEY_STORE=file`). */
  keychain: (() => Promise<Keychain>) | null
  /** Runs what reads and writes the file while no other process does. */
  exclusively<T>(work: () => T): T
}

/** After a keychain did not answer, it is asked again no sooner. */
const RETRY_MS = 30_000
const FILE = 'the encrypted file'

export const connectionsKeychain = (): Promise<Keychain> => osKeychain(PATIENCE_MS, CONNECTIONS_SERVICE)

/**
 * The values of the `${VAR}`s that were typed into the window: in the OS keychain, else in an encrypted file (scrypt and
 * AES-256-GCM), else in memory alone until the program ends. Never in clear on disk, never towards a window. One name has
 * one value in a profile, as in an environment.
 */
export class Vault {
  readonly #options: VaultOptions
  readonly #path: string
  /** What is known in this process, wherever it is kept. */
  readonly #values = new Map<string, string>()
  /** Names whose value is nowhere but here. */
  readonly #unkept = new Set<string>()
  /** Of the file, while it is unlocked. */
  #key: Buffer | null = null
  #keychain: Keychain | null = null
  #asked: { at: number; problem: string } | null = null
  #problem: string | null = null
  #loading: Promise<void> | null = null
  /** One change at a time. */
  readonly #inTurn = oneAfterTheOther()

  constructor(options: VaultOptions) {
    this.#options = options
    this.#path = join(options.profile, 'secrets.json')
  }

  /** Waits until what the keychain has is known here. It may ask a person to unlock it. Never rejects. */
  ready(): Promise<void> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#problem = (error as Error).message
      this.#loading = null
    })
    return this.#loading
  }

  /** What is known now: after `ready`, all but what a locked file holds. */
  values(): Record<string, string> {
    return Object.fromEntries(this.#values)
  }

  /** Tells for each name where its value is, as things stand now; null: nowhere. */
  places(): (name: string) => 'keychain' | 'file' | 'memory' | null {
    const record = this.#record()
    const inFile = new Set(Object.keys(record?.sealed?.boxes ?? {}))
    const inKeychain = new Set(record?.keychain)
    return (name) => {
      if (this.#unkept.has(name)) return 'memory'
      if (inFile.has(name)) return 'file'
      return inKeychain.has(name) ? 'keychain' : null
    }
  }

  async state(): Promise<VaultState> {
    await this.ready()
    const record = this.#record()
    const kept = (record?.keychain.length ?? 0) + Object.keys(record?.sealed?.boxes ?? {}).length
    const counts = { kept, inMemory: this.#unkept.size }
    if (record !== null && record.sealed !== null) {
      return { state: this.#key === null ? 'file-locked' : 'file-unlocked', ...counts, problem: this.#problem }
    }
    const keychain = await this.#openKeychain()
    const problem = this.#problem ?? (keychain === null ? (this.#asked?.problem ?? null) : null)
    return { state: keychain === null ? 'none' : 'keychain', ...counts, problem }
  }

  /** Keeps values as well as can be; an empty one is taken away. What could not be kept is `memory` in `places`. */
  set(values: Readonly<Record<string, string>>): Promise<void> {
    return this.#inTurn(async () => {
      await this.ready()
      const empty = Object.keys(values).filter((name) => values[name] === '')
      for (const [name, value] of Object.entries(values)) {
        if (value === '') continue
        this.#values.set(name, value)
        this.#unkept.add(name)
      }
      await this.#removeNow(empty)
      await this.#keep()
    })
  }

  /** Takes values away, wherever they are. */
  remove(names: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      // what the keychain is giving just now would come back after it was taken away
      await this.ready()
      await this.#removeNow(names)
    })
  }

  /** Makes the encrypted file and moves into it what is in memory or in the keychain. @throws CONFIG_CONFLICT */
  createFile(passphrase: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.ready()
      const { key, derivation } = await newSealingKey(new Secret(passphrase))
      this.#change((record) => {
        if (record.sealed !== null) {
          throw new CofferError('CONFIG_CONFLICT', 'there is an encrypted file already', {
            hint: 'Unlock it with its passphrase, or forget it and begin again.',
          })
        }
        return { ...record, sealed: { scrypt: derivation, check: seal(CHECK, key, about(record.id, '')), boxes: {} } }
      })
      this.#key = key
      for (const name of this.#record()?.keychain ?? []) if (this.#values.has(name)) this.#unkept.add(name)
      await this.#keep()
    })
  }

  /** @throws KEY_PASSPHRASE where it is the wrong one, KEY_MISSING where there is no file */
  unlock(passphrase: string): Promise<void> {
    return this.#inTurn(async () => {
      const record = this.#record()
      const sealed = record?.sealed
      if (record === null || sealed === null || sealed === undefined) {
        throw new CofferError('KEY_MISSING', 'there is no encrypted file to unlock', {
          hint: 'Choose a passphrase first.',
        })
      }
      const key = await sealingKey(new Secret(passphrase), sealed.scrypt, FILE)
      if (unseal(sealed.check, key, about(record.id, '')) === null) {
        key.fill(0)
        throw passphraseWrong(FILE)
      }
      this.#key?.fill(0)
      this.#key = key
      this.#openBoxes(record)
      await this.#keep()
    })
  }

  /** Forgets the passphrase, and the values that the file holds, until it is typed in again. */
  lock(): Promise<void> {
    return this.#inTurn(async () => {
      this.#key?.fill(0)
      this.#key = null
      for (const name of Object.keys(this.#record()?.sealed?.boxes ?? {})) {
        if (!this.#unkept.has(name)) this.#values.delete(name)
      }
    })
  }

  /** Takes everything away: from the keychain, from disk and from memory. */
  forget(): Promise<void> {
    return this.#inTurn(async () => {
      await this.ready()
      await this.#removeNow([...(this.#record()?.keychain ?? []), ...this.#values.keys()])
      // what the keychain would not give up is still named
      const left = this.#record()?.keychain ?? []
      this.#options.exclusively(() => {
        const record = readVault(this.#path)
        writeVault(this.#path, record !== null && left.length > 0 ? { ...record, sealed: null } : null)
      })
      this.#key?.fill(0)
      this.#key = null
      this.#values.clear()
      this.#unkept.clear()
    })
  }

  /** A text without any of the values, where something told one by mistake. Short words of a language are left alone. */
  clean(text: string): string {
    let cleaned = text
    for (const value of this.#values.values()) {
      const isTelling = value.length >= 8 && !/^[a-z]{1,12}$/.test(value)
      if (isTelling && cleaned.includes(value)) cleaned = cleaned.replaceAll(value, '[secret]')
    }
    return cleaned
  }

  async #load(): Promise<void> {
    const record = this.#record()
    if (record === null) return
    const wanted = record.keychain.filter((name) => !this.#values.has(name))
    if (wanted.length === 0) return
    const keychain = await this.#openKeychain()
    if (keychain === null) {
      // asked again by the next call, in case somebody unlocks it
      this.#loading = null
      return
    }
    for (const name of wanted) {
      const value = await keychain.read(account(record.id, name))
      if (value === null) this.#problem = `the keychain no longer has the value of "\${${name}}"`
      else this.#values.set(name, value.toString('utf8'))
    }
  }

  /** Moves what is only in memory to where it is kept. */
  async #keep(): Promise<void> {
    if (this.#unkept.size === 0) return
    const record = this.#record() ?? emptyVault()
    if (record.sealed !== null) {
      if (this.#key !== null) await this.#keepInFile(this.#key)
      return
    }
    const keychain = await this.#openKeychain()
    if (keychain === null) return
    // the id must be on disk before the first entry bears it
    this.#change((known) => known)
    const { id } = this.#record() ?? record
    for (const name of [...this.#unkept]) {
      const bytes = Buffer.from(this.#values.get(name) ?? '', 'utf8')
      const wasThere = this.#record()?.keychain.includes(name) ?? false
      try {
        this.#change((known) => ({ ...known, keychain: [...new Set([...known.keychain, name])].sort() }))
        await keychain.write(account(id, name), bytes)
        const back = await keychain.read(account(id, name))
        if (!back?.equals(bytes)) throw new Error('it did not give back what was put into it')
        this.#unkept.delete(name)
        this.#problem = null
      } catch (error) {
        if (!wasThere) {
          this.#change((known) => ({ ...known, keychain: known.keychain.filter((one) => one !== name) }))
        }
        this.#problem = `the keychain did not take the value of "\${${name}}": ${(error as Error).message}`
      } finally {
        bytes.fill(0)
      }
    }
  }

  async #keepInFile(key: Buffer): Promise<void> {
    const names = [...this.#unkept]
    let moved: string[] = []
    let id = ''
    this.#change((record) => {
      if (record.sealed === null || unseal(record.sealed.check, key, about(record.id, '')) === null) {
        throw new CofferError('KEY_PASSPHRASE', `${FILE} was made anew by another window`, { hint: 'Unlock it again.' })
      }
      const boxes: Record<string, SealedBox> = { ...record.sealed.boxes }
      for (const name of names) {
        boxes[name] = seal(Buffer.from(this.#values.get(name) ?? '', 'utf8'), key, about(record.id, name))
      }
      id = record.id
      moved = record.keychain.filter((name) => names.includes(name))
      const keychain = record.keychain.filter((name) => !names.includes(name))
      return { ...record, keychain, sealed: { ...record.sealed, boxes } }
    })
    for (const name of names) this.#unkept.delete(name)
    const keychain = moved.length === 0 ? null : await this.#openKeychain()
    for (const name of moved) await keychain?.remove(account(id, name)).catch(() => undefined)
  }

  async #removeNow(names: readonly string[]): Promise<void> {
    for (const name of names) {
      this.#values.delete(name)
      this.#unkept.delete(name)
    }
    const record = this.#record()
    if (record === null || names.length === 0) return
    const inKeychain = record.keychain.filter((name) => names.includes(name))
    const keychain = inKeychain.length === 0 ? null : await this.#openKeychain()
    const gone: string[] = []
    for (const name of inKeychain) {
      if (keychain === null) continue
      await keychain.remove(account(record.id, name))
      gone.push(name)
    }
    if (gone.length < inKeychain.length)
      this.#problem = 'the keychain does not answer, and still holds what was removed'
    this.#change((known) => ({
      ...known,
      keychain: known.keychain.filter((name) => !gone.includes(name)),
      sealed:
        known.sealed === null
          ? null
          : {
              ...known.sealed,
              boxes: Object.fromEntries(Object.entries(known.sealed.boxes).filter(([name]) => !names.includes(name))),
            },
    }))
  }

  #openBoxes(record: VaultRecord): void {
    const key = this.#key
    if (key === null) return
    for (const [name, box] of Object.entries(record.sealed?.boxes ?? {})) {
      if (this.#unkept.has(name)) continue
      const value = unseal(box, key, about(record.id, name))
      if (value === null) this.#problem = `the kept value of "\${${name}}" was changed, and is not used`
      else this.#values.set(name, value.toString('utf8'))
    }
  }

  async #openKeychain(): Promise<Keychain | null> {
    const { keychain } = this.#options
    if (this.#keychain !== null || keychain === null) return this.#keychain
    if (this.#asked !== null && performance.now() - this.#asked.at < RETRY_MS) return null
    try {
      this.#keychain = await keychain()
      this.#asked = null
    } catch (error) {
      this.#asked = { at: performance.now(), problem: (error as Error).message }
    }
    return this.#keychain
  }

  #record(): VaultRecord | null {
    return readVault(this.#path)
  }

  #change(change: (record: VaultRecord) => VaultRecord): void {
    this.#options.exclusively(() => writeVault(this.#path, change(readVault(this.#path) ?? emptyVault())))
  }
}

const CHECK = Buffer.from('coffer', 'utf8')

function account(id: string, name: string): string {
  return `${id}/${name}`
}

/** Bound into the box, so that one can't be put under another name or into another profile's file. */
function about(id: string, name: string): string {
  return JSON.stringify(['coffer-vault/1', id, name])
}
