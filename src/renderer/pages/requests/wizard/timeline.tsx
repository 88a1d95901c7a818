import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Timeline } from '../../../../contract/ipc/calls/requests.ts'
import { zoneDay, zoneTime } from '../times.ts'
import { stepWords, TimelineTable } from './timeline-words.tsx'

const HEIGHT = 150
const KEYS: Record<string, number> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
}

interface ChartProps {
  data: Timeline
  start: number | null
  end: number | null
  zone: string
  onChange(window: { start: number | null; end: number | null }): void
}

type End = 'start' | 'end'

/**
 * Records over time as bars, the chosen window over them, its ends to be dragged, moved by the arrow keys, or drawn anew
 * on the picture. Ends snap to the steps: the fields below take any millisecond.
 */
export function TimelineChart({ data, start, end, zone, onChange }: ChartProps) {
  const { t } = useTranslation('requests')
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const [hover, setHover] = useState<number | null>(null)
  const drag = useRef<{ end: End; anchor: number | null } | null>(null)
  const { edges, records } = data
  const [first, last] = [edges[0] ?? 0, edges.at(-1) ?? 1]
  const most = Math.max(1, ...records)
  const x = (at: number) => ((Math.min(Math.max(at, first), last) - first) / Math.max(1, last - first)) * width
  const [from, to] = [start ?? first, end === null ? last : end + 1]

  const edgeAt = (px: number): number => {
    const at = first + (px / Math.max(1, width)) * (last - first)
    return edges.reduce((best, edge) => (Math.abs(edge - at) < Math.abs(best - at) ? edge : best), first)
  }
  /** @param edge where the window ends: the last millisecond is the one before it */
  const set = (which: End, edge: number) => {
    if (which === 'start') onChange({ start: edge <= first ? null : Math.min(edge, to - 1), end })
    else onChange({ start, end: edge >= last ? null : Math.max(edge, from + 1) - 1 })
  }
  const pixel = (event: PointerEvent) => event.clientX - (box.current?.getBoundingClientRect().left ?? 0)

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return
    const px = pixel(event)
    const near = (['start', 'end'] as const).find((which) => Math.abs(px - x(which === 'start' ? from : to)) < 10)
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = near === undefined ? { end: 'end', anchor: edgeAt(px) } : { end: near, anchor: null }
  }
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const px = pixel(event)
    if (drag.current === null) {
      const at = first + (px / Math.max(1, width)) * (last - first)
      const step = edges.findIndex((edge, index) => at >= edge && at < (edges[index + 1] ?? Infinity))
      setHover(step >= 0 && step < records.length ? step : null)
      return
    }
    const { anchor, end: which } = drag.current
    const edge = edgeAt(px)
    if (anchor === null) set(which, edge)
    else if (edge !== anchor) {
      const [low, high] = [Math.min(anchor, edge), Math.max(anchor, edge)]
      onChange({ start: low <= first ? null : low, end: high >= last ? null : high - 1 })
    }
  }
  const onKeyDown = (which: End) => (event: KeyboardEvent) => {
    const current = which === 'start' ? from : to
    const at = edges.findIndex((edge) => edge >= current)
    const steps = KEYS[event.key]
    if (steps !== undefined) {
      const place = Math.min(edges.length - 1, Math.max(0, (at < 0 ? edges.length - 1 : at) + steps))
      set(which, edges[place] ?? current)
    } else if (event.key === 'Home') set(which, which === 'start' ? first : (edges[1] ?? last))
    else if (event.key === 'End') set(which, which === 'start' ? (edges.at(-2) ?? first) : last)
    else return
    event.preventDefault()
  }
  const handle = (which: End, at: number, shown: string) => (
    <div
      className={`timeline-handle ${which}`}
      style={{ left: x(at) }}
      role="slider"
      tabIndex={0}
      aria-label={t(`window.${which}`)}
      aria-valuemin={first}
      aria-valuemax={last}
      aria-valuenow={Math.min(Math.max(at, first), last)}
      aria-valuetext={shown}
      onKeyDown={onKeyDown(which)}
    />
  )
  const open = (word: string, at: number | null) => (at === null ? word : `${word}, ${zoneDay(at, zone)}`)
  const words = {
    start: start === null ? open(t('window.startOpen'), data.first) : zoneTime(start, zone),
    end: end === null ? open(t('window.endOpen'), data.last) : zoneTime(end, zone),
  }
  const gap = width / Math.max(1, records.length) > 4 ? 1.5 : 0
  return (
    <div className="timeline">
      <div
        ref={box}
        className="timeline-box"
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          drag.current = null
        }}
        onPointerLeave={() => setHover(null)}
      >
        <svg width={width} height={HEIGHT} aria-hidden="true" focusable="false">
          <rect className="chosen" x={x(from)} y={0} width={Math.max(0, x(to) - x(from))} height={HEIGHT} />
          {records.map((n, at) => {
            const [left, right] = [x(edges[at] ?? 0), x(edges[at + 1] ?? 0)]
            const height = n === 0 ? 0 : Math.max(2, (n / most) * (HEIGHT - 12))
            return (
              <rect
                key={edges[at]}
                className={at === hover ? 'bar hover' : 'bar'}
                x={left}
                y={HEIGHT - height}
                width={Math.max(1, right - left - gap)}
                height={height}
                rx={gap === 0 ? 0 : 1.5}
              />
            )
          })}
          {data.quiet.map(({ from: a, to: b, lost }) => (
            <rect
              key={a}
              className={lost === 'some' ? 'quiet lost' : 'quiet'}
              x={x(a) + 1}
              y={HEIGHT - 30}
              width={Math.max(3, x(b) - x(a) - 2)}
              height={29}
            />
          ))}
          {data.losses
            .filter(({ kind }) => kind !== 'deleted_before')
            .map((loss) => (
              <rect
                key={`${loss.topic}/${loss.partition}/${loss.from}`}
                className="loss"
                x={x(loss.after ?? first) - 1}
                y={0}
                width={Math.max(3, x(loss.before ?? last) - x(loss.after ?? first))}
                height={6}
              />
            ))}
        </svg>
        {handle('start', from, words.start)}
        {handle('end', to, words.end)}
      </div>
      <Labels
        first={first}
        last={last}
        zone={zone}
        places={{ start: x(from), end: x(to) }}
        words={words}
        width={width}
      />
      <p className="small mute timeline-hover" aria-hidden="true">
        {hover === null
          ? t('window.dragHint')
          : t('window.hover', {
              from: zoneTime(edges[hover] ?? 0, zone),
              n: stepWords(data, hover, t),
            })}
      </p>
      <TimelineTable data={data} zone={zone} />
    </div>
  )
}

interface LabelsProps {
  first: number
  last: number
  zone: string
  places: { start: number; end: number }
  words: { start: string; end: string }
  width: number
}

/** The ends of the picture in grey, those of the window in ink under their handles, kept apart. */
function Labels({ first, last, zone, places, words, width }: LabelsProps) {
  const half = 110
  let [a, b] = [places.start, places.end]
  a = Math.min(Math.max(a, half), width - 3 * half)
  b = Math.max(Math.min(b, width - half), a + 2 * half)
  return (
    <div className="timeline-labels small" aria-hidden="true">
      {a > 2 * half && <span className="mute">{zoneDay(first, zone)}</span>}
      <span className="at" style={{ left: a }}>
        {words.start}
      </span>
      <span className="at" style={{ left: b }}>
        {words.end}
      </span>
      {b < width - 2 * half && <span className="mute last">{zoneDay(last - 1, zone)}</span>}
    </div>
  )
}

/** The width of an element as it is now; 0 before it is drawn. */
function useWidth(element: React.RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const found = element.current
    if (found === null) return
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)))
    observer.observe(found)
    return () => observer.disconnect()
  }, [element])
  return width
}
