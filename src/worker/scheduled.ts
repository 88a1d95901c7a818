import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CofferError } from '../contract/errors.ts'
import type { ConfigSource, JobEvent, JobOutcome, JobRequest } from '../contract/jobs.ts'
import type { Schedule, ScheduledKind } from '../contract/schedule.ts'
import { profileFolder } from '../jobs/profile.ts'
import type { StartScheduled } from '../jobs/schedule/run.ts'
import { runJob } from './client.ts'
import { endStateOf } from './profile/job-rows.ts'
import { ProfileMemory } from './profile/memory.ts'
import { connectionsKeychain, Vault } from './profile/vault.ts'
import { windowOutcome } from './services/facts.ts'

/**
 * Runs a schedule's job in a thread of its own, with the file as it stands now. Relative paths in it are relative to
 * its own folder: a service has no other. `${VAR}`s that the environment has not are taken from the profile's keychain.
 * Each run is in the profile's history of jobs, as those of the windows are.
 */
export function startScheduled(environment: Record<string, string>): StartScheduled {
  const profile = profileFolder(environment)
  let memory: Promise<ProfileMemory | null> | null = null
  return async (schedule, signal) => {
    let text: string
    try {
      text = await readFile(schedule.config, 'utf8')
    } catch (cause) {
      throw new CofferError('CONFIG_UNREADABLE', `can't read the configuration file "${schedule.config}"`, { cause })
    }
    const config: ConfigSource = { text, name: schedule.config, directory: dirname(schedule.config) }
    const vault = new Vault({
      profile,
      keychain: environment.COFFER_KEY_STORE === 'file' ? null : connectionsKeychain,
      exclusively: (work) => work(),
    })
    await vault.ready()
    // what the service was started with wins: a service may be given other rights on purpose
    const whole = { ...vault.values(), ...environment }
    const request: JobRequest = { environment: whole, ...requestOf(schedule.kind, config, schedule.name) }
    // A history that can't be written must not keep a backup from running.
    memory ??= ProfileMemory.open(profile, (told) => vault.clean(told)).catch(() => null)
    return runRecorded(await memory, request, schedule, signal)
  }
}

async function runRecorded(
  memory: ProfileMemory | null,
  request: JobRequest,
  schedule: Schedule,
  signal: AbortSignal,
): Promise<JobOutcome> {
  const jobId = randomUUID()
  const asked = new AbortController()
  const history = memory?.history ?? null
  const either = AbortSignal.any([signal, asked.signal])
  const subject = schedule.name
  let remembered = false
  try {
    const origin = { schedule: schedule.name, file: schedule.config, continues: null, startedAt: Date.now() }
    history?.begin({ jobId, request, subject, ...origin }, () => asked.abort())
    remembered = history !== null
  } catch {
    // as above
  }
  const onEvent = (event: JobEvent) => {
    if (!remembered || history === null) return
    if (event.type === 'progress') history.progress(jobId, event.progress)
    if (event.type === 'log' && event.level !== 'debug') {
      history.log(jobId, { at: Date.now(), level: event.level, message: event.message })
    }
    if (event.type !== 'finished') return
    const outcome = windowOutcome(request.kind, event.outcome)
    try {
      // a run that the service's end cut off is taken up again by the schedule
      history.end(jobId, outcome, endStateOf(outcome, asked.signal.aborted ? 'cancel' : 'pause'))
    } catch {
      // as above
    }
  }
  return runJob(request, { jobId, signal: either, via: 'schedule', onEvent })
}

type WithoutEnvironment<T> = T extends unknown ? Omit<T, 'environment'> : never

function requestOf(kind: ScheduledKind, config: ConfigSource, name: string): WithoutEnvironment<JobRequest> {
  switch (kind) {
    case 'backup':
      return { kind, config, dryRun: false }
    case 'validation':
      return { kind, config, triggeredBy: `schedule "${name}"`, pitr: null }
    case 'extract':
      return { kind, config, dryRun: false }
    case 'monthly-report':
      return { kind, config, month: null, deep: false }
    case 'snapshot-groups':
    case 'check':
      return { kind, config }
  }
}
