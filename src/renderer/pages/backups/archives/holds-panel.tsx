import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ArchiveLocationInput } from '../../../../contract/ipc/archive.ts'
import type { JobFacts } from '../../../../contract/ipc/job.ts'
import type { CallInput, CallOutput } from '../../../../contract/ipc/map.ts'
import { saidOf } from '../../../../contract/said/said.ts'
import { count, utc } from '../../../format.ts'
import { AskApproval, needsApproval } from '../../../parts/ask-approval.tsx'
import { Card, Pill, Problem } from '../../../parts/basics.tsx'
import { Confirm } from '../../../parts/confirm.tsx'
import { JobProgress } from '../../../parts/progress.tsx'
import { Told } from '../../../parts/told.tsx'
import { useAct, useCall } from '../../../query.ts'
import { errorOf, useJob } from '../../../state.ts'
import { ExtendRetention } from './extend-retention.tsx'

interface HoldsProps {
  location: ArchiveLocationInput
  backupId: string
}

/** What keeps a backup from being deleted, as its storage tells; to place a legal hold and to lift it. */
export function Holds({ location, backupId }: HoldsProps) {
  const { t } = useTranslation('backups')
  const [asked, setAsked] = useState(false)
  const [doing, setDoing] = useState<{ action: 'place' | 'lift'; matter: string } | null>(null)
  const listed = useCall('holds.list', { location, backupId }, { enabled: asked })
  const [extending, setExtending] = useState(false)
  const change = useAct('holds.change')
  const extend = useAct('holds.extend')
  const [jobId, setJobId] = useState<string | null>(null)
  /** What was tried last, where the policy may ask a second person for it. */
  const [wanted, setWanted] = useState<CallInput<'approvals.request'>['wanted'] | null>(null)
  const job = useJob(jobId)
  const { data } = listed
  const running = job !== null && job.outcome === null

  return (
    <Card title={t('holds.title')}>
      {!asked && <p className="mute">{t('holds.text')}</p>}
      {asked && listed.isFetching && <p role="status">{t('holds.reading')}</p>}
      {listed.error !== null && <Problem error={errorOf(listed.error)} inside />}
      {data !== undefined && <State of={data} onLift={(matter) => setDoing({ action: 'lift', matter })} />}
      {job !== null && job.outcome === null && <JobProgress job={job} />}
      {job?.outcome?.state === 'failed' && <Problem error={job.outcome.error} inside />}
      {job?.outcome?.state === 'failed' && needsApproval(job.outcome.error) && <AskApproval wanted={wanted} />}
      {job?.outcome?.state === 'done' && <Done result={job.outcome.result} />}
      {extend.error !== null && <Problem error={errorOf(extend.error)} inside />}
      {change.error !== null && <Problem error={errorOf(change.error)} inside />}
      <p className="actions">
        <Button
          variant="default"
          size="xs"
          loading={asked && listed.isFetching}
          onClick={() => (asked ? void listed.refetch() : setAsked(true))}
        >
          {t('holds.look')}
        </Button>
        {data !== undefined && data.refusal === null && (
          <Button size="xs" disabled={running} onClick={() => setDoing({ action: 'place', matter: '' })}>
            {t('holds.place')}
          </Button>
        )}
        {data !== undefined && data.refusal === null && (
          <Button variant="default" size="xs" disabled={running} onClick={() => setExtending(true)}>
            {t('retention.extend')}
          </Button>
        )}
      </p>
      {extending && (
        <ExtendRetention
          backupId={backupId}
          busy={extend.isPending}
          onClose={() => setExtending(false)}
          onDo={(extension) => {
            const { mode, until } = extension
            setWanted({ kind: 'retention', location, backupId, mode, until })
            extend.mutate(
              { location, backupId, ...extension },
              {
                onSuccess: (started) => setJobId(started.jobId),
                onSettled: () => setExtending(false),
              },
            )
          }}
        />
      )}
      {doing !== null && (
        <Change
          action={doing.action}
          matter={doing.matter}
          busy={change.isPending}
          onClose={() => setDoing(null)}
          onDo={(matter, reason) => {
            setWanted({ kind: 'hold-lift', location, backupId, matter })
            change.mutate(
              { location, backupId, action: doing.action, matter, reason },
              { onSuccess: (started) => setJobId(started.jobId), onSettled: () => setDoing(null) },
            )
          }}
        />
      )}
    </Card>
  )
}

