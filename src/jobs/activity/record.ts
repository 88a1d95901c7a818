import { stat } from 'node:fs/promises'
import { type ActivityEvent, appendActivity, type JournalKey } from '../../journal/activity/append.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import { activityFolder, openJournalKey, SHORT_PATIENCE_MS } from './key.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Keys once opened, by folder: asking the keychain and deriving a key from a passphrase take their time. */
const opened = new Map<string, Promise<JournalKey>>()

/**
 * Writes events into the journal of a profile, in the order of the calls of this process.
 * @returns one sentence where they could not be written; it is said once in a process, null every other time
 */
export async function recordActivity(
  profile: string,
  environment: Environment,
  events: readonly ActivityEvent[],
): Promise<string | null> {
  const folder = activityFolder(profile)
  const before = queues.get(folder) ?? Promise.resolve()
  const mine = before.then(() => append(folder, environment, events))
  const settled = mine.catch(() => undefined)
  queues.set(folder, settled)
  try {
    await mine
    return null
  } catch (error) {
    if (warned.has(folder)) return null
    warned.add(folder)
    const { code, message } = error as NodeJS.ErrnoException
    const known: Record<string, string> = {
      EACCES: 'not allowed',
      EPERM: 'not allowed',
      EROFS: 'it is read-only',
      ENOSPC: 'the disk is full',
      ENOTDIR: 'a part of it is no folder',
    }
    return `what was done is not in the activity journal in "${folder}": ${known[code ?? ''] ?? message}`
  }
}

const queues = new Map<string, Promise<unknown>>()
const warned = new Set<string>()

async function append(folder: string, environment: Environment, events: readonly ActivityEvent[]): Promise<void> {
  if (
    !(await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    ))
  )
    await makeFolder(folder, 0o700)
  const key = await keyOf(folder, environment)
  await appendActivity(folder, events, key)
  // said once
  key.introduction = null
}

async function keyOf(folder: string, environment: Environment): Promise<JournalKey> {
  const present = opened.get(folder)
  const key = present ?? openJournalKey(folder, environment, SHORT_PATIENCE_MS)
  opened.set(folder, key)
  const found = await key
  // a keychain may be unlocked later
  if (found.signer === null) opened.delete(folder)
  return found
}
