import { Button, Modal, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'

interface ConfirmProps {
  opened: boolean
  title: string
  /** What will happen, and what can't be undone. */
  children: ReactNode
  /** The word that must be typed, for what can't be undone; without it a button is enough. */
  word?: string
  action: string
  danger?: boolean
  busy?: boolean
  onConfirm(): void
  onClose(): void
}

/** Asks before something is done. */
export function Confirm({ opened, title, children, word, action, danger, busy, onConfirm, onClose }: ConfirmProps) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const ready = word === undefined || typed.trim() === word
  const close = () => {
    setTyped('')
    onClose()
  }
  return (
    <Modal opened={opened} onClose={close} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) onConfirm()
        }}
      >
        {children}
        {word !== undefined && (
          <TextInput
            label={<AsWritten word={word} />}
            value={typed}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        <p className="wizard-actions">
          <Button variant="default" onClick={close}>
            {t('cancel')}
          </Button>
          <Button type="submit" {...(danger ? { color: 'red' } : {})} disabled={!ready} loading={busy ?? false}>
            {action}
          </Button>
        </p>
      </form>
    </Modal>
  )
}

/** What is to be typed stands out of the words around it, without marks that somebody might type as well. */
function AsWritten({ word }: { word: string }) {
  const { t } = useTranslation()
  const [before, after] = t('confirm.type', { word: '\n' }).split('\n')
  return (
    <>
      {before}
      <code>{word}</code>
      {after}
    </>
  )
}
