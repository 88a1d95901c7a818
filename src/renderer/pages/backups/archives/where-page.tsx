import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { hasNativeDialogs, pickFolder } from '../../../files.ts'
import { Card, Headline, Problem } from '../../../parts/basics.tsx'
import { useCall } from '../../../query.ts'
import { errorOf } from '../../../state.ts'
import { addressOf } from './place.ts'

/** Where the archive is: a storage that is connected, a folder, or the address of a bucket. */
export function WherePage() {
  const { t } = useTranslation('backups')
  const navigate = useNavigate()
  const [path, setPath] = useState('')
  const listed = useCall('connections.list', null)
  const storages = (listed.data ?? []).filter((one) => one.kind === 'storage')
  const open = (event: FormEvent) => {
    event.preventDefault()
    if (path.trim() !== '') void navigate(addressOf({ path: path.trim() }))
  }
  const pick = async () => {
    const folder = await pickFolder(t('archives.path'))
    if (folder?.path != null) void navigate(addressOf({ path: folder.path }))
  }
  return (
    <>
      <Headline sub={t('archives.sub')}>{t('archives.where')}</Headline>
      {listed.error !== null && <Problem error={errorOf(listed.error)} />}
      {storages.length > 0 && (
        <Card title={t('archives.connected')}>
          <ul className="places">
            {storages.map((one) => (
              <li key={one.id}>
                <Link to={addressOf({ connectionId: one.id })}>{one.name}</Link>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Card title={t('archives.elsewhere')}>
        <form onSubmit={open}>
          <TextInput
            label={t('archives.path')}
            description={t('archives.pathHint')}
            value={path}
            spellCheck={false}
            autoComplete="off"
            classNames={{ input: 'mono' }}
            onChange={(event) => setPath(event.currentTarget.value)}
          />
          <p className="actions after-choice">
            <Button type="submit" disabled={path.trim() === ''}>
              {t('archives.open')}
            </Button>
            {hasNativeDialogs && (
              <Button variant="default" onClick={() => void pick()}>
                {t('archives.choose')}
              </Button>
            )}
          </p>
        </form>
      </Card>
    </>
  )
}
