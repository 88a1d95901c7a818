import { Checkbox, NumberInput, Radio, Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Clock } from '../../../../contract/ipc/plan.ts'
import { locale, moment, utc } from '../../../format.ts'
import { Card, Problem } from '../../../parts/basics.tsx'
import { TimeField } from '../../../parts/time-field.tsx'
import { Told } from '../../../parts/told.tsx'
import { useCall } from '../../../query.ts'
import { errorOf } from '../../../state.ts'
import { clockOf, type Draft, hasTimes } from './draft.ts'
import { cronInWords, cronOf, type Rhythm } from './rhythm.ts'

interface StepProps {
  draft: Draft
  change(change: Partial<Draft>): void
}

const RHYTHMS = ['hour', 'day', 'weekdays', 'week', 'month', 'cron'] as const

/** How often, in words, with the runs that come of it; and what is done when one is missed or fails. */
export function WhenStep({ draft, change }: StepProps) {
  const { t } = useTranslation('backups')
  const clock = clockOf(draft)
  return (
    <>
      <Card title={t('when.title')}>
        <Radio.Group
          label={t('when.how')}
          value={draft.scheduled ? 'clock' : 'hand'}
          onChange={(value) => change({ scheduled: value === 'clock' })}
        >
          <div className="choice-list">
            <Radio value="clock" label={t('when.clock')} description={t('when.clockHint')} />
            <Radio value="hand" label={t('when.hand')} description={t('when.handHint')} />
          </div>
        </Radio.Group>
        {draft.scheduled && <RhythmFields draft={draft} change={change} />}
        {clock !== null && hasTimes(draft) && <NextRuns clock={clock} />}
      </Card>
      <Card title={t('when.runTitle')}>
        <Radio.Group
          label={t('when.mode')}
          value={draft.mode}
          onChange={(value) => change({ mode: value === 'full' ? 'full' : 'incremental' })}
        >
          <div className="choice-list">
            <Radio value="incremental" label={t('when.incremental')} description={t('when.incrementalHint')} />
            <Radio value="full" label={t('when.full')} description={t('when.fullHint')} />
          </div>
        </Radio.Group>
        <Checkbox
          mt="sm"
          label={t('when.groups')}
          description={t('when.groupsHint')}
          checked={draft.consumerGroups}
          onChange={(event) => change({ consumerGroups: event.currentTarget.checked })}
        />
      </Card>
      <Card title={t('when.careTitle')}>
        {draft.scheduled && <p>{t('when.catchUp')}</p>}
        <div className="toolbar">
          <NumberInput
            label={t('when.alert')}
            description={t('when.alertHint')}
            value={draft.alertHours ?? ''}
            min={1}
            max={87_600}
            allowDecimal={false}
            onChange={(value) => change({ alertHours: typeof value === 'number' && value >= 1 ? value : null })}
          />
          {draft.scheduled && (
            <>
              <NumberInput
                label={t('when.retries')}
                description={t('when.retriesHint')}
                value={draft.retries}
                min={0}
                max={100}
                allowDecimal={false}
                onChange={(value) => change({ retries: typeof value === 'number' ? value : 0 })}
              />
              <NumberInput
                label={t('when.retryDelay')}
                description={t('when.retryDelayHint')}
                value={draft.retryMinutes}
                min={1}
                max={1_440}
                allowDecimal={false}
                onChange={(value) => change({ retryMinutes: typeof value === 'number' && value >= 1 ? value : 1 })}
              />
              <NumberInput
                label={t('when.jitter')}
                description={t('when.jitterHint')}
                value={draft.jitterMinutes}
                min={0}
                max={1_440}
                allowDecimal={false}
                onChange={(value) => change({ jitterMinutes: typeof value === 'number' ? value : 0 })}
              />
            </>
          )}
        </div>
        {draft.scheduled && (
          <>
            <Checkbox
              label={t('when.quiet')}
              description={t('when.quietHint')}
              checked={draft.quiet}
              onChange={(event) => change({ quiet: event.currentTarget.checked })}
            />
            {draft.quiet && (
              <div className="toolbar">
                {(['quietFrom', 'quietTo'] as const).map((name) => (
                  <TimeField
                    key={name}
                    kind="clock"
                    below
                    label={t(`when.${name}`)}
                    zone={draft.timezone}
                    value={draft[name]}
                    onChange={(text) => change({ [name]: text })}
                  />
                ))}
              </div>
            )}
          </>
        )}
      </Card>
    </>
  )
}

