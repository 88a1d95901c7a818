import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SerializedError } from '../../../contract/errors.ts'
import { pickFiles } from '../../files.ts'
import { day } from '../../format.ts'
import { Card, Problem } from '../../parts/basics.tsx'
import { useAct, useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'

/** Certificates and keys by which this user trusts signatures, remembered with their day. @param changed to judge anew */
export function TrustCard({ changed }: { changed: () => void }) {
  const { t } = useTranslation('verify')
  const trusted = useCall('verify.trusted', null)
  const trust = useAct('verify.trust', ['verify.trusted'])
  const distrust = useAct('verify.distrust', ['verify.trusted'])
  const [error, setError] = useState<SerializedError | null>(null)
  const attempt = async (work: () => Promise<unknown>) => {
    setError(null)
    try {
      await work()
    } catch (thrown) {
      setError(errorOf(thrown))
    }
  }
  const add = () =>
    attempt(async () => {
      const filters = [{ name: t('trust.files'), extensions: ['pem', 'crt', 'cer', 'der', 'pub'] }]
      const files = await pickFiles({ title: t('trust.add'), filters, several: true })
      if (files.length === 0) return
      await trust.mutateAsync({ files: files.map((file) => file.id) })
      changed()
    })
  const remove = (sha256: string) =>
    attempt(async () => {
      await distrust.mutateAsync({ sha256 })
      changed()
    })
  return (
    <Card title={t('trust.title')}>
      <p className="mute">{trusted.data?.length === 0 ? t('trust.nobody') : t('trust.what')}</p>
      {trusted.error !== null && <Problem error={errorOf(trusted.error)} inside />}
      <ul className="trusted">
        {trusted.data?.map((one) => (
          <li key={one.sha256}>
            <div>
              <strong>{one.name}</strong>{' '}
              <span className="mute">
                {t(one.own ? 'trust.own' : 'trust.since', { day: day(Date.parse(one.since)) })}
              </span>
              <div className="mono mute">SHA-256 {one.sha256}</div>
            </div>
            {!one.own && (
              <Button
                variant="default"
                size="xs"
                onClick={() => void remove(one.sha256)}
                aria-label={t('trust.removeNamed', { name: one.name })}
              >
                {t('remove', { ns: 'app' })}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {error !== null && <Problem error={error} inside />}
      <p className="actions">
        <Button variant="default" onClick={() => void add()} loading={trust.isPending}>
          {t('trust.add')}
        </Button>
      </p>
    </Card>
  )
}
