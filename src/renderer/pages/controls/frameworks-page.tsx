import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { SUB_INDICATIONS } from '../../../contract/evidence/verdict.ts'
import type { RefusedReport } from '../../../contract/results.ts'
import { isForeign } from '../../error-words.ts'
import { count, fromNow, sentence } from '../../format.ts'
import { Card, Empty, Headline, Pill, Problem } from '../../parts/basics.tsx'
import { Told } from '../../parts/told.tsx'
import type { ControlWords } from './control-words.ts'
import { ExportButtons } from './export-buttons.tsx'
import { type Controls, countFresh, FRESH_DAYS } from './rows.ts'

type Totals = ReturnType<typeof countFresh>

const totalsOf = ({ all, supported, against }: Totals) => ({
  supported: count(supported),
  against: count(against),
  open: count(all - supported - against),
})

interface FrameworksProps {
  data: Controls
  words: ControlWords
  busy: boolean
  onAgain(): void
}

/** Every framework with how many of its controls have evidence. */
export function FrameworksPage({ data, words, busy, onAgain }: FrameworksProps) {
  const { t } = useTranslation('controls')
  const now = Date.now()
  const { controls } = data
  const total = countFresh(controls.frameworks, now)
  const reports = controls.places.reduce((sum, place) => sum + place.reports_read, 0)
  return (
    <>
      <Headline sub={reports === 0 ? t('sub') : t('totals', totalsOf(total))}>
        {reports === 0
          ? t('headline.none')
          : t('headline.fresh', { fresh: count(total.fresh), count: total.all, days: FRESH_DAYS })}
      </Headline>
      {controls.places
        .filter((place) => place.error !== null)
        .map((place) => (
          <Problem
            key={place.name}
            title={t('outOfReach', { place: place.name })}
            error={place.error ?? { code: 'UNEXPECTED', message: '' }}
          />
        ))}
      {controls.refused_total > 0 && <Refused data={data} />}
      {reports === 0 && (
        <Empty
          title={t('none.title')}
          action={
            <Button component={Link} to={controls.places.length === 0 ? '/connections' : '/reports/new'}>
              {controls.places.length === 0 ? t('none.connect') : t('none.make')}
            </Button>
          }
        >
          {t('none.text')}
        </Empty>
      )}
      <p className="actions page-actions">
        <ExportButtons frameworks={controls.frameworks} name="controls" checkedAt={controls.checked_at} />
        <Button variant="default" loading={busy} onClick={onAgain}>
          {t('again')}
        </Button>
      </p>
      <ul className="frameworks">
        {controls.frameworks.map((framework) => {
          const own = countFresh([framework], now)
          return (
            <li key={framework.id}>
              <Link to={`/controls/${framework.id}`} className="card framework">
                <strong>{t(`frameworks.${framework.id}`, { defaultValue: framework.title })}</strong>
                <span className="mute small">{(words.framework(framework.id) ?? framework).title}</span>
                <Share fresh={own.fresh} old={own.supported - own.fresh} against={own.against} all={own.all} />
                <span className="small">
                  {t('freshOf', { fresh: count(own.fresh), count: own.all })}
                  {own.against > 0 && (
                    <>
                      {' '}
                      <Pill tone="bad">{t('againstCount', { count: own.against })}</Pill>
                    </>
                  )}
                </span>
              </Link>
            </li>
          )
        })}
      </ul>
      <p className="mute small">
        {t('readFrom', { count: reports, when: fromNow(Date.parse(controls.checked_at)) })}{' '}
        {total.unvouched > 0 && t('unvouched', { count: total.unvouched })}
      </p>
    </>
  )
}

/** Reports that were changed count for nothing, and that is said. */
function Refused({ data: { controls } }: { data: Controls }) {
  const { t } = useTranslation('controls')
  return (
    <Card tone="bad" title={t('refused.title', { count: controls.refused_total })}>
      <ul className="plain-list">
        {controls.refused.map((one) => (
          <li key={`${one.place} ${one.report_id}`}>
            <Pill tone="bad">{t('refused.pill')}</Pill> <code>{one.report_id}</code> · {one.place}
            <div>
              {one.sub_indication === undefined ? <Told text={one.reason} said={one.said} /> : <Failed one={one} />}
            </div>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** Which of the verifier's findings fails it, in the window's language. */
function Failed({ one }: { one: RefusedReport }) {
  const { t, i18n } = useTranslation('verdicts')
  const sub = SUB_INDICATIONS.find((known) => known === one.sub_indication)
  if (!isForeign(i18n.language) || sub === undefined) return <Told text={one.reason} said={undefined} />
  return sentence(t(`sub.${sub}`))
}

/** The share of controls with evidence, as a bar; its figures stand below it in words. */
function Share({ fresh, old, against, all }: { fresh: number; old: number; against: number; all: number }) {
  const part = (value: number) => (all === 0 ? 0 : (100 * value) / all)
  return (
    <svg className="share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect className="rest" width={100} height={4} />
      <rect className="fresh" width={part(fresh)} height={4} />
      <rect className="old" x={part(fresh)} width={part(old)} height={4} />
      <rect className="against" x={part(fresh + old)} width={part(against)} height={4} />
    </svg>
  )
}
