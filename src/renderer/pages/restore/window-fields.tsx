import { Button, Radio } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ArchiveDescription } from '../../../contract/ipc/archive.ts'
import { moment } from '../../format.ts'
import { Card, Pill } from '../../parts/basics.tsx'
import { TimeField } from '../../parts/time-field.tsx'
import { type Draft, fieldTime, type Span, spanOf, timeOf, windowProblem } from './draft.ts'
import type { StepProps } from './shared.ts'

/** Milliseconds matter at the ends of a window, so they are shown. */
const exact = (at: number): string => `${new Date(at).toISOString().replace('T', ' ').slice(0, -1)} UTC`

/** Everything, everything up to a moment, or what lies between two: both ends belong to it. */
export function WindowFields({ draft, change, topics }: StepProps & { topics: ArchiveDescription['topics'] }) {
  const { t } = useTranslation('restore')
  const span = spanOf(topics, null)
  const problem = windowProblem(draft, span)
  const choose = (when: Draft['when']) =>
    change({
      when,
      ...(span !== null && when === 'between' && draft.start === '' ? { start: fieldTime(span.first) } : {}),
      ...(span !== null && when !== 'all' && draft.end === '' ? { end: fieldTime(span.last) } : {}),
    })
  return (
    <Card title={t('window.title')}>
      <p>
        {span === null ? t('window.unknown') : t('window.holds', { first: exact(span.first), last: exact(span.last) })}
      </p>
      <Radio.Group
        aria-label={t('window.title')}
        value={draft.when}
        onChange={(value) => choose(value as Draft['when'])}
      >
        <div className="choices-row">
          <Radio value="all" label={t('window.all')} />
          <Radio value="until" label={t('window.until')} />
          <Radio value="between" label={t('window.between')} />
        </div>
      </Radio.Group>
      {draft.when !== 'all' && (
        <div className="field-row window-ends">
          {draft.when === 'between' && (
            <End
              label={t('window.start')}
              value={draft.start}
              onChange={(start) => change({ start })}
              edge={span === null ? null : { at: span.first, word: t('window.earliest') }}
            />
          )}
          <End
            label={t('window.end')}
            value={draft.end}
            onChange={(end) => change({ end })}
            edge={span === null ? null : { at: span.last, word: t('window.latest') }}
          />
        </div>
      )}
      <div role="status">
        {problem !== null && problem !== 'incomplete' && (
          <p>
            <Pill tone="bad">{t('window.wrong')}</Pill> {t(`window.problem.${problem}`)}
          </p>
        )}
        {problem === 'incomplete' && <p className="mute">{t('window.problem.incomplete')}</p>}
        {problem === null && draft.when !== 'all' && <p className="mute small">{t('window.inclusive')}</p>}
      </div>
    </Card>
  )
}

interface EndProps {
  label: string
  value: string
  onChange(value: string): void
  /** The archive's own first or last time. */
  edge: { at: Span['first']; word: string } | null
}

function End({ label, value, onChange, edge }: EndProps) {
  const { t } = useTranslation('restore')
  const at = timeOf(value)
  return (
    <div>
      <TimeField
        kind="moment"
        zone="UTC"
        label={label}
        description={t('window.exact')}
        value={value}
        onChange={onChange}
      />
      <p className="mute small">
        {at === null ? '' : t('window.here', { time: moment(at) })}{' '}
        {edge !== null && value !== fieldTime(edge.at) && (
          <Button variant="subtle" size="compact-xs" onClick={() => onChange(fieldTime(edge.at))}>
            {edge.word}
          </Button>
        )}
      </p>
    </div>
  )
}
