import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ActivityVerdict } from '../../src/contract/activity.ts'
import { say } from '../../src/contract/said/said.ts'
import {
  type ActivityEvent,
  appendActivity,
  type HeadMemory,
  JOURNAL_FILE,
  type JournalHead,
  type JournalKey,
} from '../../src/journal/activity/append.ts'
import { type KnownKey, verifyActivity } from '../../src/journal/activity/verify.ts'

const root = mkdtempSync(join(tmpdir(), 'coffer-activity-'))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))

/** A folder that goes when the test's process does. */
export function freshFolder(): string {
  return mkdtempSync(join(root, 'folder-'))
}

export interface TestKey extends JournalKey {
  known: KnownKey
  head: JournalHead | null
}

/** A key as the keychain would give it, with a memory of the last line. */
export function testKey(options: { remembers?: boolean } = {}): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const der = publicKey.export({ type: 'spki', format: 'der' })
  const keyId = createHash('sha256').update(der).digest('hex')
  const key: TestKey = {
    signer: { keyId, publicKey: der, sign: (data) => sign(null, data, privateKey) },
    unsigned: null,
    memory: null,
    introduction: null,
    known: { keyId, publicKey: der, confirmedBy: 'keychain' },
    head: null,
  }
  const memory: HeadMemory = {
    read: async () => key.head,
    write: async (head) => {
      key.head = head
    },
  }
  key.memory = options.remembers === false ? null : memory
  return key
}

export const UNSIGNED: JournalKey = {
  signer: null,
  unsigned: 'no keychain answers here',
  memory: null,
  introduction: null,
}

export function event(subject: string): ActivityEvent {
  return {
    action: 'connection saved',
    phase: 'event',
    subject,
    via: 'window',
    name: 'Jane Doe',
    before: { kind: 'storage', yaml: 'ünï' },
    after: { kind: 'storage', paused: true, n: 3, none: null },
    details: { place: 's3://bucket/x' },
    result: { exit_code: 0, error: 'USAGE', verdict: 'PASSED', message: 'well' },
    run: 'r1',
  }
}

/** A journal of so many lines. @returns its folder and file */
export async function journalOf(key: JournalKey, lines: number): Promise<{ folder: string; file: string }> {
  const folder = freshFolder()
  for (let i = 1; i <= lines; i++) await appendActivity(folder, [event(`thing ${i}`)], key)
  return { folder, file: join(folder, JOURNAL_FILE) }
}

export function check(file: string, key: TestKey, keys: KnownKey[] = [key.known]): Promise<ActivityVerdict> {
  return verifyActivity(file, {
    keys,
    remembered: key.head,
    forgotten: say('journal.forgotten'),
    unconfirmed: null,
  })
}

/** Problems as `line: reason`. */
export function problemsOf(verdict: ActivityVerdict): string[] {
  return verdict.problems.map(({ line, reason }) => `${line}: ${reason}`)
}

/** Problems by the number of their line. */
export function linesOfProblems(verdict: ActivityVerdict): number[] {
  return verdict.problems.map(({ line }) => line)
}
