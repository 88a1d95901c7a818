import { Button, Checkbox, Radio, Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { type FormEvent, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ClusterTopic } from '../../../../contract/ipc/calls/plans.ts'
import { saidOf } from '../../../../contract/said/said.ts'
import { bytes, count, duration } from '../../../format.ts'
import { Card, Pill, Problem } from '../../../parts/basics.tsx'
import { DataTable, type TableColumn } from '../../../parts/data-table.tsx'
import { Told } from '../../../parts/told.tsx'
import { errorOf } from '../../../state.ts'
import type { Draft } from './draft.ts'
import { useTopics } from './use-topics.ts'

/** Takes no topic: no name is empty. */
const NOTHING = '~^$'
/** The contract's bound on patterns: whoever wants more names wants a pattern. */
const MOST_PATTERNS = 2_000

interface StepProps {
  draft: Draft
  change(change: Partial<Draft>): void
}

/** Which record streams: all, or by name and pattern, with what that takes on the cluster right now. */
export function StreamsStep({ draft, change }: StepProps) {
  const { t } = useTranslation('backups')
  const [search, setSearch] = useState('')
  const [matchedOnly, setMatchedOnly] = useState(false)
  const [sort, setSort] = useState<'name' | 'size' | 'partitions'>('name')
  const [wanted] = useDebouncedValue(search, 250)
  const chosen = draft.choice === 'chosen'
  const asked = useTopics({
    connectionId: draft.sourceId ?? '',
    // Nothing is chosen yet: an empty list would mean all.
    include: !chosen ? [] : draft.include.length === 0 ? [NOTHING] : draft.include,
    exclude: draft.exclude,
    internal: draft.internal,
    search: wanted,
    matchedOnly,
    sort,
  })
  const data = asked.data?.pages[0]
  const rows = useMemo(() => (asked.data?.pages ?? []).flatMap((page) => page.rows), [asked.data])
  const columns = useColumns(draft, change)

  return (
    <>
      <Card title={t('streams.title')}>
        <Radio.Group
          label={t('streams.which')}
          value={draft.choice}
          onChange={(value) => change({ choice: value === 'all' ? 'all' : 'chosen' })}
        >
          <div className="choice-list">
            <Radio value="chosen" label={t('streams.chosen')} description={t('streams.chosenHint')} />
            <Radio value="all" label={t('streams.all')} description={t('streams.allHint')} />
          </div>
        </Radio.Group>
        {chosen && (
          <Patterns
            label={t('streams.include')}
            hint={t('streams.patternHint')}
            patterns={draft.include}
            counts={draft.include.length === 0 ? [] : (data?.byPattern ?? [])}
            onChange={(include) => change({ include })}
          />
        )}
        <Patterns
          label={t('streams.exclude')}
          hint={t('streams.excludeHint')}
          patterns={draft.exclude}
          counts={[]}
          onChange={(exclude) => change({ exclude })}
        />
        <Checkbox
          label={t('streams.internal')}
          checked={draft.internal}
          onChange={(event) => change({ internal: event.currentTarget.checked })}
        />
        {data?.problems.map((problem) => (
          <p key={problem} role="alert" className="bad-text">
            <Told text={problem} said={saidOf(problem, data.sayings)} />
          </p>
        ))}
      </Card>
      {asked.error !== null && <Problem error={errorOf(asked.error)} />}
      {data !== undefined && (
        <Card title={t('streams.now')}>
          <p role="status">
            {data.matched.topics === 0 ? (
              <Pill tone="warn">
                {chosen && draft.include.length === 0 ? t('streams.noneYet') : t('streams.noMatch')}
              </Pill>
            ) : (
              <>
                <strong>{t('streams.taken', { count: data.matched.topics, of: data.all.topics })}</strong>{' '}
                <span className="mute">
                  {t('partitions', { ns: 'app', count: data.matched.partitions })}
                  {' · '}
                  {data.matched.storedBytes === null ? t('streams.sizeUnknown') : bytes(data.matched.storedBytes)}
                </span>
              </>
            )}
          </p>
          {!data.sizesTold && <p className="mute small">{t('streams.sizesNotTold')}</p>}
          <div className="toolbar">
            <TextInput
              label={t('streams.search')}
              value={search}
              spellCheck={false}
              onChange={(event) => setSearch(event.currentTarget.value)}
            />
            <Select
              label={t('streams.sort')}
              value={sort}
              allowDeselect={false}
              data={[
                { value: 'name', label: t('streams.byName') },
                { value: 'size', label: t('streams.bySize') },
                { value: 'partitions', label: t('streams.byPartitions') },
              ]}
              onChange={(value) => setSort(value === 'size' || value === 'partitions' ? value : 'name')}
            />
            <Checkbox
              label={t('streams.matchedOnly')}
              checked={matchedOnly}
              onChange={(event) => setMatchedOnly(event.currentTarget.checked)}
            />
          </div>
          <DataTable
            caption={t('streams.table')}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.topic}
            total={data.total}
            onEnd={() => {
              if (asked.hasNextPage && !asked.isFetchingNextPage) void asked.fetchNextPage()
            }}
          />
          <p className="mute small">{t('streams.futureNote')}</p>
        </Card>
      )}
      {data === undefined && asked.error === null && <p className="mute">{t('streams.reading')}</p>}
    </>
  )
}

