import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { FrameworkStanding } from '../../../contract/results.ts'
import { saveText } from '../../files.ts'
import { Problem } from '../../parts/basics.tsx'
import { useAsk } from '../../state.ts'
import { controlsCsv } from './rows.ts'

interface ExportProps {
  frameworks: readonly FrameworkStanding[]
  /** Of the file, without its ending. */
  name: string
  checkedAt: string
}

/** The controls as a table for a spreadsheet, or as data. */
export function ExportButtons({ frameworks, name, checkedAt }: ExportProps) {
  const { t } = useTranslation('controls')
  const [saved, save] = useAsk<string | null>()
  const json = () => `${JSON.stringify({ checked_at: checkedAt, note: NOTE, frameworks }, null, 2)}\n`
  return (
    <>
      <Button
        variant="default"
        onClick={() => void save(() => saveText(`${name}.csv`, controlsCsv(frameworks, Date.now())))}
      >
        {t('export.csv')}
      </Button>
      <Button variant="default" onClick={() => void save(() => saveText(`${name}.json`, json()))}>
        {t('export.json')}
      </Button>
      {saved.state === 'failed' && <Problem error={saved.error} inside />}
      {saved.state === 'done' && saved.value !== null && (
        <span className="mute small" role="status">
          {t('export.savedTo', { path: saved.value })}
        </span>
      )}
    </>
  )
}

/** In the file, whatever the window's language is: data has one. */
const NOTE = 'Evidence supports a control; an auditor judges it.'
