import type { JobDetail } from '../../../contract/ipc/history.ts'

const LINES = 50

/** A job as text for a ticket: in English and UTC whatever the window speaks, since those who help read it. */
export function detailsOf(job: JobDetail, name: string, version: string): string {
  const at = (time: number | null) => (time === null ? '-' : new Date(time).toISOString())
  const error = job.outcome?.state === 'failed' ? job.outcome.error : null
  const lines = [
    name,
    `kind: ${job.kind}${job.dryRun ? ' (dry run)' : ''}`,
    `job: ${job.jobId}`,
    `state: ${job.state}`,
    `started: ${at(job.startedAt)}`,
    `ended: ${at(job.endedAt)}`,
    `coffer: ${version}`,
  ]
  if (job.schedule !== null) lines.push(`schedule: ${job.schedule}`)
  if (error !== null) {
    lines.push(`code: ${error.code}`, `reason: ${error.message}`)
    if (error.hint !== undefined) lines.push(`hint: ${error.hint}`)
    if (error.details !== undefined) lines.push(`details: ${JSON.stringify(error.details)}`)
  }
  if (job.outcome?.state === 'done') lines.push(`exit code: ${job.outcome.exitCode}`)
  if (job.progress !== null) lines.push(`progress: ${job.progress.recordsDone} records, ${job.progress.phase}`)
  if (job.log.length > 0) lines.push('log:')
  for (const line of job.log.slice(-LINES)) lines.push(`  ${at(line.at)} ${line.level} ${line.message}`)
  return `${lines.join('\n')}\n`
}
