import { useTranslation } from 'react-i18next'
import type { CallOutput } from '../../../contract/ipc/map.ts'
import { Card } from '../../parts/basics.tsx'
import { CopyText } from '../../parts/copy-text.tsx'

/** An example to start from; the ids of keys are shown by "coffer keys list --json". */
const EXAMPLE = JSON.stringify(
  {
    format: 'coffer-approval-policy/1',
    require: ['restore', 'hold-lift', 'keys', 'retention'],
    production: ['kafka-prod-*'],
    people: [{ name: 'Jane Doe', key_id: '64 digits of her key', may: ['approve'] }],
    folder: '/shared/coffer-approvals',
    valid_hours: 24,
  },
  null,
  2,
)

/** What needs a second person here, and who says so. */
export function Policy({ of: { required, policy, policy_own: own, folder } }: { of: CallOutput<'approvals.list'> }) {
  const { t } = useTranslation('approvals')
  return (
    <Card title={t('policy.title')}>
      {required.length === 0 ? (
        <>
          <p>{t('policy.off')}</p>
          <details>
            <summary>{t('policy.how')}</summary>
            <p>{t('policy.where')}</p>
            <CopyText text={EXAMPLE} label={t('policy.example')} />
          </details>
        </>
      ) : (
        <>
          <ul>
            {required.map((kind) => (
              <li key={kind}>{t(`policy.kind.${kind}`)}</li>
            ))}
          </ul>
          <p className="mute">
            {t('policy.stands')} <code>{policy}</code>. {own ? t('policy.own') : t('policy.theirs')}
          </p>
          <p className="mute">
            {t('policy.folder')} <code>{folder}</code>
          </p>
        </>
      )}
    </Card>
  )
}
