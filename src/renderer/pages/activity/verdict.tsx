import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ActivityVerdict } from '../../../contract/activity.ts'
import { saidOf } from '../../../contract/said/said.ts'
import { count, utc } from '../../format.ts'
import { Card, Pill } from '../../parts/basics.tsx'
import { Digest, Facts } from '../../parts/facts.tsx'
import { Told } from '../../parts/told.tsx'

const VERDICT_TONE = { PASSED: 'ok', FAILED: 'bad', INDETERMINATE: 'warn' } as const

/** Whether every line is as it was written: what was found, on what that rests, and what could not be seen. */
export function Verdict({ of: verdict, again, busy }: { of: ActivityVerdict; again(): void; busy: boolean }) {
  const { t } = useTranslation('activity')
  const tone = VERDICT_TONE[verdict.verdict]
  const { head, problems } = verdict
  return (
    <Card tone={tone}>
      <div className="between beside">
        <p role="status">
          <Pill tone={tone}>{t(`verdict.${verdict.verdict}`)}</Pill>{' '}
          {verdict.verdict === 'PASSED' ? t('rests', { key: by(verdict, t) }) : t(`because.${verdict.verdict}`)}
        </p>
        <Button variant="default" size="xs" onClick={again} loading={busy}>
          {t('again')}
        </Button>
      </div>
      {problems.length > 0 && (
        <>
          <ul className="findings">
            {problems.slice(0, 20).map(({ line, reason, said }) => (
              <li key={`${line} ${reason}`}>
                <strong>{t('line', { line })}</strong> <Told text={reason} said={said} />
              </li>
            ))}
          </ul>
          {verdict.problems_total > 20 && <p className="mute">{t('more', { count: verdict.problems_total - 20 })}</p>}
          <p>{t('whatNow')}</p>
        </>
      )}
      {verdict.verdict === 'INDETERMINATE' && (
        <ul>
          {verdict.reasons.map((reason) => (
            <li key={reason}>
              <Told text={reason} said={saidOf(reason, verdict.sayings)} />
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>{t('details', { ns: 'app' })}</summary>
        <Facts
          of={[
            [t('facts.signed'), t('facts.signedOf', { signed: verdict.signed, lines: verdict.lines })],
            [
              t('facts.covered'),
              verdict.covered === 0 ? t('facts.noLine') : t('facts.coveredTo', { line: verdict.covered }),
            ],
            [t('facts.end'), <Told key="end" text={verdict.remembered.reason} said={verdict.remembered.said} />],
            [
              t('facts.head'),
              head === null ? null : `${count(head.seq)}${head.at === null ? '' : ` · ${utc(head.at)}`}`,
            ],
            [t('facts.digest'), head === null ? null : <Digest key="digest">{head.sha256}</Digest>],
            ...verdict.keys.map(
              (key) =>
                [
                  t('facts.key', { first: key.first, last: key.last }),
                  <span key={key.key_id}>
                    <Digest>{key.key_id}</Digest> {t(`facts.confirmed.${key.confirmed_by ?? 'no'}`)}
                  </span>,
                ] as const,
            ),
          ]}
        />
        <p className="mute">{t('note')}</p>
        {verdict.remarks.length > 0 && (
          <ul>
            {verdict.remarks.map((remark) => (
              <li key={remark}>
                <Told text={remark} said={saidOf(remark, verdict.sayings)} />
              </li>
            ))}
          </ul>
        )}
      </details>
    </Card>
  )
}

type Words = ReturnType<typeof useTranslation<'activity'>>['t']

/** Where the key that vouches for the lines is kept. */
function by(verdict: ActivityVerdict, t: Words): string {
  const kept = verdict.keys.find((key) => key.confirmed_by !== null)?.confirmed_by
  return t(`keptIn.${kept ?? 'file'}`)
}
