import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { say } from '../../contract/said/said.ts'
import type { UpdateFile } from '../../contract/updates.ts'
import { filesystemError } from '../../storage/filesystem-errors.ts'
import { withFolderLock } from '../../storage/filesystem-lock.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import { writeWhole } from '../../storage/write-whole.ts'
import { parseOwn, readOwn, updateFolder } from './settings.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Packages that were fetched into the profile's own folder, kept in order: the newest version alone, and nothing of a
 * fetch that never ended. Nothing is removed that this profile has not itself begun to fetch, and no package that is not
 * to the byte what it was. What was fetched into a folder that somebody named is theirs.
 */
const fetchedList = z.strictObject({
  format: z.literal('coffer-updates-fetched/1'),
  packages: z
    .array(z.strictObject({ name: z.string(), version: z.string(), size: z.number().int(), sha256: z.string() }))
    .max(1_000),
})
type Fetched = z.infer<typeof fetchedList>['packages'][number]

/** A fetch ends by itself after half a minute without a byte: what nobody has written to for longer is of one that died. */
const DEAD_MS = 5 * 60_000
/** As `writeWhole` names what it has not finished. */
const UNFINISHED = /^\.(.+)\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/

/** Where the window puts what it fetches. */
export const fetchedFolder = (environment: Environment): string => join(updateFolder(environment), 'fetched')

/** Whether a folder is the profile's own one. */
export function isOwnFolder(environment: Environment, folder: string): boolean {
  return resolve(folder) === resolve(fetchedFolder(environment))
}

/** Notes a package before its first byte is asked for: what then is there under its name is this profile's. */
export async function noteFetch(environment: Environment, version: string, file: UpdateFile): Promise<void> {
  const { name, size, sha256 } = file
  await change(environment, async (packages) => [
    ...packages.filter((one) => one.name !== name || one.sha256 !== sha256).slice(-999),
    { name, version, size, sha256 },
  ])
}

/**
 * Removes what fetches left that never ended.
 * @param now milliseconds
 * @returns what was removed; what can't be is left for another time
 */
export async function removeHalfFetched(environment: Environment, now: number): Promise<string[]> {
  const folder = fetchedFolder(environment)
  const removed: string[] = []
  try {
    const found = (await readdir(folder)).filter((entry) => UNFINISHED.test(entry))
    if (found.length === 0) return []
    const names = new Set((await read(environment)).map(({ name }) => name))
    for (const entry of found) {
      const path = join(folder, entry)
      const info = await lstat(path)
      if (!names.has(UNFINISHED.exec(entry)?.[1] ?? '') || !info.isFile() || now - info.mtimeMs < DEAD_MS) continue
      await rm(path)
      removed.push(path)
    }
  } catch {
    // a look is no less true for it
  }
  return removed
}

/**
 * Once a package is there and has been checked: removes those of other versions.
 * @returns what was removed
 */
export async function removeOlder(environment: Environment, version: string): Promise<string[]> {
  const folder = fetchedFolder(environment)
  const removed: string[] = []
  const stuck = new Set<Fetched>()
  await change(environment, async (packages) => {
    for (const one of packages) {
      const path = join(folder, one.name)
      const replaced = packages.some((other) => other.name === one.name && other.version === version)
      if (one.version === version || replaced || !(await isAsFetched(path, one))) continue
      await rm(path).then(
        () => removed.push(path),
        () => stuck.add(one),
      )
    }
    // what is no longer as it was fetched is somebody else's from now on
    return packages.filter((one) => one.version === version || stuck.has(one))
  })
  return removed
}

async function isAsFetched(path: string, { size, sha256 }: Fetched): Promise<boolean> {
  const info = await lstat(path).catch(() => null)
  if (info === null || !info.isFile() || info.size !== size) return false
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex') === sha256
}

const listFile = (environment: Environment): string => join(updateFolder(environment), 'fetched.json')

async function read(environment: Environment): Promise<Fetched[]> {
  const path = listFile(environment)
  const text = await readOwn(path)
  if (text === null) return []
  const hint = 'Remove it: what was fetched until now then stays where it is.'
  return parseOwn(fetchedList, text, path, 'list of fetched packages', hint).packages
}

async function change(environment: Environment, work: (packages: Fetched[]) => Promise<Fetched[]>): Promise<void> {
  const folder = updateFolder(environment)
  const path = listFile(environment)
  try {
    await makeFolder(folder, 0o700)
    await withFolderLock(folder, async () => {
      const packages = await work(await read(environment))
      await writeWhole(path, `${JSON.stringify({ format: 'coffer-updates-fetched/1', packages }, null, 2)}\n`)
    })
  } catch (cause) {
    throw filesystemError(cause, say('disk.write', { path }))
  }
}