function useColumns(draft: Draft, change: StepProps['change']): TableColumn<ClusterTopic>[] {
  const { t } = useTranslation('backups')
  return useMemo(() => {
    const toggle = ({ topic }: ClusterTopic, on: boolean) =>
      change({ include: on ? [...draft.include, topic] : draft.include.filter((one) => one !== topic) })
    return [
      {
        id: 'topic',
        title: t('streams.columns.topic'),
        grow: 3,
        cell: (row) =>
          draft.choice === 'all' ? (
            row.topic
          ) : (
            <Checkbox
              label={row.topic}
              checked={row.matched}
              // Taken by a pattern: it can be left out by an exception, not by its box.
              disabled={
                (row.matched && !draft.include.includes(row.topic)) ||
                (!row.matched && draft.include.length >= MOST_PATTERNS)
              }
              onChange={(event) => toggle(row, event.currentTarget.checked)}
            />
          ),
      },
      {
        id: 'partitions',
        title: t('streams.columns.partitions'),
        right: true,
        cell: (row) => count(row.partitions),
      },
      {
        id: 'size',
        title: t('streams.columns.size'),
        right: true,
        cell: (row) => (row.storedBytes === null ? '–' : bytes(row.storedBytes)),
      },
      {
        id: 'offsets',
        title: t('streams.columns.records'),
        right: true,
        cell: (row) => (row.details === null ? '–' : count(row.details.offsets)),
      },
      {
        id: 'retention',
        title: t('streams.columns.retention'),
        grow: 2,
        cell: (row) => <Retention topic={row} />,
      },
    ]
  }, [t, draft.choice, draft.include, change])
}

/** How long the cluster itself keeps records: a backup has to come sooner. */
function Retention({ topic: { details } }: { topic: ClusterTopic }) {
  const { t } = useTranslation('backups')
  if (details === null || details.cleanupPolicy === null)
    return <span className="mute">{t('unknown', { ns: 'app' })}</span>
  const parts: string[] = []
  if (details.cleanupPolicy.includes('compact')) parts.push(t('streams.compacted'))
  if (details.cleanupPolicy.includes('delete')) {
    parts.push(details.retentionMs === null ? t('streams.forEver') : duration(details.retentionMs / 1000))
    if (details.retentionBytes !== null) parts.push(t('streams.upTo', { size: bytes(details.retentionBytes) }))
  }
  return <span>{parts.join(', ')}</span>
}

interface PatternsProps {
  label: string
  hint: string
  patterns: string[]
  /** How many topics each takes. */
  counts: number[]
  onChange(patterns: string[]): void
}

function Patterns({ label, hint, patterns, counts, onChange }: PatternsProps) {
  const { t } = useTranslation('backups')
  const [typed, setTyped] = useState('')
  const add = (event: FormEvent) => {
    event.preventDefault()
    const fresh = typed
      .split(/[\s,]+/)
      .filter((one) => one !== '' && !patterns.includes(one))
      .slice(0, MOST_PATTERNS - patterns.length)
    if (fresh.length > 0) onChange([...patterns, ...fresh])
    setTyped('')
  }
  return (
    <form className="patterns" onSubmit={add}>
      <div className="with-button">
        <TextInput
          className="grow"
          label={label}
          description={hint}
          value={typed}
          spellCheck={false}
          autoComplete="off"
          classNames={{ input: 'mono' }}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={typed.trim() === ''}>
          {t('streams.add')}
        </Button>
      </div>
      {patterns.length > 0 && (
        <ul className="tags" aria-label={label}>
          {patterns.slice(0, 100).map((pattern, index) => (
            <li key={pattern}>
              <code>{pattern}</code>
              {counts[index] !== undefined && (
                <span className={counts[index] === 0 ? 'bad-text small' : 'mute small'}>
                  {t('streams.takes', { count: counts[index] })}
                </span>
              )}
              <button
                type="button"
                className="link"
                aria-label={t('streams.drop', { pattern })}
                onClick={() => onChange(patterns.filter((one) => one !== pattern))}
              >
                ✕
              </button>
            </li>
          ))}
          {patterns.length > 100 && (
            <li className="mute">{t('streams.moreNames', { count: patterns.length - 100 })}</li>
          )}
        </ul>
      )}
    </form>
  )
}
