import { useEffect, useState } from 'react'
import type { ArchiveDescription, ArchiveLocationInput } from '../../../contract/ipc/archive.ts'
import type { JobSummary } from '../../../contract/ipc/job.ts'
import type { AbsentKind, AccountTotals, DescribedPartition } from '../../../contract/results.ts'
import { bytes, count, ROUNDED_FROM, rounded, utc } from '../../format.ts'
import { host } from '../../host.ts'
import { Field, Figure, Headline, Pill, Problem } from '../../parts/basics.tsx'
import { type Column, PagedTable } from '../../parts/paged-table.tsx'
import { ArchiveCheck } from '../../parts/verdict.tsx'
import { type Asked, useAsk, useJob } from '../../state.ts'
import { t } from '../../strings.ts'

interface DetailProps {
  location: ArchiveLocationInput
  backupId: string
  onBack(): void
}

/** One backup: what it holds, whether every offset is accounted for, and the check of all of it. */
export function ArchiveDetail({ location, backupId, onBack }: DetailProps) {
  const [described, describe] = useAsk<ArchiveDescription>()
  const [started, start] = useAsk<{ jobId: string }>()
  const job = useJob(started.state === 'done' ? started.value.jobId : null)
  useEffect(() => {
    void describe(() => host.call('archives.describe', { location, backupId }))
  }, [describe, location, backupId])
  const validate = (deep: boolean) => void start(() => host.call('archives.validate', { location, backupId, deep }))

  return (
    <>
      <p>
        <button type="button" className="link" onClick={onBack}>
          ‹ {t.app.back}
        </button>
      </p>
      <Headline sub={subline(described)}>{headline(backupId, described, job)}</Headline>
      {described.state === 'failed' && <Problem error={described.error} />}
      {described.state === 'done' && <Figures description={described.value} deep={deepVerdict(job)} />}
      <section className="card" aria-labelledby="check-title">
        <h2 id="check-title">{t.archives.checkTitle}</h2>
        {job === null || job.outcome !== null ? (
          <>
            {job === null && <p className="mute">{t.archives.checkText}</p>}
            {job !== null && <ArchiveCheck job={job} />}
            <p className="actions">
              <button type="button" className="btn" onClick={() => validate(true)}>
                {t.archives.checkDeep}
              </button>
              <button type="button" className="btn q" onClick={() => validate(false)}>
                {t.archives.checkQuick}
              </button>
            </p>
          </>
        ) : (
          <ArchiveCheck job={job} />
        )}
        {started.state === 'failed' && <Problem error={started.error} />}
      </section>
      {described.state === 'done' && <Partitions description={described.value} />}
    </>
  )
}

function headline(id: string, described: Asked<ArchiveDescription>, job: JobSummary | null): string {
  const words = t.archives.headline
  if (job !== null) {
    if (job.outcome === null) return words.checking(id)
    const facts = job.outcome.state === 'done' ? job.outcome.result : null
    if (facts?.kind === 'validate' && facts.verdict === 'FAILED') return words.damaged(id)
    // Only the deep check has looked at everything that "whole and unchanged" speaks of.
    if (facts?.kind === 'validate' && facts.verdict === 'PASSED' && facts.deep) return words.intact(id)
    if (facts?.kind !== 'validate' || facts.verdict === 'INDETERMINATE') return words.open(id)
  }
  if (described.state === 'failed') return words.failed
  if (described.state !== 'done') return words.reading
  return words.one(id, t.app.records(described.value.overview.statistics.records))
}

function subline(described: Asked<ArchiveDescription>): string {
  if (described.state !== 'done') return t.archives.sub
  const { overview, location } = described.value
  const parts = [location, overview.tool ?? t.archives.otherProgram]
  if (overview.generation !== null) parts.push(t.archives.runs(overview.generation))
  const time = utc(overview.updated_at ?? overview.created_at)
  if (time !== null) parts.push(time)
  return parts.join(' · ')
}

