import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JobQuery } from '../../src/contract/ipc/history.ts'
import type { JobRequest } from '../../src/contract/jobs.ts'
import type { Keychain } from '../../src/signing/store/keychain.ts'
import type { NewJob } from '../../src/worker/profile/job-history.ts'
import { removeOnExit } from '../rig/child.ts'

/** A folder of its own, removed at the end. */
export function temporaryProfile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-profile-'))
  removeOnExit(folder)
  return join(folder, 'profile')
}

export const ALL: JobQuery = {
  kinds: [],
  states: [],
  text: '',
  from: null,
  to: null,
  sort: 'started',
  descending: true,
  cursor: null,
  limit: 100,
}

export function backupRequest(text = 'mode: backup\nbackup_id: b\n'): JobRequest {
  const config = { text, name: 'b.yaml', directory: '/tmp' }
  return { kind: 'backup', config, dryRun: false, environment: { SECRET: 'never on disk' } }
}

export function newJob(jobId: string, more: Partial<NewJob> = {}): NewJob {
  const rest = { subject: 'ledger', file: null, startedAt: 1_000, schedule: null, continues: null }
  return { jobId, request: backupRequest(), ...rest, ...more }
}

/** A FAKE of the operating system's keychain, for what the vault does with one that fails; the real one is in vault.real.test.ts. */
export function fakeKeychain(): Keychain & { entries: Map<string, Buffer>; broken: boolean } {
  const entries = new Map<string, Buffer>()
  const keychain = {
    entries,
    broken: false,
    read: async (account: string) => entries.get(account) ?? null,
    write: async (account: string, secret: Buffer) => {
      if (keychain.broken) throw new Error('it is full')
      entries.set(account, Buffer.from(secret))
    },
    remove: async (account: string) => void entries.delete(account),
  }
  return keychain
}
