import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { allowNotices, noticeState } from '../../notices.ts'

/** Whether this browser shows what the switches above ask for, and the button that asks it to. */
export function BrowserNotices() {
  const { t } = useTranslation('settings')
  const [state, setState] = useState(noticeState)
  if (state === 'desktop') return null
  return (
    <div>
      <p className="mute small" role="status">
        {t(`browser.${state}`)} {state !== 'unsupported' && t('browser.eachStart')}
      </p>
      {state === 'default' && (
        <p className="actions">
          <Button variant="default" onClick={() => void allowNotices().then(setState)}>
            {t('browser.allow')}
          </Button>
        </p>
      )}
    </div>
  )
}
