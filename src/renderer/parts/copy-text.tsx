import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

/** Text to take along: commands, configuration files, digests. Never a secret. */
export function CopyText({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  const copy = () =>
    void navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  return (
    <div className="copy-text">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section tabIndex={0} aria-label={label}>
        <pre>{text}</pre>
      </section>
      <Button variant="default" size="xs" onClick={copy}>
        {copied ? t('copied') : t('copy')}
      </Button>
      <span className="unseen" role="status">
        {copied ? t('copied') : ''}
      </span>
    </div>
  )
}
