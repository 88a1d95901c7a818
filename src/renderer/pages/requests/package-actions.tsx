import { Button, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ShownPackage } from '../../../contract/ipc/calls/requests.ts'
import type { CallOutput } from '../../../contract/ipc/map.ts'
import { saveAs } from '../../files.ts'
import { host } from '../../host.ts'
import { Pill, Problem } from '../../parts/basics.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { useAct, useCall } from '../../query.ts'
import { errorOf, useAsk } from '../../state.ts'
import { Answers, NameTheSigner, TONE } from '../verify/answers.tsx'
import { useVerdictWords } from '../verify/verdict-words.ts'
import { OpenedPackage } from './opened-package.tsx'

/** Look inside, save a copy, verify, and say to whom it went; each is entered into the chain of custody. */
export function PackageActions({ id, made }: { id: string; made: ShownPackage }) {
  const { t } = useTranslation('requests')
  const { file } = made
  const [open, setOpen] = useState(false)
  const [handing, setHanding] = useState(false)
  const [note, setNote] = useState('')
  const verify = useAct('requests.verify', ['requests.get', 'requests.custody'])
  const enter = useAct('requests.addCustody', ['requests.custody'])
  const [saved, save] = useAsk<string | null>()
  const keep = () =>
    void save(async () => {
      const held = await host.call('requests.hold', { id, file })
      const path = await saveAs(held)
      const browser = window.coffer === undefined
      if (path === null && !browser) return null
      await enter.mutateAsync({ id, action: 'exported', file, note: '', location: path })
      return path ?? ''
    })
  const look = () => {
    if (!open) enter.mutate({ id, action: 'viewed', file, note: '', location: null })
    setOpen(!open)
  }
  const gone = made.size === null
  return (
    <>
      <p className="actions">
        <Button size="xs" variant="default" disabled={gone} aria-expanded={open} onClick={look}>
          {open ? t('package.close') : t('package.open')}
        </Button>
        <Button size="xs" variant="default" disabled={gone} onClick={keep} loading={saved.state === 'busy'}>
          {t('package.save')}
        </Button>
        <Button size="xs" disabled={gone} loading={verify.isPending} onClick={() => verify.mutate({ id, file })}>
          {t('package.verify')}
        </Button>
        <Button size="xs" variant="default" onClick={() => setHanding(true)}>
          {t('package.handOver')}
        </Button>
      </p>
      {saved.state === 'failed' && <Problem error={saved.error} inside />}
      {saved.state === 'done' && saved.value !== null && (
        <p role="status" className="mute small">
          {saved.value === '' ? t('package.downloaded') : t('package.savedAs', { path: saved.value })}
        </p>
      )}
      {verify.error !== null && <Problem error={errorOf(verify.error)} inside />}
      {verify.data !== undefined && <Verified result={verify.data.result} />}
      {open && <OpenedPackage id={id} file={file} />}
      <Confirm
        opened={handing}
        title={t('package.handOver')}
        action={t('package.handOverDo')}
        busy={enter.isPending}
        onConfirm={() =>
          note.trim() !== '' &&
          enter.mutate(
            { id, action: 'transferred', file, note, location: null },
            {
              onSuccess: () => {
                setNote('')
                setHanding(false)
              },
            },
          )
        }
        onClose={() => setHanding(false)}
      >
        <p>{t('package.handOverWhy')}</p>
        <Textarea
          label={t('package.handOverNote')}
          required
          autosize
          minRows={2}
          maxLength={2_000}
          value={note}
          data-autofocus
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {enter.error !== null && <Problem error={errorOf(enter.error)} inside />}
      </Confirm>
    </>
  )
}

/** The verifier's answers, question by question, as the page Verify gives them. */
function Verified({ result }: { result: CallOutput<'requests.verify'>['result'] }) {
  const words = useVerdictWords(useCall('verify.trusted', null).data ?? [])
  const [file] = result.files
  if (file === undefined) return null
  return (
    <div role="status" className="package-answers">
      <p>
        <Pill tone={TONE[file.verdict]}>{words.verdict(file.verdict)}</Pill> <strong>{words.headline(file)}</strong>
      </p>
      <Answers file={file} words={words} />
      <NameTheSigner files={[file]} />
    </div>
  )
}