/** What came of it, by what the storage answered when it was read back. */
function Done({ result }: { result: JobFacts }) {
  const { t } = useTranslation('backups')
  if (result.kind !== 'retention') return <p role="status">{t('holds.changed')}</p>
  const whole = result.state === 'complete'
  return (
    <p role="status">
      <Pill tone={whole ? 'ok' : 'warn'}>{whole ? t('retention.kept') : t('retention.partly')}</Pill>{' '}
      {t('retention.done', {
        objects: count(result.objects),
        extended: count(result.extended),
        already: count(result.already),
        mode: result.mode,
        until: utc(result.until) ?? '',
      })}
      {!whole && ` ${t('retention.again')}`}
    </p>
  )
}

function State({ of: held, onLift }: { of: CallOutput<'holds.list'>; onLift(matter: string): void }) {
  const { t } = useTranslation('backups')
  if (held.refusal !== null) {
    return (
      <p>
        <Pill tone="plain">{t('holds.none')}</Pill> {t('holds.cannot')}{' '}
        <Told text={held.refusal} said={saidOf(held.refusal, held.sayings)} />
      </p>
    )
  }
  const whole = held.not_held_total === 0
  const tone = held.matters.length === 0 ? 'plain' : whole ? 'ok' : 'bad'
  return (
    <>
      <p role="status">
        <Pill tone={tone}>
          {held.matters.length === 0 ? t('holds.none') : whole ? t('holds.held') : t('holds.open')}
        </Pill>{' '}
        {t('holds.objects', { held: held.held, all: held.objects })}
      </p>
      {held.matters.map((one) => (
        <div className="between" key={one.matter}>
          <p>
            <strong>{one.matter}</strong>: {one.reason}{' '}
            <span className="mute small">{t('holds.since', { when: utc(one.since) ?? '', by: one.by })}</span>
          </p>
          <Button
            variant="default"
            size="xs"
            onClick={() => onLift(one.matter)}
            aria-label={t('holds.liftOf', { matter: one.matter })}
          >
            {t('holds.lift')}
          </Button>
        </div>
      ))}
      {held.warnings.map((warning) => (
        <p key={warning}>
          <Pill tone="warn">{t('holds.mind')}</Pill> <Told text={warning} said={saidOf(warning, held.sayings)} />
        </p>
      ))}
      {held.matters.length > 0 && held.not_held_total > 0 && (
        <details>
          <summary>{t('holds.without', { n: count(held.not_held_total) })}</summary>
          <ul>
            {held.not_held.map((key) => (
              <li key={key}>
                <code>{key}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

interface ChangeProps {
  action: 'place' | 'lift'
  matter: string
  busy: boolean
  onClose(): void
  onDo(matter: string, reason: string): void
}

/** What will happen, in words, and why it is done: it goes into the chain of custody. */
function Change({ action, matter: given, busy, onClose, onDo }: ChangeProps) {
  const { t } = useTranslation('backups')
  const [matter, setMatter] = useState(given)
  const [reason, setReason] = useState('')
  const ready = matter.trim() !== '' && reason.trim() !== ''
  return (
    <Confirm
      opened
      title={t(`holds.${action}`)}
      action={t(`holds.${action}`)}
      danger={action === 'lift'}
      busy={busy}
      {...(action === 'lift' ? { word: given } : {})}
      onClose={onClose}
      onConfirm={() => ready && onDo(matter.trim(), reason.trim())}
    >
      <p>{t(`holds.${action}Text`)}</p>
      {action === 'place' && (
        <TextInput
          label={t('holds.matter')}
          value={matter}
          required
          data-autofocus
          onChange={(event) => setMatter(event.currentTarget.value)}
        />
      )}
      <TextInput
        mt="sm"
        mb="sm"
        label={t('holds.reason')}
        value={reason}
        required
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Confirm>
  )
}
