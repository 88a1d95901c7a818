import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PreviewRow } from '../../../../contract/requests/preview.ts'
import { utc } from '../../../format.ts'
import { plainText } from './plain-text.ts'
import { usePreviewRows } from './use-preview.ts'

const ROW = 32
const VIEW = 352
const AHEAD = 10
/** A browser draws nothing taller than some 33 million pixels: longer lists are scrolled in larger steps. */
const TALLEST = 8_000_000
const KEYS: Record<string, number> = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 }

interface RowListProps {
  previewId: string | null
  total: number
  selected: number | null
  onSelect(row: number): void
  /** The last rows are in sight. */
  onEnd(): void
}

/** A list of up to a million rows, of which only those in sight are in the document and a few pages in memory. */
export function RowList({ previewId, total, selected, onSelect, onEnd }: RowListProps) {
  const { t } = useTranslation('requests')
  const base = useId()
  const scroll = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const { need, row } = usePreviewRows(previewId, total)
  const whole = total * ROW
  const height = Math.min(whole, TALLEST)
  const most = Math.max(0, height - VIEW)
  /** Of all rows' pixels, which are at the top. */
  const offset = whole <= TALLEST || most === 0 ? top : (top / most) * (whole - VIEW)
  const first = Math.max(0, Math.floor(offset / ROW) - AHEAD)
  const last = Math.min(total, Math.ceil((offset + VIEW) / ROW) + AHEAD)
  useEffect(() => {
    need(first, last)
    if (total > 0 && last >= total) onEnd()
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another preview begins at its top
  useEffect(() => {
    scroll.current?.scrollTo(0, 0)
    setTop(0)
  }, [previewId])

  const show = (at: number) => {
    const pixel = at * ROW
    const wanted = pixel < offset ? pixel : pixel + ROW > offset + VIEW ? pixel + ROW - VIEW : null
    if (wanted === null) return
    scroll.current?.scrollTo(0, whole <= TALLEST ? wanted : (wanted / (whole - VIEW)) * most)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const by = KEYS[event.key]
    const at = selected ?? -1
    const to = by !== undefined ? at + by : event.key === 'Home' ? 0 : event.key === 'End' ? total - 1 : null
    if (to === null || total === 0) return
    event.preventDefault()
    const place = Math.min(total - 1, Math.max(0, to))
    onSelect(place)
    show(place)
  }
  const lines: ReactNode[] = []
  for (let at = first; at < last; at++) {
    lines.push(
      <Line
        key={at}
        id={`${base}-${at}`}
        at={at}
        total={total}
        row={row(at)}
        // in pixels of the document, which is shorter than all rows where there are very many
        y={at * ROW - offset + top}
        selected={at === selected}
        onSelect={onSelect}
      />,
    )
  }
  return (
    <div className="row-list">
      <div className="row-line row-head mute small" aria-hidden="true">
        <span>{t('preview.time')}</span>
        <span>{t('preview.place')}</span>
        <span>{t('preview.key')}</span>
        <span>{t('preview.value')}</span>
      </div>
      <div
        ref={scroll}
        className="row-scroll"
        role="listbox"
        tabIndex={0}
        aria-label={t('preview.records')}
        aria-activedescendant={
          selected !== null && selected >= first && selected < last ? `${base}-${selected}` : undefined
        }
        style={{ height: Math.min(VIEW, Math.max(ROW * 3, whole)) }}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
        onKeyDown={onKeyDown}
      >
        <div style={{ height, position: 'relative' }} role="presentation">
          {lines}
        </div>
      </div>
    </div>
  )
}

interface LineProps {
  id: string
  at: number
  total: number
  row: PreviewRow | null
  y: number
  selected: boolean
  onSelect(row: number): void
}

function Line({ id, at, total, row, y, selected, onSelect }: LineProps) {
  const { t } = useTranslation('requests')
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys, for its active row
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      aria-posinset={at + 1}
      aria-setsize={total}
      className="row-line"
      style={{ transform: `translateY(${y}px)` }}
      onClick={() => onSelect(at)}
    >
      {row === null ? (
        <span className="mute">…</span>
      ) : (
        <>
          <span className="mono">{timeWords(row.timestamp).replace(/ UTC$/, '')}</span>
          <span className="mono mute">
            {row.partition}:{row.offset} {row.topic}
          </span>
          <Cell text={row.key} none={t('preview.noKey')} />
          <Cell text={row.value} none={t('preview.noValue')}>
            {row.redacted && <abbr title={t('preview.redacted')}>▮ </abbr>}
          </Cell>
        </>
      )}
    </div>
  )
}

/** A key or a value; that there is none, or nothing in it, is said in words that don't look like a record's own. */
function Cell({ text, none, children }: { text: string | null; none: string; children?: ReactNode }) {
  const { t } = useTranslation('requests')
  const words = text === null ? none : text === '' ? t('preview.emptyText') : null
  return (
    <span className={words === null ? 'mono' : 'mute'}>
      {children}
      {words ?? plainText(text ?? '')}
    </span>
  )
}

/** As in evidence: UTC, to the second; what no calendar holds as it stands. */
export function timeWords(timestamp: string): string {
  const at = Number(timestamp)
  return Math.abs(at) <= 8.64e15 ? (utc(new Date(at).toISOString()) ?? timestamp) : timestamp
}
