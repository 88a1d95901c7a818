import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Conclusion } from '../../../contract/evidence/questions.ts'
import type { ShownPackage } from '../../../contract/ipc/calls/requests.ts'
import type { JobSummary } from '../../../contract/ipc/job.ts'
import { bytes, count, duration, moment, sentence } from '../../format.ts'
import { Card, Pill, Problem, type Tone } from '../../parts/basics.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { CopyText } from '../../parts/copy-text.tsx'
import { useAct } from '../../query.ts'
import { errorOf, useJob } from '../../state.ts'
import { FilterLine } from './filter-line.tsx'
import { PackageActions } from './package-actions.tsx'

/** One package: how its making goes or what came of it, and what can be done with it. */
export function PackageCard({ id, made }: { id: string; made: ShownPackage }) {
  const job = useJob(made.jobId === '' ? null : made.jobId)
  if (made.outcome === 'running') return <Making made={made} job={job} />
  return made.facts === null ? <Unfinished id={id} made={made} /> : <Made id={id} made={made} />
}

function Making({ made, job }: { made: ShownPackage; job: JobSummary | null }) {
  const { t } = useTranslation('requests')
  const cancel = useAct('jobs.cancel', ['requests.get'])
  const progress = job?.progress ?? null
  const percent =
    progress?.bytesTotal == null || progress.bytesTotal === 0
      ? null
      : Math.min(99, Math.floor((progress.bytesDone / progress.bytesTotal) * 100))
  return (
    <Card title={<span className="as-is">{made.file}</span>}>
      <p role="status">{t('package.making')}</p>
      <progress max={100} value={percent ?? undefined} aria-label={t('package.making')} />
      {progress !== null && (
        <p className="between mute">
          <span>
            {t('package.progress', {
              done: count(progress.recordsDone),
              of: count(progress.recordsTotal ?? 0),
              rate: bytes(progress.bytesPerSecond),
            })}
          </span>
          <span>{progress.secondsLeft !== null && t('package.left', { time: duration(progress.secondsLeft) })}</span>
        </p>
      )}
      {job !== null && job.outcome === null && (
        <p className="actions">
          <Button
            size="xs"
            variant="default"
            disabled={job.stopping || cancel.isPending || cancel.isSuccess}
            onClick={() => cancel.mutate({ jobId: job.jobId, atOnce: false })}
          >
            {job.stopping || cancel.isSuccess ? t('package.stopping') : t('package.stop')}
          </Button>
        </p>
      )}
    </Card>
  )
}

function Unfinished({ id, made }: { id: string; made: ShownPackage }) {
  const { t } = useTranslation('requests')
  const [asking, setAsking] = useState(false)
  const resume = useAct('requests.resume', ['requests.get'])
  const discard = useAct('requests.discard', ['requests.get', 'requests.list'])
  const failed = made.outcome === 'failed'
  const error = resume.error ?? discard.error
  return (
    <Card title={<span className="as-is">{made.file}</span>} tone={failed ? 'bad' : 'warn'}>
      <p role="status">
        <Pill tone={failed ? 'bad' : 'warn'}>{failed ? t('package.failed') : t('package.stopped')}</Pill>{' '}
        {failed ? '' : t('package.stoppedWhy')}
      </p>
      {failed && made.error !== null && (
        <Problem
          inside
          error={{
            code: made.error.code,
            message: made.error.message,
            ...(made.error.hint === null ? {} : { hint: made.error.hint }),
          }}
        />
      )}
      <p className="actions">
        {made.resumable && (
          <Button size="xs" loading={resume.isPending} onClick={() => resume.mutate({ id, file: made.file })}>
            {failed ? t('retry', { ns: 'app' }) : t('package.goOn')}
          </Button>
        )}
        <Button size="xs" variant="default" onClick={() => setAsking(true)}>
          {t('package.discard')}
        </Button>
      </p>
      {error !== null && <Problem error={errorOf(error)} inside />}
      <Confirm
        opened={asking}
        title={t('package.discard')}
        action={t('package.discard')}
        danger
        busy={discard.isPending}
        onConfirm={() => discard.mutate({ id, file: made.file }, { onSettled: () => setAsking(false) })}
        onClose={() => setAsking(false)}
      >
        <p>{t('package.discardWhy', { file: made.file })}</p>
      </Confirm>
    </Card>
  )
}

