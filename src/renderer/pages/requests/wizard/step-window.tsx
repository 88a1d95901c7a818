import { Button, Select } from '@mantine/core'
import { keepPreviousData } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Timeline, WindowFigures } from '../../../../contract/ipc/calls/requests.ts'
import { MAX_COUNTED_BYTES } from '../../../../contract/ipc/limits.ts'
import { isZone } from '../../../../contract/time-zone.ts'
import { bytes, count, duration, sentence } from '../../../format.ts'
import { Pill, Problem } from '../../../parts/basics.tsx'
import { TimeField } from '../../../parts/time-field.tsx'
import { useCall } from '../../../query.ts'
import { errorOf } from '../../../state.ts'
import { readMoment, timeProblem, writeMoment } from '../../../typed-time.ts'
import { monthName, type Preset, presetsOf, zoneTime } from '../times.ts'
import type { StepProps } from './edit.tsx'
import { TimelineChart } from './timeline.tsx'
import { LossWords, QuietWords } from './timeline-words.tsx'

/** What this machine reads, roughly, in bytes a second: only for "about". */
const BYTES_A_SECOND = 60e6
const SETTLE_MS = 250
/** What is counted without asking: a blink. */
const COUNTED_AT_ONCE = 32 * 1024 ** 2

/** Which time: on a picture of where records are, by preset, or to the millisecond. */
export function StepWindow({ spec, change, onWrongTime }: StepProps & { onWrongTime(is: boolean): void }) {
  const { t } = useTranslation('requests')
  const { location, backupId, topics, zone, start, end } = spec
  const zones = useMemo(() => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((one) => one !== 'UTC')], [])
  const [range, setRange] = useState<{ from: number; to: number } | null>(null)
  const [readBytes, setReadBytes] = useState(COUNTED_AT_ONCE)
  const asked = location === null || backupId === null ? null : { location, backupId, topics, zone, range, readBytes }
  const timeline = useCall('requests.timeline', asked as NonNullable<typeof asked>, {
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  const settled = useSettled({ start, end })
  const inWindow =
    location === null || backupId === null
      ? null
      : { location, backupId, topics, start: settled.start, end: settled.end }
  const holds = settled.start === null || settled.end === null || settled.start <= settled.end
  const figures = useCall('requests.window', inWindow as NonNullable<typeof inWindow>, {
    enabled: inWindow !== null && holds,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  if (timeline.error !== null) return <Problem error={errorOf(timeline.error)} />
  if (timeline.data === undefined) return <p role="status">{t('loading', { ns: 'app' })}</p>
  const data = timeline.data
  const set = (window: { start: number | null; end: number | null }) => change(window)
  const isEmpty = figures.data !== undefined && figures.data.most === 0
  return (
    <>
      <section className="card" aria-labelledby="timeline-title">
        <div className="between">
          <h2 id="timeline-title">{titleOf(data, t)}</h2>
          <div className="actions">
            <Select
              size="xs"
              aria-label={t('window.zone')}
              data={zones}
              value={zone}
              searchable
              limit={60}
              allowDeselect={false}
              onChange={(value) => value !== null && isZone(value) && change({ zone: value })}
            />
            <Select
              size="xs"
              aria-label={t('window.time')}
              value={spec.time}
              allowDeselect={false}
              onChange={(value) => change({ time: value === 'broker' ? 'broker' : 'record' })}
              data={[
                { value: 'record', label: t('window.recordTime') },
                { value: 'broker', label: t('window.brokerTime'), disabled: !data.broker_time },
              ]}
            />
          </div>
        </div>
        <TimelineChart data={data} start={start} end={end} zone={zone} onChange={set} />
        <p className="mute">
          {t('window.bothIncluded')} <QuietWords data={data} zone={zone} window={{ start, end }} />
        </p>
        <LossWords data={data} zone={zone} />
        {data.unreadable > 0 && (
          <p className="bad-text" role="alert">
            {t('window.unreadable', { count: data.unreadable })}
          </p>
        )}
        {data.unread_bytes > 0 && (
          <p className="mute">
            {t('window.spread')}{' '}
            {data.unread_bytes <= MAX_COUNTED_BYTES && (
              <button
                type="button"
                className="link"
                disabled={timeline.isFetching}
                onClick={() => setReadBytes(MAX_COUNTED_BYTES)}
              >
                {timeline.isFetching ? t('window.counting') : t('window.count', { size: bytes(data.unread_bytes) })}
              </button>
            )}
          </p>
        )}
        <div className="window-controls">
          <fieldset className="presets" aria-label={t('window.presets')}>
            {presetsOf(data.first, data.last, zone).map((preset) => (
              <Button
                key={preset.id}
                size="xs"
                variant={preset.start === start && preset.end === end ? 'filled' : 'default'}
                aria-pressed={preset.start === start && preset.end === end}
                onClick={() => set({ start: preset.start, end: preset.end })}
              >
                {presetName(preset, t)}
              </Button>
            ))}
            {range === null ? (
              <Button
                size="xs"
                variant="default"
                disabled={start === null || end === null || start >= end}
                onClick={() => start !== null && end !== null && setRange(around(start, end))}
              >
                {t('window.zoomIn')}
              </Button>
            ) : (
              <Button size="xs" variant="default" onClick={() => setRange(null)}>
                {t('window.zoomOut')}
              </Button>
            )}
          </fieldset>
          <Ends start={start} end={end} zone={zone} onChange={set} onWrong={onWrongTime} />
        </div>
        {!holds && (
          <p className="bad-text" role="alert">
            {t('window.endBeforeStart')}
          </p>
        )}
      </section>
      <div className="row">
        <InWindow figures={figures.data} />
        <Account data={data} />
      </div>
      {isEmpty && holds && <p role="status">{t('window.empty')}</p>}
      {figures.error !== null && <Problem error={errorOf(figures.error)} />}
    </>
  )
}

type T = ReturnType<typeof useTranslation<'requests'>>['t']

function titleOf({ streams, streams_total, step }: Timeline, t: T): string {
  const [only] = streams
  const what =
    streams_total === 1 && only !== undefined ? only.topic : t('streams', { ns: 'app', count: streams_total })
  return t('window.title', { what, step: t(`window.per.${step}`) })
}

function presetName({ kind, year, part }: Preset, t: T): string {
  if (kind === 'all') return t('window.preset.all')
  if (kind === 'year') return String(year)
  return kind === 'quarter' ? t('window.preset.quarter', { part, year }) : monthName(year, part)
}

/** The window with a little on both sides. */
function around(start: number, end: number): { from: number; to: number } {
  const margin = Math.max(1_000, Math.round((end - start) * 0.15))
  return { from: start - margin, to: end + margin }
}

interface EndsProps {
  start: number | null
  end: number | null
  zone: string
  onChange(window: { start: number | null; end: number | null }): void
  /** Whether something stands there that is no time. */
  onWrong(is: boolean): void
}

function Ends({ start, end, zone, onChange, onWrong }: EndsProps) {
  const { t } = useTranslation('requests')
  const [wrongStart, setWrongStart] = useState(false)
  const [wrongEnd, setWrongEnd] = useState(false)
  const isWrong = wrongStart || wrongEnd
  useEffect(() => {
    onWrong(isWrong)
    return () => onWrong(false)
  }, [isWrong, onWrong])
  return (
    <div className="ends">
      <End
        label={t('window.start')}
        open={t('window.startOpen')}
        value={start}
        zone={zone}
        onChange={(at) => onChange({ start: at, end })}
        onWrong={setWrongStart}
      />
      <End
        label={t('window.end')}
        open={t('window.endOpen')}
        value={end}
        zone={zone}
        onChange={(at) => onChange({ start, end: at })}
        onWrong={setWrongEnd}
      />
    </div>
  )
}

interface EndProps {
  label: string
  /** What it means where nothing stands there. */
  open: string
  value: number | null
  zone: string
  onChange(at: number | null): void
  onWrong(is: boolean): void
}

/** An end as it is typed: what is no time stays there and changes nothing, until it is one or another is chosen. */
function End({ label, open, value, zone, onChange, onWrong }: EndProps) {
  const written = value === null ? '' : writeMoment(value, zone)
  const [typed, setTyped] = useState<{ text: string; of: string } | null>(null)
  // Chosen elsewhere meanwhile, by a preset or on the picture.
  const text = typed !== null && typed.of === written ? typed.text : written
  const isWrong = timeProblem('moment', text, zone) !== null
  useEffect(() => onWrong(isWrong), [isWrong, onWrong])
  return (
    <TimeField
      kind="moment"
      below
      label={label}
      zone={zone}
      description={value === null ? sentence(open) : zoneTime(value, zone)}
      value={text}
      onChange={(next) => {
        const at = readMoment(next, zone)
        const isNone = next.trim() === ''
        const now = isNone ? '' : at === null ? written : writeMoment(at, zone)
        setTyped({ text: next, of: now })
        if (isNone || at !== null) onChange(at)
      }}
    />
  )
}

function InWindow({ figures }: { figures: WindowFigures | undefined }) {
  const { t } = useTranslation('requests')
  const isExact = figures !== undefined && figures.least === figures.most
  return (
    <div className="card figure" aria-live="polite">
      <h2>{t('window.inWindow')}</h2>
      <p className="big">
        {figures === undefined ? '…' : isExact ? count(figures.most) : t('window.about', { n: count(figures.about) })}
      </p>
      {figures !== undefined && (
        <p className="mute">
          {t('window.reading', {
            segments: count(figures.segments),
            of: count(figures.segments_total),
            size: bytes(figures.stored_bytes),
            time: readingTime(figures.bytes, t),
          })}{' '}
          {!isExact && t('window.between', { least: count(figures.least), most: count(figures.most) })}
        </p>
      )}
    </div>
  )
}

function Account({ data }: { data: Timeline }) {
  const { t } = useTranslation('requests')
  const { account } = data
  const n = (kind: string) => count((account?.absent as Record<string, number> | undefined)?.[kind] ?? 0)
  const gone = account?.absent
  const lost = (gone?.unexplained ?? 0) + (gone?.deleted_during ?? 0)
  return (
    <div className="card figure">
      <h2>{t('window.nothingMissing')}</h2>
      <p>
        {account === null ? (
          <Pill tone="warn">{t('window.noAccount')}</Pill>
        ) : lost === 0 ? (
          <Pill tone="ok">{t('window.allAccounted')}</Pill>
        ) : (
          <Pill tone="bad">{t('window.someLost', { count: lost })}</Pill>
        )}
      </p>
      <p className="mute">
        {account === null
          ? t('window.noAccountWhy')
          : t('window.accountWords', {
              archived: count(account.archived),
              aborted: n('aborted'),
              control: n('control'),
              compacted: n('compacted'),
              deleted: n('deleted_before'),
              lost: count(lost),
            })}
      </p>
    </div>
  )
}

/** `about 40 s`, or `under 1 s`. @param size uncompressed bytes */
export function readingTime(size: number, t: T): string {
  const seconds = size / BYTES_A_SECOND
  return seconds < 1 ? duration(seconds) : t('window.about', { n: duration(seconds) })
}

/** The last value that stood for a moment: while somebody drags, nothing is asked. */
function useSettled(value: { start: number | null; end: number | null }) {
  const [settled, setSettled] = useState(value)
  const { start, end } = value
  useEffect(() => {
    const timer = setTimeout(() => setSettled({ start, end }), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [start, end])
  return settled
}
