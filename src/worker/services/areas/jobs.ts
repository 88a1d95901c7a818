import { basename } from 'node:path'
import { isMap, parseDocument } from 'yaml'
import type { AreaHandlers, CallInput } from '../../../contract/ipc/map.ts'
import type { ConfigSource } from '../../../contract/jobs.ts'
import { readConfig } from '../config-file.ts'
import type { ServiceCore } from '../core.ts'
import { resumeJob, withSession } from '../resume.ts'

export const jobHandlers = (core: ServiceCore): AreaHandlers<'jobs'> => ({
  'jobs.startFromYaml': (input) => startFromYaml(core, input),
  'jobs.cancel': async ({ jobId, atOnce }) => {
    // one that runs in another process, or for a schedule, is asked through the history
    const asked = !core.jobs.has(jobId) && (await core.memory()).history.askToStop(jobId)
    if (!asked) core.jobs.cancel(jobId, atOnce)
    return null
  },
  'jobs.pause': async ({ jobId }) => {
    core.jobs.pause(jobId)
    return null
  },
  'jobs.resume': ({ jobId }) => resumeJob(core, jobId),
  'jobs.list': async () => core.jobs.list(),
  'jobs.page': async (query) => {
    const { history } = await core.memory()
    history.endCrashed()
    const page = history.page(query)
    return { ...page, rows: page.rows.map((row) => withSession(core, row)) }
  },
  'jobs.get': async ({ jobId }) => withSession(core, (await core.memory()).history.get(jobId)),
})

async function startFromYaml(
  core: ServiceCore,
  { source, dryRun }: CallInput<'jobs.startFromYaml'>,
): Promise<{ jobId: string }> {
  const file = 'path' in source ? core.path(source.path) : null
  const config: ConfigSource =
    'text' in source
      ? { text: source.text, name: 'configuration', directory: core.options.directory }
      : await readConfig(core.path(source.path), source.path)
  const { mode, subject } = glance(config)
  // Any other mode goes to the backup job, whose reading of the file says what is wrong and on which line.
  const kind = mode === 'restore' ? 'restore' : 'backup'
  return core.start({ kind, config, dryRun }, subject, file === null ? {} : { file })
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
