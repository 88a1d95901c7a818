import { join } from 'node:path'
import { say } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { type UpdateLook, type UpdateMemory, updateMemory } from '../../contract/updates.ts'
import { filesystemError } from '../../storage/filesystem-errors.ts'
import { withFolderLock } from '../../storage/filesystem-lock.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import { writeWhole } from '../../storage/write-whole.ts'
import { refused } from './refused.ts'
import { parseOwn, readOwn, updateFolder } from './settings.ts'

type Environment = Readonly<Record<string, string | undefined>>

const NOTHING: UpdateMemory = { format: 'coffer-updates-seen/1', lists: [], last: null }
const MOST_LISTS = 1_000

/** A list as it is remembered: which one, of whom. */
export interface SeenList {
  key_id: string
  channel: string
  serial: number
  /** Of its bytes. */
  sha256: string
}

/**
 * What this profile has seen. A file that can't be read stops a look: taken for empty, it would let an old list pass.
 * @throws CONFIG_UNREADABLE, CONFIG_INVALID_VALUE
 */
export async function readMemory(environment: Environment): Promise<UpdateMemory> {
  const path = memoryFile(environment)
  const text = await readOwn(path)
  if (text === null) return NOTHING
  const hint = 'It keeps an old list from being taken for the newest. Find out who changed it, then remove it.'
  return parseOwn(updateMemory, text, path, 'memory of updates', hint)
}

/**
 * Remembers a list whose signature holds, unless a later one was seen. In one step for all processes: two looks at the
 * same time can't both take the older.
 * @throws UPDATE_REFUSED where a later one, or another one of the same number, was seen before
 */
export async function rememberList(environment: Environment, list: SeenList, now: number): Promise<void> {
  await change(environment, (memory) => {
    const isSame = (one: SeenList) => one.key_id === list.key_id && one.channel === list.channel
    const seen = memory.lists.find(isSame)
    if (seen !== undefined && list.serial < seen.serial) {
      const values = { got: list.serial, seen: seen.serial, at: seen.seen_at }
      const hint = 'An old list hides newer versions. Ask the publisher, and whoever runs the address.'
      throw refused('rollback', 'update.older', values, { hint })
    }
    if (seen !== undefined && list.serial === seen.serial && list.sha256 !== seen.sha256) {
      const hint = 'A publisher gives each list its own number. Ask which of the two is theirs.'
      throw refused('rollback', 'update.another', { serial: list.serial, at: seen.seen_at }, { hint })
    }
    const entry = { ...list, seen_at: isoTime(now) }
    return { ...memory, lists: [entry, ...memory.lists.filter((one) => !isSame(one))].slice(0, MOST_LISTS) }
  })
}

/** The last look, for the window. */
export async function rememberLook(environment: Environment, look: UpdateLook): Promise<void> {
  await change(environment, (memory) => ({ ...memory, last: look }))
}

function memoryFile(environment: Environment): string {
  return join(updateFolder(environment), 'seen.json')
}

async function change(environment: Environment, work: (memory: UpdateMemory) => UpdateMemory): Promise<void> {
  const folder = updateFolder(environment)
  const path = memoryFile(environment)
  try {
    await makeFolder(folder, 0o700)
    await withFolderLock(folder, async () => {
      const changed = work(await readMemory(environment))
      await writeWhole(path, `${JSON.stringify(updateMemory.parse(changed), null, 2)}\n`)
    })
  } catch (cause) {
    throw filesystemError(cause, say('disk.write', { path }))
  }
}
