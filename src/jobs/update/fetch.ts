import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CofferError } from '../../contract/errors.ts'
import type { JobContext } from '../../contract/jobs.ts'
import type { UpdateFetchResult } from '../../contract/results/update.ts'
import { say } from '../../contract/said/said.ts'
import type { UpdateFile, UpdateVersion } from '../../contract/updates.ts'
import { filesystemError } from '../../storage/filesystem-errors.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import { writeWhole } from '../../storage/write-whole.ts'
import { ProgressMeter } from '../progress.ts'
import { look, type UpdateWorld } from './check.ts'
import { refused } from './refused.ts'
import type { UpdateSource } from './source.ts'
import { isOwnFolder, noteFetch, removeOlder } from './tidy.ts'

/** Others are to read it: whoever installs it is seldom who fetched it. Nothing makes it a program. */
const MODE = 0o644

/**
 * Fetches a package of the newest version. The list is got and checked anew first; what is written is to the byte what the
 * list says, or nothing is. It is never opened, started or installed.
 * @throws USAGE for a name that the version does not have, or a file there that is another one; as `look`; STORAGE_…
 */
export async function runFetch(
  request: { name: string | null; output: string },
  world: UpdateWorld,
  context: JobContext,
): Promise<UpdateFetchResult> {
  const { result, source } = await look(world)
  const common = {
    kind: 'update' as const,
    action: 'fetch' as const,
    running: result.running,
    key_id: result.list.key_id,
  }
  if (result.newest === null) {
    const nothing = { version: null, file: null, path: null, sha256: null, already: false, removed: result.removed }
    return { ...common, state: 'up-to-date', ...nothing }
  }
  const file = chosen(result.newest, result.fitting, request.name)
  const folder = resolve(request.output)
  const path = join(folder, file.name)
  const already = await isThere(path, file, world.signal)
  const { version } = result.newest
  const own = isOwnFolder(world.environment, folder)
  if (!already) {
    if (own) await noteFetch(world.environment, version, file)
    await write(path, folder, file, source, world, context)
  }
  const older = own ? await removeOlder(world.environment, version) : []
  const removed = [...result.removed, ...older]
  return { ...common, state: 'fetched', version, file, path, sha256: file.sha256, already, removed }
}

function chosen(newest: UpdateVersion, fitting: readonly UpdateFile[], name: string | null): UpdateFile {
  const names = (files: readonly UpdateFile[]) => files.map((file) => file.name).join(', ')
  if (name !== null) {
    const file = newest.files.find((one) => one.name === name)
    if (file !== undefined) return file
    throw new CofferError('USAGE', `version ${newest.version} has no file "${name}"`, {
      hint: newest.files.length === 0 ? 'It has none at all.' : `It has: ${names(newest.files)}.`,
    })
  }
  const [file] = fitting
  if (file !== undefined && fitting.length === 1) return file
  throw new CofferError(
    'USAGE',
    `version ${newest.version} has ${fitting.length} files for ${process.platform} on ${process.arch}, expected one`,
    {
      hint:
        newest.files.length === 0
          ? 'Ask the publisher.'
          : `Name one with --name: ${names(fitting.length === 0 ? newest.files : fitting)}.`,
    },
  )
}

/** Whether the very file is there already. @throws USAGE where another one has its name */
async function isThere(path: string, file: UpdateFile, signal: AbortSignal): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
    throw filesystemError(error, say('disk.lookUp', { path }))
  })
  if (found === null) return false
  if (found.isFile() && found.size === file.size) {
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(path, { signal })) hash.update(chunk as Buffer)
    if (hash.digest('hex') === file.sha256) return true
  }
  throw new CofferError('USAGE', say('update.otherFile', { path }), {
    hint: 'Move it away, or give another folder.',
  })
}

async function write(
  path: string,
  folder: string,
  file: UpdateFile,
  source: UpdateSource,
  world: UpdateWorld,
  context: JobContext,
): Promise<void> {
  const start = { phase: say('phase.fetching', { name: file.name }), recordsTotal: null, bytesTotal: file.size }
  const meter = new ProgressMeter(context, start)
  try {
    await makeFolder(folder, 0o700)
    await writeWhole(path, checked(file, source, meter), MODE)
  } catch (error) {
    world.signal.throwIfAborted()
    throw filesystemError(error, say('disk.write', { path }))
  } finally {
    meter.stop()
  }
}

/** The bytes of a package; it ends with an error, and so nothing gets its name, unless they are those of the list. */
async function* checked(file: UpdateFile, source: UpdateSource, meter: ProgressMeter): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of source.package(file.name, file.size)) {
    size += chunk.length
    if (size > file.size) throw refused('too_large', 'update.tooLarge', { most: file.size, address: file.name })
    hash.update(chunk)
    meter.add(0, chunk.length)
    yield chunk
  }
  const digest = hash.digest('hex')
  if (size !== file.size || digest !== file.sha256) {
    const { name, size: stated, sha256 } = file
    throw refused('digest', 'update.digest', { size: stated, name, sha256, gotSize: size, gotSha256: digest })
  }
}
