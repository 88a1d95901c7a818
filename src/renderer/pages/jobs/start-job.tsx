import { Button, Radio, Textarea, TextInput } from '@mantine/core'
import { type ChangeEvent, type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { Problem } from '../../parts/basics.tsx'
import { useAct } from '../../query.ts'
import { errorOf } from '../../state.ts'

/** Starts a job from a configuration file: by its path on the host's machine, or by its text. */
export function StartJob({ directory }: { directory: string }) {
  const { t } = useTranslation('jobs')
  const navigate = useNavigate()
  const [by, setBy] = useState<'file' | 'text'>('file')
  const [path, setPath] = useState('')
  const [text, setText] = useState('')
  const begin = useAct('jobs.startFromYaml', ['jobs.page'])
  const ready = (by === 'file' ? path : text).trim() !== '' && !begin.isPending

  const start = (dryRun: boolean) => {
    const source = by === 'file' ? { path } : { text }
    begin.mutate({ source, dryRun }, { onSuccess: ({ jobId }) => void navigate(`/jobs/${jobId}`) })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (ready) start(false)
  }
  const fill = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    if (file !== undefined) setText(await file.text())
  }

  return (
    <form className="start-job" onSubmit={submit} aria-label={t('start.title')}>
      <Radio.Group
        value={by}
        onChange={(value) => setBy(value === 'text' ? 'text' : 'file')}
        aria-label={t('start.title')}
      >
        <div className="choices">
          <Radio value="file" label={t('start.byFile')} />
          <Radio value="text" label={t('start.byText')} />
        </div>
      </Radio.Group>
      {by === 'file' ? (
        <TextInput
          label={t('start.path')}
          description={directory === '' ? undefined : t('start.pathHint', { directory })}
          value={path}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setPath(event.currentTarget.value)}
        />
      ) : (
        <>
          <Textarea
            label={t('start.text')}
            description={t('start.textHint')}
            classNames={{ input: 'mono' }}
            rows={12}
            value={text}
            spellCheck={false}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <p>
            <label className="file btn q">
              {t('start.choose')}
              <input className="unseen" type="file" accept=".yaml,.yml,.txt" onChange={fill} />
            </label>
          </p>
        </>
      )}
      <p className="actions">
        <Button type="submit" disabled={!ready}>
          {t('start.start')}
        </Button>
        <Button variant="default" disabled={!ready} onClick={() => start(true)}>
          {t('start.dryRun')}
        </Button>
        <span className="mute small">{t('start.dryRunHint')}</span>
      </p>
      {begin.error !== null && <Problem error={errorOf(begin.error)} />}
    </form>
  )
}