function Figures({ description, deep }: { description: ArchiveDescription; deep: Deep }) {
  const { statistics, compression } = description.overview
  const first = utc(statistics.first_timestamp)
  return (
    <>
      <div className="row">
        <Figure title={t.archives.records} value={rounded(statistics.records)}>
          {t.archives.exact(statistics.records < ROUNDED_FROM ? null : statistics.records, statistics.bytes)}
        </Figure>
        <Figure title={t.archives.streams} value={count(statistics.topics)}>
          {t.archives.partitions(statistics.partitions)} · {t.archives.segments(statistics.segments)}
        </Figure>
        <Figure title={t.archives.kept} value={bytes(statistics.stored_bytes)}>
          {compression}
        </Figure>
        <Figure title={t.archives.span} value={first?.slice(0, 10) ?? t.app.none}>
          {first !== null && `${t.archives.to} ${utc(statistics.last_timestamp)}`}
        </Figure>
      </div>
      <div className="card">
        <Account account={description.account} deep={deep} />
        {description.gaps_total > 0 && (
          <details>
            <summary>{t.archives.gaps(description.gaps_total)}</summary>
            <ul>
              {description.gaps.slice(0, 200).map((gap) => (
                <li key={`${gap.topic}/${gap.partition}/${gap.from}`}>
                  {t.archives.gap(gap.topic, gap.partition, gap.from, gap.to)}{' '}
                  <span className="mute">{t.archives.accountWords[gap.kind]}</span>
                </li>
              ))}
            </ul>
          </details>
        )}
        <p className="mute small">
          {t.archives.digest} <code className="digest">{description.manifest_sha256}</code>
        </p>
      </div>
    </>
  )
}

type Deep = 'PASSED' | 'FAILED' | 'INDETERMINATE' | null

/** The verdict of the last deep check on this page; null where there is none yet. */
function deepVerdict(job: JobSummary | null): Deep {
  const facts = job?.outcome?.state === 'done' ? job.outcome.result : null
  return facts?.kind === 'validate' && facts.deep ? facts.verdict : null
}

/** The account of offsets. What the archive says of itself is green only once it has been added up again. */
function Account({ account, deep }: { account: AccountTotals | null; deep: Deep }) {
  if (account === null) return <p className="mute">{t.archives.accountNone}</p>
  const words = t.archives.accountWords
  const absent = Object.entries(account.absent) as [AbsentKind, number][]
  const open = absent.some(([kind, n]) => n > 0 && (kind === 'unexplained' || kind === 'deleted_during'))
  const parts = [[account.archived, words.archived] as const, ...absent.map(([kind, n]) => [n, words[kind]] as const)]
  return (
    <p>
      {open || deep === 'PASSED' ? (
        <Pill tone={open ? 'warn' : 'ok'}>{open ? t.archives.accountOpen : t.archives.account}</Pill>
      ) : (
        <>{deep === null ? t.archives.accountStated : t.archives.accountFailed}:</>
      )}{' '}
      <span className="mute">{parts.map(([n, word]) => `${count(n)} ${word}`).join(' · ')}</span>
    </p>
  )
}

type PartitionRow = DescribedPartition & { topic: string }

function Partitions({ description }: { description: ArchiveDescription }) {
  const [wanted, setWanted] = useState('')
  const rows: PartitionRow[] = description.topics
    .filter(({ topic }) => topic.includes(wanted))
    .flatMap(({ topic, partitions }) => partitions.map((partition) => ({ ...partition, topic })))
  const c = t.archives.table
  const columns: Column<PartitionRow>[] = [
    { title: c.stream, cell: (row) => row.topic },
    { title: c.partition, right: true, cell: (row) => row.partition },
    {
      title: c.offsets,
      right: true,
      cell: (row) =>
        row.start_offset === null ? t.app.none : `${count(row.start_offset)} – ${count(row.end_offset ?? 0)}`,
    },
    { title: c.records, right: true, cell: (row) => count(row.records) },
    { title: c.size, right: true, cell: (row) => bytes(row.stored_bytes) },
    { title: c.first, cell: (row) => utc(row.first_timestamp) ?? '–' },
    { title: c.last, cell: (row) => utc(row.last_timestamp) ?? '–' },
  ]
  return (
    <div className="card">
      <h2>{t.archives.partitionCaption}</h2>
      <Field id="stream-filter" label={t.archives.filter}>
        <input
          id="stream-filter"
          value={wanted}
          spellCheck={false}
          onChange={(event) => setWanted(event.target.value)}
        />
      </Field>
      <PagedTable
        caption={t.archives.partitionCaption}
        columns={columns}
        rows={rows}
        rowKey={(row) => `${row.topic}/${row.partition}`}
      />
    </div>
  )
}
