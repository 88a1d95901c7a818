import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CofferError } from '../../contract/errors.ts'
import { say } from '../../contract/said/said.ts'
import { UPDATES_OFF, type UpdateSettings, updateSettings } from '../../contract/updates.ts'
import { filesystemError } from '../../storage/filesystem-errors.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import { writeWhole } from '../../storage/write-whole.ts'
import { findDecided } from '../decided-file.ts'
import { profileFolder } from '../profile.ts'

type Environment = Readonly<Record<string, string | undefined>>

const MOST_BYTES = 100_000
/** Names the settings of an administrator. */
const VARIABLE = 'COFFER_UPDATE_SETTINGS'
/** In the profile. */
const FOLDER = 'updates'
const OWN = join(FOLDER, 'settings.json')

export interface FoundUpdateSettings {
  settings: UpdateSettings
  /** Where they stand; null: nowhere, and nothing is looked for. */
  path: string | null
  /** Whether it is the profile's own file: an organisation's is not changed from here. */
  own: boolean
}

/** Where settings, what was seen, and what was fetched lie. */
export function updateFolder(environment: Environment): string {
  return join(profileFolder(environment), FOLDER)
}

/** The profile's own file. */
export function ownSettings(environment: Environment): string {
  return join(profileFolder(environment), OWN)
}

/**
 * The settings that hold here: the machine's (where only an administrator writes), else those that COFFER_UPDATE_SETTINGS
 * names, else the profile's own. Where there are none, nothing is looked for.
 * @throws CONFIG_UNREADABLE, CONFIG_INVALID_VALUE: settings that are there and can't be read are not taken for "off"
 */
export async function findUpdateSettings(environment: Environment): Promise<FoundUpdateSettings> {
  const file = { name: 'update-settings.json', variable: VARIABLE, own: OWN }
  const decided = await findDecided(environment, file, readSettings)
  if (decided === null) return { settings: UPDATES_OFF, path: null, own: true }
  const { found, path, own } = decided
  return { settings: found, path, own }
}

/**
 * Writes the profile's own settings.
 * @throws USAGE where an organisation's file decides, STORAGE_… where it can't be written
 */
export async function saveUpdateSettings(environment: Environment, settings: UpdateSettings): Promise<void> {
  const found = await findUpdateSettings(environment)
  if (!found.own) {
    throw new CofferError('USAGE', say('update.organisation', { path: found.path ?? '' }), {
      hint: 'Ask your administrator.',
    })
  }
  const path = ownSettings(environment)
  try {
    await makeFolder(updateFolder(environment), 0o700)
    await writeWhole(path, `${JSON.stringify(updateSettings.parse(settings), null, 2)}\n`)
  } catch (cause) {
    throw filesystemError(cause, say('disk.write', { path }))
  }
}

async function readSettings(path: string, required: boolean): Promise<UpdateSettings | null> {
  const text = await readOwn(path)
  if (text !== null) return parseOwn(updateSettings, text, path, 'settings of updates')
  if (!required) return null
  throw new CofferError('CONFIG_UNREADABLE', `can't read the settings of updates "${path}": no such file`, {
    hint: `It is named by ${VARIABLE}.`,
  })
}

/** A small file of the application's own; null: there is none. @throws CONFIG_UNREADABLE */
export async function readOwn(path: string): Promise<string | null> {
  try {
    const { size } = await stat(path)
    if (size > MOST_BYTES) throw new RangeError(`expected at most ${MOST_BYTES} bytes, got ${size}`)
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new CofferError('CONFIG_UNREADABLE', `can't read "${path}": ${code === 'EACCES' ? 'not allowed' : message}`, {
      cause,
    })
  }
}

/** @throws CONFIG_INVALID_VALUE */
export function parseOwn<T>(schema: z.ZodType<T>, text: string, path: string, what: string, hint?: string): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new CofferError('CONFIG_INVALID_VALUE', `can't use the ${what} "${path}": ${firstProblem(cause)}`, {
      ...(hint === undefined ? {} : { hint }),
      cause,
    })
  }
}

/** What a schema or a parser complains of first, for a sentence. */
export function firstProblem(cause: unknown): string {
  if (!(cause instanceof z.ZodError)) return 'it is no JSON'
  const [issue] = cause.issues
  if (issue === undefined) return 'it is not as it should be'
  const where = issue.path.length === 0 ? '' : `"${issue.path.join('.')}": `
  return `${where}${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`
}
