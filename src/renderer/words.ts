import type { JobFacts, JobSummary } from '../contract/ipc/job.ts'
import { bytes, duration } from './format.ts'
import type { Tone } from './parts/basics.tsx'
import { t } from './strings.ts'

/** What a job is, as a name: `Backup “trading”`. */
export function jobTitle(job: JobSummary): string {
  const { kind, subject } = job
  if (kind === 'backup' || kind === 'restore' || kind === 'validate' || kind === 'check')
    return t.jobs.kinds[kind](subject)
  return t.jobs.kinds.other(subject)
}

/** The state of a job as a verdict. */
export function jobVerdict(job: JobSummary): { tone: Tone; word: string } {
  const { outcome } = job
  if (outcome === null) return { tone: 'plain', word: job.stopping ? t.jobs.state.stopping : t.jobs.state.running }
  if (outcome.state === 'failed') {
    return outcome.error.code === 'INTERRUPTED'
      ? { tone: 'warn', word: t.jobs.state.interrupted }
      : { tone: 'bad', word: t.jobs.state.failed }
  }
  const { result, exitCode } = outcome
  if (exitCode === 130) return { tone: 'warn', word: t.jobs.state.interrupted }
  if (result.kind === 'validate') {
    if (result.verdict === 'PASSED') return { tone: 'ok', word: t.archives.verdict.PASSED }
    if (result.verdict === 'FAILED') return { tone: 'bad', word: t.jobs.state.damaged }
    return { tone: 'warn', word: t.jobs.state.open }
  }
  if (exitCode !== 0) return { tone: 'bad', word: t.jobs.state.failed }
  if ((result.kind === 'backup' || result.kind === 'restore') && result.dryRun)
    return { tone: 'ok', word: t.jobs.state.planned }
  return { tone: 'ok', word: t.jobs.state.done }
}

/** What a job found or did, in a sentence. */
export function jobSentence(facts: JobFacts): string {
  switch (facts.kind) {
    case 'backup': {
      if (facts.state === 'interrupted') return t.jobs.backupStopped(facts.records)
      const stored = facts.storedBytes
      const size =
        facts.bytes === null
          ? t.jobs.sizeUnknown
          : stored === null
            ? bytes(facts.bytes)
            : t.jobs.storedAs(facts.bytes, stored)
      const time = facts.seconds === null ? t.jobs.timeUnknown : duration(facts.seconds)
      const say = facts.dryRun ? t.jobs.backupPlanned : t.jobs.backupDone
      return say(facts.records, facts.topics, size, time)
    }
    case 'restore':
      if (facts.state === 'interrupted') return t.jobs.restoreStopped(facts.records)
      if (facts.state === 'failed') return t.jobs.restoreRefused
      if (facts.dryRun) return t.jobs.restorePlanned(facts.records, facts.topics)
      return t.jobs.restoreDone(
        facts.records,
        facts.topics,
        facts.seconds === null ? t.jobs.timeUnknown : duration(facts.seconds),
      )
    case 'validate':
      return facts.deep
        ? t.archives.checked(facts.records, facts.bytes, facts.segments, duration(facts.seconds))
        : t.archives.checkedQuick(facts.segments, duration(facts.seconds))
    default:
      return ''
  }
}
