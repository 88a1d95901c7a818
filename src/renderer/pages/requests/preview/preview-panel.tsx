import { Button } from '@mantine/core'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { bytes, count } from '../../../format.ts'
import { Problem } from '../../../parts/basics.tsx'
import { Told } from '../../../parts/told.tsx'
import { type Choosing, RecordView } from './record-view.tsx'
import { RowList } from './row-list.tsx'
import { type LivePreview, usePreviewRecord } from './use-preview.ts'

interface PanelProps {
  preview: LivePreview
  title: string
  choose?: Choosing
  /** What has to be known of what is shown. */
  warning?: string
  /** What is looked into is a package, and nothing is looked for. */
  ofPackage?: boolean
}

/** The records that match so far, and the one that is chosen of them. */
export function PreviewPanel({ preview, choose, title, warning, ofPackage = false }: PanelProps) {
  const { t } = useTranslation('requests')
  const { previewId, state, error, more } = preview
  const id = useId()
  const [selected, setSelected] = useState<{ of: string | null; row: number } | null>(null)
  const row = selected !== null && selected.of === previewId ? selected.row : (state?.rows ?? 0) > 0 ? 0 : null
  const record = usePreviewRecord(previewId, row)
  const failed = error ?? state?.error ?? null
  return (
    <section className="card" aria-labelledby={id}>
      <div className="between">
        <h2 id={id}>{title}</h2>
        {state !== null && !state.running && !state.complete && !state.full && (
          <Button size="xs" variant="default" onClick={more}>
            {t('preview.further')}
          </Button>
        )}
      </div>
      {warning !== undefined && (
        <p className="warn-text" role="status">
          {warning}
        </p>
      )}
      {failed !== null ? (
        <Problem error={failed} inside />
      ) : (
        // what waits for something is not being opened
        (state !== null || warning === undefined) && <Words preview={preview} ofPackage={ofPackage} />
      )}
      {(state?.failuresTotal ?? 0) > 0 && (
        <div role="alert">
          <p className="bad-text">{t('preview.damaged', { count: state?.failuresTotal ?? 0 })}</p>
          <ul className="findings small">
            {state?.failures.slice(0, 3).map((one) => (
              <li key={one.segment}>
                <code>{one.code}</code> <Told text={one.reason} said={one.said} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {state !== null && state.rows > 0 && (
        <div className="preview-split">
          <RowList
            previewId={previewId}
            total={state.rows}
            selected={row}
            onSelect={(at) => setSelected({ of: previewId, row: at })}
            onEnd={() => state.rows >= 500 && more()}
          />
          {record !== null && <RecordView record={record} {...(choose === undefined ? {} : { choose })} />}
        </div>
      )}
    </section>
  )
}

function Words({ preview: { state }, ofPackage }: { preview: LivePreview; ofPackage: boolean }) {
  const { t } = useTranslation('requests')
  if (state === null) return <p role="status">{t('preview.starting')}</p>
  const read = { read: count(state.recordsRead), of: count(state.recordsTotal ?? 0), size: bytes(state.bytesRead) }
  const words = ofPackage
    ? t(state.complete ? 'preview.inPackage' : 'preview.firstInPackage', { count: state.rows })
    : state.complete && state.failuresTotal > 0
      ? t('preview.readable', { count: state.rows, ...read })
      : state.complete
        ? state.rows === 0
          ? t('preview.nothing', read)
          : t('preview.all', { count: state.rows, ...read })
        : state.full
          ? t('preview.full', { count: state.rows })
          : t('preview.soFar', { count: state.rows, ...read })
  return (
    <p role="status" className={state.complete && state.rows === 0 && !ofPackage ? 'warn-text' : 'mute'}>
      {words} {state.running && t('preview.looking')}
    </p>
  )
}