function Made({ id, made }: { id: string; made: ShownPackage }) {
  const { t } = useTranslation('requests')
  const { facts } = made
  if (facts === null) return null
  const damaged = made.outcome === 'damaged'
  const bad = damaged || made.size === null || made.verified?.verdict === 'failed'
  // no colour of a verdict before anything was verified
  const tone: Tone = bad ? 'bad' : made.verified === null ? 'plain' : VERDICT_TONE[made.verified.verdict]
  return (
    <Card title={<span className="as-is">{made.file}</span>} tone={tone}>
      <p className="package-answer">
        {facts.records === 0 ? t('package.nothingFound') : t('package.found', { count: facts.records })}
      </p>
      <p className="mute">
        {facts.records === 0 && `${t('package.nothingWhy')} `}
        {t('package.from', { backup: facts.backupId })}{' '}
        {facts.filter !== null && (
          <FilterLine intro={t('package.filter')} filter={facts.filter} said={facts.filterSaid} />
        )}{' '}
        {facts.redacted > 0 && t('package.redacted', { count: facts.redacted })}
      </p>
      {damaged && <p className="bad-text">{t('package.damaged', { count: facts.segmentsFailed })}</p>}
      {made.size === null && <p className="bad-text">{t('package.gone')}</p>}
      <div className="pills">
        {facts.signed ? (
          <Pill tone="plain">{t('package.signedBy', { name: facts.signedBy ?? '' })}</Pill>
        ) : (
          <Pill tone="warn">{t('package.unsigned')}</Pill>
        )}
        <VerdictPill made={made} />
      </div>
      <PackageActions id={id} made={made} />
      <details>
        <summary>{t('details', { ns: 'app' })}</summary>
        <dl className="facts">
          <dt>{t('package.sha256')}</dt>
          <dd>
            <CopyText text={facts.sha256} label={t('package.sha256')} />
          </dd>
          <dt>{t('package.path')}</dt>
          <dd>
            <CopyText text={made.path} label={t('package.path')} />
          </dd>
          <dt>{t('package.size')}</dt>
          <dd>{bytes(facts.bytes)}</dd>
          <dt>{t('package.made')}</dt>
          <dd>{made.endedAt === null ? '' : moment(Date.parse(made.endedAt))}</dd>
          <dt>{t('package.level')}</dt>
          <dd>{facts.signatureLevel ?? t('none', { ns: 'app' })}</dd>
          <dt>{t('package.archive')}</dt>
          <dd>
            <code>{facts.location}</code>
          </dd>
          <dt>{t('package.check')}</dt>
          <dd>
            <CopyText text={`coffer verify ${shell(made.path)} --trust ROOT.pem`} label={t('package.check')} />
          </dd>
        </dl>
      </details>
    </Card>
  )
}

const VERDICT_TONE = { passed: 'ok', indeterminate: 'warn', failed: 'bad' } as const

function VerdictPill({ made: { verified } }: { made: ShownPackage }) {
  const { t } = useTranslation('requests')
  if (verified === null) return <Pill tone="plain">{t('package.notVerified')}</Pill>
  return (
    <>
      <Pill tone={VERDICT_TONE[verified.verdict]}>{t(`package.verdict.${concluded(verified)}`)}</Pill>
      <span className="mute small">
        {t('package.verifiedAt', { at: moment(Date.parse(verified.at)) })}{' '}
        {/* the verifier's own sentence, beside the verdict in the window's words */}
        <span lang="en" data-words="none">
          {sentence(verified.reason)}
        </span>{' '}
        {verified.trusted !== null && t('package.trustOwn', { key: verified.trusted })}
      </span>
    </>
  )
}

/** What was kept before it said more than the verdict is as open as it was. */
function concluded({ conclusion, verdict }: NonNullable<ShownPackage['verified']>): Conclusion {
  return conclusion ?? (verdict === 'indeterminate' ? 'notConfirmed' : verdict)
}

/** A path as a shell takes it. */
const shell = (path: string): string => (/^[\w./:@-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)
