import { Select } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useParams } from 'react-router'
import { count } from '../../format.ts'
import { Back } from '../../parts/back.tsx'
import { Headline, Problem } from '../../parts/basics.tsx'
import { ControlCard } from './control-card.tsx'
import type { ControlWords } from './control-words.ts'
import { ExportButtons } from './export-buttons.tsx'
import { type Controls, countFresh, FRESH_DAYS } from './rows.ts'

const STATES = ['all', 'supported', 'not supported', 'not covered'] as const
type Shown = (typeof STATES)[number]

/** One framework: every control with what it asks, its state, its evidence and how old that is. */
export function FrameworkPage({ data, words }: { data: Controls; words: ControlWords }) {
  const { t } = useTranslation('controls')
  const { framework: id = '' } = useParams()
  const navigate = useNavigate()
  const [shown, setShown] = useState<Shown>('all')
  const now = Date.now()
  const { frameworks, checked_at } = data.controls
  const framework = frameworks.find((one) => one.id === id)
  const back = <Back to="/controls">{t('allFrameworks')}</Back>
  if (framework === undefined) {
    return (
      <>
        {back}
        <Headline sub={t('sub')}>{t('noSuch')}</Headline>
        <Problem error={{ code: 'USAGE', message: t('noSuchText', { id }) }} />
      </>
    )
  }
  const name = (one: { id: string; title: string }) => t(`frameworks.${one.id}`, { defaultValue: one.title })
  const own = countFresh([framework], now)
  const text = words.framework(framework.id) ?? framework
  const controls = framework.controls.filter((one) => shown === 'all' || one.state === shown)
  return (
    <>
      {back}
      <Headline
        sub={
          <>
            {text.title}, {text.edition}. {t('sub')}
          </>
        }
      >
        {t('headline.framework', {
          name: name(framework),
          fresh: count(own.fresh),
          count: own.all,
          days: FRESH_DAYS,
        })}
      </Headline>
      <div className="field-row controls-bar">
        <Select
          label={t('framework')}
          data={frameworks.map((one) => ({ value: one.id, label: name(one) }))}
          value={framework.id}
          allowDeselect={false}
          onChange={(value) => value !== null && void navigate(`/controls/${value}`)}
        />
        <Select
          label={t('show')}
          data={STATES.map((value) => ({ value, label: t(`states.${value}`) }))}
          value={shown}
          allowDeselect={false}
          onChange={(value) => setShown((value ?? 'all') as Shown)}
        />
        <p className="actions">
          <ExportButtons frameworks={[framework]} name={`controls-${framework.id}`} checkedAt={checked_at} />
        </p>
      </div>
      {controls.length === 0 && <p className="mute">{t('noneOfState')}</p>}
      {controls.map((control) => (
        <ControlCard
          key={control.control}
          framework={framework.id}
          control={control}
          words={words}
          connections={data.connections}
          now={now}
        />
      ))}
    </>
  )
}
