import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Decide } from './decide.tsx'

/** A request that came as a file, by whatever way. The decision is written beside it. */
export function FromFile() {
  const { t } = useTranslation('approvals')
  const [file, setFile] = useState('')
  const [done, setDone] = useState(false)
  return (
    <details className="card">
      <summary>{t('file.title')}</summary>
      <p className="mute">{t('file.text')}</p>
      <TextInput
        mb="sm"
        label={t('file.path')}
        value={file}
        spellCheck={false}
        onChange={(event) => {
          setDone(false)
          setFile(event.currentTarget.value)
        }}
      />
      <Decide file={file} onDone={() => setDone(true)} />
      <p role="status">{done ? t('file.done') : ''}</p>
    </details>
  )
}
