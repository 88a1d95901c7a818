import { useTranslation } from 'react-i18next'
import type { ArchiveDescription } from '../../../../contract/ipc/archive.ts'
import type { AbsentKind } from '../../../../contract/results.ts'
import { count } from '../../../format.ts'
import { Card, Pill } from '../../../parts/basics.tsx'

export type Deep = 'PASSED' | 'FAILED' | 'INDETERMINATE' | null

const GAPS_SHOWN = 200

/** The account of offsets. What the archive says of itself is green only once it has been added up again. */
export function AccountCard({ description, deep }: { description: ArchiveDescription; deep: Deep }) {
  const { t } = useTranslation('backups')
  const { account, gaps, gaps_total: total } = description
  return (
    <Card title={t('archives.account.title')}>
      {account === null ? (
        <p className="mute">{t('archives.account.none')}</p>
      ) : (
        <Totals account={account} deep={deep} />
      )}
      {total > 0 && (
        <details>
          <summary>{t('archives.account.gaps', { count: total })}</summary>
          <ul className="sentences">
            {gaps.slice(0, GAPS_SHOWN).map((gap) => (
              <li key={`${gap.topic}/${gap.partition}/${gap.from}`}>
                {t('archives.account.gap', {
                  topic: gap.topic,
                  partition: gap.partition,
                  from: count(gap.from),
                  to: count(gap.to - 1),
                })}{' '}
                <span className="mute">{t(`archives.account.kinds.${gap.kind}`)}</span>
              </li>
            ))}
          </ul>
          {total > GAPS_SHOWN && <p className="mute small">{t('ofRows', { ns: 'app', shown: GAPS_SHOWN, total })}</p>}
        </details>
      )}
    </Card>
  )
}

function Totals({ account, deep }: { account: NonNullable<ArchiveDescription['account']>; deep: Deep }) {
  const { t } = useTranslation('backups')
  const absent = Object.entries(account.absent) as [AbsentKind, number][]
  const { unexplained = 0, deleted_during: lost = 0 } = account.absent as Partial<Record<AbsentKind, number>>
  return (
    <>
      <p>
        {unexplained > 0 ? (
          <Pill tone="warn">{t('archives.account.unexplained', { count: unexplained })}</Pill>
        ) : lost > 0 ? (
          <Pill tone="warn">{t('archives.account.lost', { count: lost })}</Pill>
        ) : deep === 'PASSED' ? (
          <Pill tone="ok">{t('archives.account.whole')}</Pill>
        ) : (
          t(deep === null ? 'archives.account.stated' : 'archives.account.failed')
        )}
      </p>
      <dl className="facts">
        <div>
          <dt>{t('archives.account.archived')}</dt>
          <dd>{count(account.archived)}</dd>
        </div>
        {absent.map(([kind, n]) => (
          <div key={kind}>
            <dt>{t(`archives.account.kinds.${kind}`)}</dt>
            <dd>{count(n)}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}
