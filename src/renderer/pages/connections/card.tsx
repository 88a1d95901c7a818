import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Connection } from '../../../contract/ipc/connection.ts'
import { Pill, Problem } from '../../parts/basics.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { useAct } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { CheckSteps } from './check-steps.tsx'
import { type Check, fails } from './page.tsx'

interface CardProps {
  connection: Connection
  check: Check | undefined
  onCheck(): void
  onChange(): void
}

export function ConnectionCard({ connection, check, onCheck, onChange }: CardProps) {
  const { t } = useTranslation('connections')
  const [asking, setAsking] = useState(false)
  const remove = useAct('connections.remove', ['connections.list', 'overview.get'])
  const id = `connection-${connection.id}`
  const { name, purpose } = connection
  return (
    <article className={`card${fails(check) ? ' problem' : ''}`} aria-labelledby={id}>
      <div className="between middle">
        <div>
          <h3 id={id} tabIndex={-1}>
            {name}
          </h3>
          <p className="mute">
            {t(`kinds.${connection.kind}`)}
            {purpose != null && ` · ${t(`purposes.${purpose}`)}`}
          </p>
        </div>
        <p className="actions">
          <CheckPill check={check} />
          <Button loading={check?.state === 'busy'} aria-label={t('checkOf', { name })} onClick={onCheck}>
            {t('check')}
          </Button>
          <Button variant="default" aria-label={t('changeOf', { name })} onClick={onChange}>
            {t('change')}
          </Button>
          <Button variant="default" aria-label={t('removeOf', { name })} onClick={() => setAsking(true)}>
            {t('remove', { ns: 'app' })}
          </Button>
        </p>
      </div>
      {connection.variables.length > 0 && (
        <p className="small">
          {connection.variables.map((one) => (
            <span key={one.name} className="variable">
              <code>{one.name}</code>{' '}
              <span className={one.from === 'missing' ? 'bad-text' : 'mute'}>{t(`variables.${one.from}`)}</span>
            </span>
          ))}
        </p>
      )}
      <Confirm
        opened={asking}
        title={t('removeTitle', { name })}
        action={t('removeYes')}
        busy={remove.isPending}
        onConfirm={() => remove.mutate({ id: connection.id }, { onSuccess: () => setAsking(false) })}
        onClose={() => setAsking(false)}
      >
        <p>{t('removeText')}</p>
      </Confirm>
      {remove.error !== null && <Problem error={errorOf(remove.error)} />}
      {check?.state === 'failed' && <Problem error={check.error} inside />}
      {check?.state === 'done' && <CheckSteps result={check.result} name={name} />}
    </article>
  )
}

function CheckPill({ check }: { check: Check | undefined }) {
  const { t } = useTranslation('connections')
  if (check === undefined) return <Pill tone="plain">{t('unchecked')}</Pill>
  if (check.state === 'busy') return null
  return fails(check) ? <Pill tone="bad">{t('fails')}</Pill> : <Pill tone="ok">{t('works')}</Pill>
}