function RhythmFields({ draft, change }: StepProps) {
  const { t } = useTranslation('backups')
  const { rhythm } = draft
  const set = (part: Partial<Rhythm>) => {
    const next = { ...rhythm, ...part }
    // Typed on from what was chosen before.
    change({ rhythm: part.every === 'cron' ? { ...next, cron: cronOf(rhythm) } : next })
  }
  const zones = useMemo(
    () => [...new Set([draft.timezone, 'UTC', ...Intl.supportedValuesOf('timeZone')])],
    [draft.timezone],
  )
  const weekdays = useMemo(() => {
    const name = new Intl.DateTimeFormat(locale(), { weekday: 'long', timeZone: 'UTC' })
    // 4 January 1970 was a Sunday.
    return [1, 2, 3, 4, 5, 6, 0].map((day) => ({ value: String(day), label: name.format((3 + day) * 86_400_000) }))
  }, [])
  return (
    <div className="toolbar top">
      <Select
        label={t('when.every')}
        value={rhythm.every}
        allowDeselect={false}
        data={RHYTHMS.map((value) => ({ value, label: t(`when.rhythms.${value}`) }))}
        onChange={(value) => set({ every: RHYTHMS.find((one) => one === value) ?? 'day' })}
      />
      {rhythm.every === 'week' && (
        <Select
          label={t('when.weekday')}
          value={String(rhythm.weekday)}
          allowDeselect={false}
          data={weekdays}
          onChange={(value) => set({ weekday: Number(value ?? 1) })}
        />
      )}
      {rhythm.every === 'month' && (
        <NumberInput
          label={t('when.day')}
          value={rhythm.day}
          min={1}
          max={28}
          allowDecimal={false}
          onChange={(value) => set({ day: typeof value === 'number' && value >= 1 ? value : 1 })}
        />
      )}
      {rhythm.every === 'hour' && (
        <NumberInput
          label={t('when.minute')}
          value={rhythm.minute}
          min={0}
          max={59}
          allowDecimal={false}
          onChange={(value) => set({ minute: typeof value === 'number' ? value : 0 })}
        />
      )}
      {rhythm.every === 'cron' ? (
        <TextInput
          label={t('when.cron')}
          description={t('when.cronHint')}
          value={rhythm.cron}
          spellCheck={false}
          classNames={{ input: 'mono' }}
          onChange={(event) => set({ cron: event.currentTarget.value })}
        />
      ) : (
        rhythm.every !== 'hour' && (
          <TimeField kind="clock" below label={t('when.time')} value={rhythm.time} onChange={(time) => set({ time })} />
        )
      )}
      <Select
        label={t('when.zone')}
        value={draft.timezone}
        data={zones}
        searchable
        limit={50}
        allowDeselect={false}
        onChange={(value) => change({ timezone: value ?? draft.timezone })}
      />
    </div>
  )
}

/** A clock in words, and the five runs that come of it in its own time and in UTC. */
export function NextRuns({ clock }: { clock: Clock }) {
  const { t } = useTranslation('backups')
  const [steady] = useDebouncedValue(clock, 250)
  const asked = useCall('schedules.preview', { clock: steady }, { placeholderData: (old) => old })
  if (asked.error !== null) return <Problem error={errorOf(asked.error)} inside />
  const data = asked.data
  if (data === undefined) return null
  if (data.problem !== null) {
    return (
      <p role="alert" className="bad-text">
        <Told text={data.problem} said={data.said} />
      </p>
    )
  }
  return (
    <div role="status">
      <p className="in-words">
        {cronInWords(steady.cron)} <span className="mute">({steady.timezone})</span>
      </p>
      <table className="next-runs">
        <caption className="unseen">{t('when.next')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('when.next')}</th>
            <th scope="col">{t('when.inUtc')}</th>
          </tr>
        </thead>
        <tbody>
          {data.next.map(({ due, starts }) => (
            <tr key={due}>
              <td>
                {moment(Date.parse(due), steady.timezone)}
                {starts !== due && (
                  <div className="mute small">
                    {t('when.delayed', { time: moment(Date.parse(starts), steady.timezone) })}
                  </div>
                )}
              </td>
              <td>{utc(starts)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
