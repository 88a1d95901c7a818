import { Button, Radio, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CofferError } from '../../../contract/errors.ts'
import type { ArchiveDescription, ArchiveLocationInput } from '../../../contract/ipc/archive.ts'
import type { BackupOverview } from '../../../contract/results.ts'
import { bytes, count, utc } from '../../format.ts'
import { Card, Empty, Pill, Problem } from '../../parts/basics.tsx'
import { queries, useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'
import type { Draft } from './draft.ts'
import type { StepProps } from './shared.ts'
import { WindowFields } from './window-fields.tsx'

interface Described {
  data: ArchiveDescription | undefined
  error: CofferError | null
}

/** Where the backup is, which one, and what of it. */
export function BackupStep({ draft, change, described }: StepProps & { described: Described }) {
  const { t } = useTranslation('restore')
  return (
    <>
      <Place draft={draft} change={change} />
      {draft.place !== null && <Backups location={draft.place} draft={draft} change={change} />}
      {draft.backupId !== null && described.error !== null && <Problem error={errorOf(described.error)} />}
      {draft.backupId !== null && described.data !== undefined && (
        <WindowFields draft={draft} change={change} topics={described.data.topics} />
      )}
      {described.data !== undefined && described.data.topics.length === 0 && (
        <Empty title={t('backup.empty')}>{t('backup.emptyText')}</Empty>
      )}
    </>
  )
}

/** What was chosen of another backup says nothing of this one. */
const OTHER_BACKUP: Partial<Draft> = {
  streams: null,
  names: {},
  partitions: {},
  when: 'all',
  start: '',
  end: '',
  allowNonEmpty: false,
}

function Place({ draft, change }: StepProps) {
  const { t } = useTranslation('restore')
  const listed = useCall('connections.list', null)
  const storages = (listed.data ?? []).filter((one) => one.kind === 'storage')
  const { place } = draft
  const [byPath, setByPath] = useState(place !== null && 'path' in place)
  const [path, setPath] = useState(place !== null && 'path' in place ? place.path : '')
  const choose = (location: ArchiveLocationInput | null) => change({ place: location, backupId: null, ...OTHER_BACKUP })
  const asPath = byPath || (listed.data !== undefined && storages.length === 0)
  const open = (event: FormEvent) => {
    event.preventDefault()
    // another process may have written there since it was last looked at
    void queries.invalidateQueries({ queryKey: ['archives.list'] })
    if (path.trim() !== '') choose({ path: path.trim() })
  }
  return (
    <Card title={t('backup.where')}>
      {listed.error !== null && <Problem error={errorOf(listed.error)} inside />}
      {storages.length > 0 && (
        <Radio.Group
          label={t('backup.storage')}
          value={asPath ? 'path' : place !== null && 'connectionId' in place ? place.connectionId : null}
          onChange={(value) => {
            setByPath(value === 'path')
            choose(value === 'path' ? null : { connectionId: value })
          }}
        >
          <div className="choice-list">
            {storages.map((one) => (
              <Radio key={one.id} value={one.id} label={one.name} />
            ))}
            <Radio value="path" label={t('backup.elsewhere')} />
          </div>
        </Radio.Group>
      )}
      {asPath && (
        <form className="with-button restore-path" onSubmit={open}>
          <TextInput
            label={t('backup.path')}
            description={t('backup.pathHint')}
            value={path}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setPath(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" disabled={path.trim() === ''}>
            {t('backup.look')}
          </Button>
        </form>
      )}
    </Card>
  )
}

const STATE_TONE = { complete: 'ok', running: 'plain', interrupted: 'warn', failed: 'bad', unknown: 'plain' } as const

function Backups({ location, draft, change }: StepProps & { location: ArchiveLocationInput }) {
  const { t } = useTranslation('restore')
  const listed = useCall('archives.list', { location })
  if (listed.error !== null) return <Problem error={errorOf(listed.error)} title={t('backup.unreadable')} />
  if (listed.data === undefined) {
    return (
      <p className="mute" role="status">
        {t('loading', { ns: 'app' })}
      </p>
    )
  }
  const backups = [...listed.data.backups].reverse()
  return (
    <>
      {listed.data.unreadable.map((one) => (
        <Problem key={one.backup_id} title={one.backup_id} error={one} />
      ))}
      {backups.length === 0 ? (
        <Empty title={t('backup.none')}>{t('backup.noneText', { place: listed.data.location })}</Empty>
      ) : (
        <Card title={t('backup.which')}>
          <Radio.Group
            aria-label={t('backup.which')}
            value={draft.backupId}
            onChange={(backupId) => change({ backupId, ...OTHER_BACKUP })}
          >
            <div className="choice-list backup-list">
              {backups.map((one) => (
                <Radio key={one.backup_id} value={one.backup_id} label={<BackupLine one={one} />} />
              ))}
            </div>
          </Radio.Group>
        </Card>
      )}
    </>
  )
}

function BackupLine({ one }: { one: BackupOverview }) {
  const { t } = useTranslation('restore')
  const { statistics } = one
  return (
    <>
      <strong>{one.backup_id}</strong>{' '}
      {one.state !== 'complete' && <Pill tone={STATE_TONE[one.state]}>{t(`backup.state.${one.state}`)}</Pill>}
      <br />
      <span className="mute">
        {utc(one.updated_at ?? one.created_at)} · {t('streams', { ns: 'app', count: statistics.topics })} ·{' '}
        {count(statistics.records)} {t('backup.records')} · {bytes(statistics.bytes)}
      </span>
    </>
  )
}
