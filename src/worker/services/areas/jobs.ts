import { readFile, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { isMap, parseDocument } from 'yaml'
import { CofferError } from '../../../contract/errors.ts'
import { MAX_TEXT } from '../../../contract/ipc/limits.ts'
import type { AreaHandlers, CallInput } from '../../../contract/ipc/map.ts'
import type { ConfigSource } from '../../../contract/jobs.ts'
import type { ServiceCore } from '../core.ts'

export const jobHandlers = (core: ServiceCore): AreaHandlers<'jobs'> => ({
  'jobs.startFromYaml': (input) => startFromYaml(core, input),
  'jobs.cancel': async ({ jobId, atOnce }) => {
    core.jobs.cancel(jobId, atOnce)
    return null
  },
  'jobs.list': async () => core.jobs.list(),
})

async function startFromYaml(
  core: ServiceCore,
  { source, dryRun }: CallInput<'jobs.startFromYaml'>,
): Promise<{ jobId: string }> {
  const config: ConfigSource =
    'text' in source
      ? { text: source.text, name: 'configuration', directory: core.options.directory }
      : await readConfig(core.path(source.path), source.path)
  const { mode, subject } = glance(config)
  // Any other mode goes to the backup job, whose reading of the file says what is wrong and on which line.
  const kind = mode === 'restore' ? 'restore' : 'backup'
  return core.start({ kind, config, dryRun }, subject)
}

/** What the file says it is, without resolving or judging it: that is the job's, which names the line. */
function glance(config: ConfigSource): { mode: unknown; subject: string } {
  const subject = basename(config.name)
  try {
    const { contents } = parseDocument(config.text)
    if (!isMap<unknown, unknown>(contents)) return { mode: undefined, subject }
    const [mode, id]: unknown[] = [contents.get('mode'), contents.get('backup_id')]
    return { mode, subject: typeof id === 'string' && id !== '' ? id.slice(0, 200) : subject }
  } catch {
    return { mode: undefined, subject }
  }
}

/** @throws CONFIG_UNREADABLE */
async function readConfig(path: string, name: string): Promise<ConfigSource> {
  try {
    // Asked before opening: opening a named pipe would wait for its other end.
    const { size, isFile } = await stat(path).then((found) => ({ size: found.size, isFile: found.isFile() }))
    if (!isFile) throw new Error('it is not a file')
    if (size > MAX_TEXT) throw new Error(`it has ${size} bytes, and a configuration has at most ${MAX_TEXT}`)
    return { text: await readFile(path, 'utf8'), name, directory: dirname(path) }
  } catch (error) {
    throw new CofferError('CONFIG_UNREADABLE', `the file "${name}" could not be read: ${reason(error)}`, {
      hint: `Relative paths start at the folder that Coffer was started in. Looked at "${path}".`,
      cause: error,
    })
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'it may not be read by this user'
  return message
}
