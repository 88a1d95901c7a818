import type { JobFacts, JobSummary } from '../../contract/ipc/job.ts'
import { sentence } from '../format.ts'
import { t } from '../strings.ts'
import { jobSentence } from '../words.ts'
import { Pill, Problem } from './basics.tsx'
import { JobProgress } from './progress.tsx'

export const VERDICT_TONE = { PASSED: 'ok', FAILED: 'bad', INDETERMINATE: 'warn' } as const
const SEVERITY_TONE = { error: 'bad', warning: 'warn', note: 'plain' } as const

type ValidateFacts = JobFacts & { kind: 'validate' }

/** How a check of an archive goes, and what it came to. */
export function ArchiveCheck({ job }: { job: JobSummary }) {
  if (job.outcome === null) return <JobProgress job={job} />
  if (job.outcome.state === 'failed') return <Problem error={job.outcome.error} inside />
  const facts = job.outcome.result
  return facts.kind === 'validate' ? <Verdict facts={facts} /> : <p>{t.archives.stopped}</p>
}

/** @param inside of a card that shows the verdict's sign already */
export function Verdict({ facts, inside = false }: { facts: ValidateFacts; inside?: boolean }) {
  return (
    <div role="status">
      <p>
        {!inside && <Pill tone={VERDICT_TONE[facts.verdict]}>{t.archives.verdict[facts.verdict]}</Pill>}{' '}
        {sentence(facts.reason)}
      </p>
      <p className="mute">{jobSentence(facts)}</p>
      {facts.findingsTotal > 0 && (
        <>
          <h3>{t.archives.findings(facts.findingsTotal)}</h3>
          {facts.findings.length < facts.findingsTotal && (
            <p className="mute small">{t.archives.findingsShown(facts.findings.length, facts.findingsTotal)}</p>
          )}
          <ul className="findings">
            {facts.findings.map((finding) => (
              <li key={JSON.stringify(finding)}>
                <Pill tone={SEVERITY_TONE[finding.severity]}>{t.archives.severity[finding.severity]}</Pill>{' '}
                {sentence(finding.reason)}
                <div className="mute small">
                  <code>{finding.code}</code> {finding.segment}
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
