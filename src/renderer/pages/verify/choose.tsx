import { Button, TextInput } from '@mantine/core'
import { type DragEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SerializedError } from '../../../contract/errors.ts'
import type { HeldFile } from '../../../contract/ipc/calls/files.ts'
import { giveAll, hasNativeDialogs, holdPath, pickFiles, pickFolder } from '../../files.ts'
import { bytes } from '../../format.ts'
import { host } from '../../host.ts'
import { Problem } from '../../parts/basics.tsx'
import { errorOf } from '../../state.ts'

const EVIDENCE = ['zip', 'pdf', 'json', 'sig', 'der']

/** Where evidence is dropped, chosen, or named by its path. */
export function Choose({ chosen, isTimeWrong }: { chosen: (files: HeldFile[]) => void; isTimeWrong: boolean }) {
  const { t } = useTranslation('verify')
  const [over, setOver] = useState(false)
  const [sent, setSent] = useState<{ name: string; part: number; size: number } | null>(null)
  const [error, setError] = useState<SerializedError | null>(null)
  const [path, setPath] = useState('')
  const [refused, setRefused] = useState(false)
  // an upload takes its time: of several that were begun, the last one counts
  const turn = useRef(0)
  const take = async (give: (onSent: (file: File, part: number) => void) => Promise<HeldFile[]>) => {
    const mine = ++turn.current
    setError(null)
    setSent(null)
    // Who gave a time, rightly or wrongly written, wants no verdict for another.
    setRefused(isTimeWrong)
    if (isTimeWrong) return
    try {
      const files = await give((file, part) => {
        if (mine === turn.current) setSent({ name: file.name, part, size: file.size })
      })
      if (mine !== turn.current) for (const { id } of files) void host.call('files.release', { id }).catch(() => {})
      else if (files.length > 0) chosen(files)
    } catch (thrown) {
      if (mine === turn.current) setError(errorOf(thrown))
    } finally {
      if (mine === turn.current) setSent(null)
    }
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const files = [...event.dataTransfer.files]
    void take((onSent) => giveAll(files, onSent))
  }
  const filters = [{ name: t('choose.files'), extensions: EVIDENCE }]
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one of three ways; the others are by keyboard
    <div
      className={over ? 'card drop over' : 'card drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <p>
        <strong>{t('choose.drop')}</strong>
      </p>
      <p className="mute">{t('choose.what')}</p>
      <p className="actions">
        <Button
          data-autofocus
          onClick={() => void take((onSent) => pickFiles({ title: t('choose.title'), filters, several: true }, onSent))}
          disabled={sent !== null}
        >
          {t('choose.button')}
        </Button>
        {hasNativeDialogs && (
          <Button
            variant="default"
            onClick={() =>
              void take(async () => {
                const folder = await pickFolder(t('choose.folder'))
                return folder === null ? [] : [folder]
              })
            }
          >
            {t('choose.folder')}
          </Button>
        )}
      </p>
      <form
        className="by-path"
        onSubmit={(event) => {
          event.preventDefault()
          void take(async () => [await holdPath(path)])
        }}
      >
        <TextInput
          label={t('choose.path')}
          description={t('choose.pathHint')}
          value={path}
          onChange={(event) => setPath(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={path.trim() === ''}>
          {t('choose.verifyPath')}
        </Button>
      </form>
      {sent !== null && (
        <p role="status">
          {t('choose.sending', { name: sent.name, part: bytes(sent.part), size: bytes(sent.size) })}
          <progress max={Math.max(1, sent.size)} value={sent.part} aria-label={sent.name} />
        </p>
      )}
      {refused && isTimeWrong && (
        <p className="bad-text" role="alert">
          {t('at.wrong')}
        </p>
      )}
      {error !== null && <Problem error={error} inside />}
    </div>
  )
}
