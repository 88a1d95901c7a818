import { Button, Tabs } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import type { ArchiveDescription, ArchiveLocationInput } from '../../../../contract/ipc/archive.ts'
import type { JobSummary } from '../../../../contract/ipc/job.ts'
import { saveAs } from '../../../files.ts'
import { bytes, count, ROUNDED_FROM, rounded, utc } from '../../../format.ts'
import { Back } from '../../../parts/back.tsx'
import { Figure, Headline, Pill, Problem } from '../../../parts/basics.tsx'
import { Told } from '../../../parts/told.tsx'
import { useAct, useCall } from '../../../query.ts'
import { errorOf, useJob } from '../../../state.ts'
import { AccountCard, type Deep } from './account-card.tsx'
import { CheckCard } from './check-card.tsx'
import { CustodyPanel, GroupsPanel } from './custody-panel.tsx'
import { Holds } from './holds-panel.tsx'
import { CoverageCard, SizesCard } from './pictures.tsx'
import { addressOf, locationOf } from './place.ts'
import { StreamsPanel } from './streams-panel.tsx'

/** One backup: what it holds, whether every offset is accounted for, who did what with it, and the check of all of it. */
export function ArchivePage() {
  const params = useParams()
  const backupId = params.backupId ?? ''
  const location = locationOf(params)
  // The check on this page is of this backup alone.
  return <ArchiveView key={addressOf(location, backupId)} location={location} backupId={backupId} />
}

