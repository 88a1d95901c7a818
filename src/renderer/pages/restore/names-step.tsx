import { Button, Checkbox, Radio, TagsInput, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ArchiveDescription } from '../../../contract/ipc/archive.ts'
import { bytes, count } from '../../format.ts'
import { Card, Pill } from '../../parts/basics.tsx'
import { DataTable, type TableColumn } from '../../parts/data-table.tsx'
import { chosenStreams, type Draft, type NamesProblem, namesProblem } from './draft.ts'
import type { StepProps } from './shared.ts'

type Topic = ArchiveDescription['topics'][number]

interface Row {
  stream: string
  records: number
  bytes: number
}

/** Which streams, what they are called on the target, how many partitions they get, and whose positions come along. */
export function NamesStep({ draft, change, topics }: StepProps & { topics: readonly Topic[] }) {
  const { t } = useTranslation('restore')
  const all = topics as Topic[]
  const chosen = chosenStreams(draft, all)
  const problem = namesProblem(draft, all)
  return (
    <>
      <Card title={t('names.title')}>
        <TextInput
          label={t('names.prefix')}
          description={t('names.prefixHint')}
          placeholder="restored."
          value={draft.prefix}
          maxLength={200}
          spellCheck={false}
          className="narrow"
          onChange={(event) => change({ prefix: event.currentTarget.value })}
        />
        <Streams draft={draft} change={change} topics={topics} chosen={chosen} />
        <div role="status">
          {problem === null ? (
            <p className="mute">
              {t('names.chosen', { count: chosen.length, of: topics.length })}{' '}
              {Object.keys(draft.partitions).length > 0 && t('names.repartitioned')}
            </p>
          ) : (
            <p>
              <Pill tone="bad">{t('names.wrong')}</Pill> <NameProblem problem={problem} />
            </p>
          )}
        </div>
      </Card>
      <Card title={t('names.more')}>
        <Checkbox
          label={t('names.create')}
          description={t('names.createHint')}
          checked={draft.createTopics}
          onChange={(event) => change({ createTopics: event.currentTarget.checked })}
        />
        <Radio.Group
          mt="md"
          label={t('groups.title')}
          description={t('groups.hint')}
          value={draft.groups}
          onChange={(value) => change({ groups: value as Draft['groups'] })}
        >
          <div className="choices-row">
            <Radio value="none" label={t('groups.none')} />
            <Radio value="all" label={t('groups.all')} />
            <Radio value="some" label={t('groups.some')} />
          </div>
        </Radio.Group>
        {draft.groups === 'some' && (
          <TagsInput
            mt="sm"
            className="narrow"
            label={t('groups.names')}
            description={t('groups.namesHint')}
            value={draft.groupNames}
            acceptValueOnBlur
            onChange={(groupNames) => change({ groupNames })}
          />
        )}
      </Card>
    </>
  )
}

function NameProblem({ problem }: { problem: NamesProblem }) {
  const { t } = useTranslation('restore')
  switch (problem.kind) {
    case 'none':
      return t('names.problem.none')
    case 'name':
      return t('names.problem.name', { stream: problem.stream, name: problem.name })
    case 'twice':
      return t('names.problem.twice', { name: problem.name })
    case 'partitions':
      return t('names.problem.partitions', { stream: problem.stream, value: problem.value })
    case 'groups':
      return t('names.problem.groups')
  }
}

function Streams({ draft, change, topics, chosen }: StepProps & { topics: readonly Topic[]; chosen: string[] }) {
  const { t } = useTranslation('restore')
  const [search, setSearch] = useState('')
  const rows = useMemo(
    () =>
      topics
        .filter(({ topic }) => topic.toLowerCase().includes(search.trim().toLowerCase()))
        .map(({ topic, partitions }) => ({
          stream: topic,
          records: partitions.reduce((sum, one) => sum + one.records, 0),
          bytes: partitions.reduce((sum, one) => sum + one.bytes, 0),
        })),
    [topics, search],
  )
  const isChosen = useMemo(() => new Set(chosen), [chosen])
  const choose = (streams: ReadonlySet<string>) =>
    change({ streams: streams.size === topics.length ? null : [...streams] })
  const toggle = (stream: string) => {
    const next = new Set(isChosen)
    if (!next.delete(stream)) next.add(stream)
    choose(next)
  }
  const typed = (record: Record<string, string>, stream: string, value: string) => {
    const { [stream]: _, ...rest } = record
    return value === '' ? rest : { ...rest, [stream]: value }
  }
  const columns: TableColumn<Row>[] = [
    {
      id: 'stream',
      title: t('names.stream'),
      grow: 3,
      sort: (row) => row.stream,
      cell: (row) => (
        <Checkbox
          label={row.stream}
          checked={isChosen.has(row.stream)}
          onChange={() => toggle(row.stream)}
          description={`${count(row.records)} ${t('backup.records')} · ${bytes(row.bytes)}`}
        />
      ),
    },
    {
      id: 'name',
      title: t('names.target'),
      grow: 3,
      cell: (row) => (
        <TextInput
          size="xs"
          aria-label={t('names.targetOf', { stream: row.stream })}
          value={draft.names[row.stream] ?? ''}
          placeholder={`${draft.prefix}${row.stream}`}
          disabled={!isChosen.has(row.stream)}
          spellCheck={false}
          maxLength={249}
          onChange={(event) => change({ names: typed(draft.names, row.stream, event.currentTarget.value) })}
        />
      ),
    },
    {
      id: 'partitions',
      title: t('names.partitions'),
      grow: 1.5,
      cell: (row) => (
        <TextInput
          size="xs"
          inputMode="numeric"
          aria-label={t('names.partitionsOf', { stream: row.stream })}
          value={draft.partitions[row.stream] ?? ''}
          placeholder={t('names.asArchived')}
          disabled={!isChosen.has(row.stream)}
          onChange={(event) => change({ partitions: typed(draft.partitions, row.stream, event.currentTarget.value) })}
        />
      ),
    },
  ]
  return (
    <div className="restore-streams">
      {topics.length > 1 && (
        <div className="stream-tools">
          <TextInput
            label={t('names.search')}
            value={search}
            spellCheck={false}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <Button variant="default" onClick={() => choose(new Set([...isChosen, ...rows.map((row) => row.stream)]))}>
            {search.trim() === '' ? t('names.takeAll') : t('names.takeFound')}
          </Button>
          <Button
            variant="default"
            onClick={() => {
              const found = new Set(rows.map((row) => row.stream))
              choose(new Set([...isChosen].filter((stream) => !found.has(stream))))
            }}
          >
            {search.trim() === '' ? t('names.takeNone') : t('names.dropFound')}
          </Button>
        </div>
      )}
      <DataTable caption={t('names.caption')} columns={columns} rows={rows} rowKey={(row) => row.stream} />
    </div>
  )
}
