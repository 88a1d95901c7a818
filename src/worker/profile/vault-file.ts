import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { CofferError } from '../../contract/errors.ts'
import { variableName } from '../../contract/ipc/connection.ts'
import { makeFolderSync } from '../../storage/make-folder.ts'

const box = z.object({ nonce: z.string(), data: z.string() })
const record = z.object({
  format: z.literal(1),
  /** Keeps the entries of two profiles apart in the keychain. */
  id: z.uuid(),
  /** Names of the values that are in the keychain. */
  keychain: z.array(variableName).max(10_000),
  /** The values that are kept here, each sealed (signing/store/seal.ts); null: no passphrase was ever chosen. */
  sealed: z
    .object({
      scrypt: z.object({ n: z.number(), r: z.number(), p: z.number(), salt: z.string() }),
      /** Opens with the right passphrase, also while there are no values. */
      check: box,
      boxes: z.record(variableName, box),
    })
    .nullable(),
})

export type VaultRecord = z.infer<typeof record>

export function emptyVault(): VaultRecord {
  return { format: 1, id: randomUUID(), keychain: [], sealed: null }
}

/** @returns null: there is none yet. @throws KEY_UNREADABLE where it is not what this program wrote */
export function readVault(path: string): VaultRecord | null {
  try {
    return record.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new CofferError('KEY_UNREADABLE', `the kept secrets in "${path}" could not be read`, {
      hint: 'Nothing was changed. Mend the file, or move it away and type the secrets in again.',
      cause,
    })
  }
}

/** Whole or not at all; null removes it. Whoever calls sees to it that no other process does so meanwhile. */
export function writeVault(path: string, vault: VaultRecord | null): void {
  if (vault === null) {
    rmSync(path, { force: true })
    return
  }
  makeFolderSync(dirname(path), 0o700)
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const file = openSync(temporary, 'w', 0o600)
    try {
      writeSync(file, `${JSON.stringify(vault, null, 2)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