function ArchiveView({ location, backupId }: { location: ArchiveLocationInput; backupId: string }) {
  const { t } = useTranslation('backups')
  const asked = useCall('archives.describe', { location, backupId })
  const [jobId, setJobId] = useState<string | null>(null)
  const job = useJob(jobId)
  const deep = deepVerdict(job)
  const description = asked.data
  return (
    <>
      <Back to={addressOf(location)}>{t('archives.allHere')}</Back>
      <Headline sub={description === undefined ? t('archives.sub') : <SubLine description={description} />}>
        {headline(t, backupId, description, asked.error !== null, job)}
      </Headline>
      {asked.error !== null && <Problem error={errorOf(asked.error)} />}
      {description !== undefined && <Figures description={description} />}
      <CheckCard location={location} backupId={backupId} job={job} onStarted={setJobId} />
      {description !== undefined && (
        <Tabs defaultValue="holds" keepMounted={false} className="archive-tabs">
          <Tabs.List aria-label={t('archives.views')}>
            <Tabs.Tab value="holds">{t('archives.tabs.holds')}</Tabs.Tab>
            <Tabs.Tab value="streams">{t('archives.tabs.streams')}</Tabs.Tab>
            <Tabs.Tab value="custody">{t('archives.tabs.custody')}</Tabs.Tab>
            <Tabs.Tab value="groups">{t('archives.tabs.groups')}</Tabs.Tab>
            <Tabs.Tab value="hold">{t('holds.title')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="holds">
            <AccountCard description={description} deep={deep} />
            <CoverageCard spans={description.coverage} />
            <SizesCard topics={description.topics} />
            <Identity description={description} location={location} backupId={backupId} />
          </Tabs.Panel>
          <Tabs.Panel value="streams">
            <StreamsPanel description={description} />
          </Tabs.Panel>
          <Tabs.Panel value="custody">
            <CustodyPanel location={location} backupId={backupId} />
          </Tabs.Panel>
          <Tabs.Panel value="groups">
            <GroupsPanel location={location} backupId={backupId} />
          </Tabs.Panel>
          <Tabs.Panel value="hold">
            <Holds location={location} backupId={backupId} />
          </Tabs.Panel>
        </Tabs>
      )}
    </>
  )
}

/** The verdict of the last deep check on this page; null where there is none yet. */
function deepVerdict(job: JobSummary | null): Deep {
  const facts = job?.outcome?.state === 'done' ? job.outcome.result : null
  return facts?.kind === 'validate' && facts.deep ? facts.verdict : null
}

function headline(
  t: ReturnType<typeof useTranslation<'backups'>>['t'],
  id: string,
  description: ArchiveDescription | undefined,
  failed: boolean,
  job: JobSummary | null,
): string {
  if (job !== null) {
    if (job.outcome === null) return t('archives.headline.checking', { id })
    const facts = job.outcome.state === 'done' ? job.outcome.result : null
    if (facts?.kind === 'validate' && facts.verdict === 'FAILED') return t('archives.headline.damaged', { id })
    // Only the deep check has looked at everything that "whole and unchanged" speaks of.
    if (facts?.kind === 'validate' && facts.verdict === 'PASSED' && facts.deep)
      return t('archives.headline.intact', { id })
    if (facts?.kind !== 'validate' || facts.verdict === 'INDETERMINATE') return t('archives.headline.open', { id })
  }
  if (failed) return t('archives.unreadPlace')
  if (description === undefined) return t('archives.reading')
  return t('archives.headline.one', { id, count: description.overview.statistics.records })
}

function SubLine({ description: { overview, location } }: { description: ArchiveDescription }) {
  const { t } = useTranslation('backups')
  const parts = [location, overview.tool ?? t('archives.otherProgram')]
  if (overview.generation !== null) parts.push(t('archives.runs', { count: overview.generation }))
  const time = utc(overview.updated_at ?? overview.created_at)
  if (time !== null) parts.push(t('archives.lastRun', { time }))
  return parts.join(' · ')
}

function Figures({ description }: { description: ArchiveDescription }) {
  const { t } = useTranslation('backups')
  const { statistics, compression } = description.overview
  const first = utc(statistics.first_timestamp)
  return (
    <div className="row">
      <Figure title={t('archives.records')} value={rounded(statistics.records)}>
        {statistics.records >= ROUNDED_FROM && `${count(statistics.records)}, `}
        {t('archives.before', { size: bytes(statistics.bytes) })}
      </Figure>
      <Figure title={t('archives.streamsTitle')} value={count(statistics.topics)}>
        {t('partitions', { ns: 'app', count: statistics.partitions })} ·{' '}
        {t('archives.segments', { count: statistics.segments })}
      </Figure>
      <Figure title={t('archives.kept')} value={bytes(statistics.stored_bytes)}>
        {compression}
      </Figure>
      <Figure title={t('archives.span')} value={first?.slice(0, 10) ?? t('none', { ns: 'app' })}>
        {first !== null && t('archives.to', { time: utc(statistics.last_timestamp) ?? '' })}
      </Figure>
    </div>
  )
}

const SIGNATURE_TONE = { signed: 'ok', unsigned: 'plain', broken: 'bad' } as const

/** What tells this archive from every other: the digest of its manifest, and who signed it. */
function Identity({
  description,
  location,
  backupId,
}: {
  description: ArchiveDescription
  location: ArchiveLocationInput
  backupId: string
}) {
  const { t } = useTranslation('backups')
  const exported = useAct('archives.export')
  const { signature } = description
  return (
    <section className="card" aria-labelledby="identity-title">
      <h2 id="identity-title">{t('archives.identity')}</h2>
      <p className="small">
        <span className="mute">{t('archives.digest')}</span>{' '}
        <code className="digest">{description.manifest_sha256}</code>
      </p>
      {signature !== null && (
        <p>
          <Pill tone={SIGNATURE_TONE[signature.state]}>{t(`archives.signature.${signature.state}`)}</Pill>{' '}
          <span className="mute small">
            <Told text={signature.reason} said={signature.said} />
            {signature.key_id !== null && (
              <>
                {' '}
                · {t('archives.key')} <code className="digest">{signature.key_id}</code>
              </>
            )}
          </span>
        </p>
      )}
      {signature?.state === 'signed' && <p className="mute small">{t('archives.trustNote')}</p>}
      <p className="actions">
        <Button
          variant="default"
          loading={exported.isPending}
          onClick={() => exported.mutate({ location, backupId }, { onSuccess: (file) => void saveAs(file) })}
        >
          {t('archives.export')}
        </Button>
      </p>
      {exported.error !== null && <Problem error={errorOf(exported.error)} inside />}
    </section>
  )
}
