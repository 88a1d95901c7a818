import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CofferError } from '../../contract/errors.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import { profileFolder } from '../profile.ts'
import type { FoundPolicy } from './policy.ts'

type Environment = Readonly<Record<string, string | undefined>>

const SUFFIX = { request: '.request.json', decision: '.approval.json', used: '.used.json', done: '.done.json' } as const
type What = keyof typeof SUFFIX

/** Requests and approvals that lie in a folder: `ID.request.json`, `ID.approval.json`, and the marks of their use. */
export interface Exchange {
  folder: string
  /** Another folder to look into: the profile's own, where the exchange is a shared one. */
  folders: string[]
}

/** Where requests and approvals are exchanged: the policy's folder, else one in the profile. */
export function exchangeOf({ policy }: FoundPolicy, environment: Environment): Exchange {
  const own = join(profileFolder(environment), 'approvals')
  return policy.folder === null
    ? { folder: own, folders: [own] }
    : { folder: policy.folder, folders: [policy.folder, own] }
}

/** Paths of all files of a kind, by their ids. */
export async function filesOf(exchange: Exchange, what: What): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const folder of exchange.folders) {
    let names: string[]
    try {
      names = await readdir(folder)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') continue
      throw unusable(folder, cause)
    }
    for (const name of names) {
      const id = name.slice(0, -SUFFIX[what].length)
      if (name.endsWith(SUFFIX[what]) && /^[0-9a-f-]{36}$/.test(id) && !found.has(id)) found.set(id, join(folder, name))
    }
  }
  return found
}

/** Writes a new file beside the others. @throws OBJECT_EXISTS where it is there: nothing is ever replaced */
export async function writeNew(folder: string, id: string, what: What, text: string): Promise<string> {
  const path = join(folder, `${id}${SUFFIX[what]}`)
  try {
    if (
      !(await stat(folder).then(
        (one) => one.isDirectory(),
        () => false,
      ))
    )
      await makeFolder(folder, 0o700)
    // others are to read it
    await writeFile(path, text, { flag: 'wx', mode: 0o644, flush: true })
    return path
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new CofferError('OBJECT_EXISTS', `there is a file "${path}" already`, {
        hint: what === 'decision' ? 'It has been decided: a decision is never replaced.' : 'Make a new request.',
        cause,
      })
    }
    throw unusable(folder, cause)
  }
}

/** Whether an approval has been used, and whether what it allowed is done. */
export async function usageOf(
  exchange: Exchange,
  id: string,
): Promise<{ used: boolean; done: boolean; by: string | null }> {
  const there = async (what: 'used' | 'done') => {
    for (const folder of exchange.folders) {
      try {
        return await readFile(join(folder, `${id}${SUFFIX[what]}`), 'utf8')
      } catch (cause) {
        if (!['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) throw unusable(folder, cause)
      }
    }
    return null
  }
  const used = await there('used')
  let by: string | null = null
  try {
    by = used === null ? null : String((JSON.parse(used) as { by: unknown }).by)
  } catch {
    by = 'somebody'
  }
  return { used: used !== null, done: (await there('done')) !== null, by }
}

function unusable(folder: string, cause: unknown): CofferError {
  const { code, message } = cause as NodeJS.ErrnoException
  const why = code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'not allowed' : message
  return new CofferError('STORAGE_NOT_ALLOWED', `can't use the folder of approvals "${folder}": ${why}`, { cause })
}
