import { useState } from 'react'
import type { JobSummary } from '../../../contract/ipc/job.ts'
import { sentence, timeOfDay } from '../../format.ts'
import { Headline, Pill, Problem } from '../../parts/basics.tsx'
import { JobProgress } from '../../parts/progress.tsx'
import { Verdict } from '../../parts/verdict.tsx'
import { useCall } from '../../query.ts'
import { useAllJobs } from '../../state.ts'
import { t } from '../../strings.ts'
import { jobSentence, jobTitle, jobVerdict } from '../../words.ts'
import { StartJob } from './start-job.tsx'

const SHOWN_AT_ONCE = 20

export function Page() {
  const directory = useCall('app.info', null).data?.directory ?? ''
  const jobs = useAllJobs()
  const [shown, setShown] = useState(SHOWN_AT_ONCE)
  return (
    <>
      <Headline sub={jobs.length === 0 ? t.jobs.subNone : t.jobs.sub}>{headline(jobs)}</Headline>
      <StartJob directory={directory} />
      <section aria-labelledby="history">
        <h2 id="history">{t.jobs.history}</h2>
        {jobs.length === 0 && (
          <div className="card empty">
            <p>
              <strong>{t.jobs.emptyTitle}</strong>
            </p>
            <p className="mute">{t.jobs.empty}</p>
          </div>
        )}
        {jobs.slice(0, shown).map((job) => (
          <Job key={job.jobId} job={job} />
        ))}
        {jobs.length > shown && (
          <button type="button" className="btn q" onClick={() => setShown(shown + SHOWN_AT_ONCE)}>
            {t.app.next}
          </button>
        )}
      </section>
    </>
  )
}

function headline(jobs: JobSummary[]): string {
  const running = jobs.filter((job) => job.outcome === null).length
  if (running > 0) return t.jobs.headline.running(running)
  const last = jobs[0]
  if (last === undefined) return t.jobs.headline.idle
  const { tone } = jobVerdict(last)
  if (tone === 'bad') return t.jobs.headline.failed(jobTitle(last))
  return tone === 'ok' ? t.jobs.headline.done(jobTitle(last)) : t.jobs.headline.idle
}

function Job({ job }: { job: JobSummary }) {
  const { tone, word } = jobVerdict(job)
  const id = `job-${job.jobId}`
  return (
    <article className={tone === 'bad' ? 'card problem' : 'card'} aria-labelledby={id}>
      <div className="between">
        <h3 id={id}>{jobTitle(job)}</h3>
        <span>
          <span className="mute small">
            {job.endedAt === null ? t.jobs.started(timeOfDay(job.startedAt)) : t.jobs.ended(timeOfDay(job.endedAt))}
          </span>{' '}
          <Pill tone={tone}>{word}</Pill>
        </span>
      </div>
      {job.outcome === null ? <JobProgress job={job} /> : <Ended job={job} />}
      {job.log.length > 0 && (
        <details>
          <summary>
            {t.jobs.log} ({job.log.length})
          </summary>
          <ol className="log">
            {job.log.map((line, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name but their place
              <li key={at}>
                <span className="mute">{timeOfDay(line.at)}</span> {line.level} {line.message}
              </li>
            ))}
          </ol>
        </details>
      )}
    </article>
  )
}

function Ended({ job }: { job: JobSummary }) {
  const { outcome } = job
  if (outcome === null) return null
  if (outcome.state === 'failed') return <Problem error={outcome.error} inside />
  const facts = outcome.result
  if (facts.kind === 'validate') return <Verdict facts={facts} inside />
  if (facts.kind !== 'backup' && facts.kind !== 'restore') return null
  return (
    <>
      <p>{jobSentence(facts)}</p>
      <p className="mute small">{t.jobs.where(facts.location)}</p>
      {facts.kind === 'backup' && facts.gaps > 0 && (
        <p>
          <Pill tone="warn">{t.jobs.gaps(facts.gaps)}</Pill>
        </p>
      )}
      {facts.kind === 'restore' && facts.failures.map((failure) => <p key={failure}>{sentence(failure)}</p>)}
      {facts.warnings.length > 0 && (
        <details>
          <summary>{t.jobs.warnings(facts.warnings.length)}</summary>
          <ul>
            {facts.warnings.map((warning) => (
              <li key={warning}>{sentence(warning)}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}
