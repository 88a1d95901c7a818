import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { KeyOverview } from '../../../contract/results.ts'
import { Empty, Headline, Problem } from '../../parts/basics.tsx'
import { useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { KeyCard } from './card.tsx'
import { CreateKey, ImportKey } from './forms.tsx'

const SOON_MS = 60 * 86_400_000

/** The keys that sign: what an auditor will trust, until when, and where the private part is. */
export function Page() {
  const { t } = useTranslation('keys')
  const listed = useCall('keys.list', null)
  const [form, setForm] = useState<'create' | 'import' | null>(null)
  const [next, setNext] = useState<string | null>(null)
  // What had the focus is gone with its form: it goes to what came of it as soon as that is there.
  useEffect(() => {
    const element = next === null ? null : document.getElementById(next)
    if (element === null) return
    element.focus()
    setNext(null)
  })
  const close = (made: string | null) => {
    setForm(null)
    setNext(made === null ? `open-${form}` : `key-${made}`)
  }
  const keys = listed.data?.keys ?? []
  return (
    <>
      <Headline sub={t('sub')}>
        {listed.data === undefined ? t('loading', { ns: 'app' }) : headlineOf(keys, t)}
      </Headline>
      {listed.error !== null && <Problem error={errorOf(listed.error)} />}
      {listed.data?.unreadable.map((one) => (
        <Problem key={one.name} title={t('unreadable', { name: one.name })} error={one} />
      ))}
      {keys.map((key) => (
        <KeyCard key={key.name} one={key} />
      ))}
      {listed.data !== undefined && keys.length === 0 && form === null && (
        <Empty title={t('emptyTitle')}>{t('empty')}</Empty>
      )}
      {form === 'create' && <CreateKey onDone={close} />}
      {form === 'import' && <ImportKey onDone={close} />}
      {form === null && listed.data !== undefined && (
        <p className="actions">
          <Button id="open-create" onClick={() => setForm('create')}>
            {t('create.open')}
          </Button>
          <Button id="open-import" variant="default" onClick={() => setForm('import')}>
            {t('import.open')}
          </Button>
        </p>
      )}
    </>
  )
}

type T = ReturnType<typeof useTranslation<'keys'>>['t']

function headlineOf(keys: readonly KeyOverview[], t: T): string {
  const usable = keys.filter((one) => one.status === 'usable')
  if (keys.length === 0) return t('headline.none')
  const expired = keys.find((one) => one.status === 'expired')
  const soon = usable.find((one) => Date.parse(one.certificate?.not_after ?? '') < Date.now() + SOON_MS)
  if (usable.length === 0 && expired !== undefined) return t('headline.expired', { name: expired.name })
  if (usable.length === 0) return t('headline.noneUsable')
  if (soon !== undefined) return t('headline.soon', { name: soon.name })
  return t('headline.usable', { count: usable.length })
}
