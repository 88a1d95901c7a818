import { type ChangeEvent, type FormEvent, useState } from 'react'
import { host } from '../../host.ts'
import { Field, Problem } from '../../parts/basics.tsx'
import { useAsk } from '../../state.ts'
import { t } from '../../strings.ts'

/** Starts a job from a configuration file: by its path on the host's machine, or by its text. */
export function StartJob({ directory }: { directory: string }) {
  const [by, setBy] = useState<'file' | 'text'>('file')
  const [path, setPath] = useState('')
  const [text, setText] = useState('')
  const [asked, run] = useAsk<{ jobId: string }>()
  const ready = (by === 'file' ? path : text).trim() !== ''

  const start = (dryRun: boolean) => {
    const source = by === 'file' ? { path } : { text }
    void run(() => host.call('jobs.startFromYaml', { source, dryRun }))
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
    <form className="card" onSubmit={submit} aria-labelledby="start-title">
      <h2 id="start-title">{t.jobs.startTitle}</h2>
      <fieldset className="choices">
        <legend className="unseen">{t.jobs.startTitle}</legend>
        <label>
          <input type="radio" name="by" checked={by === 'file'} onChange={() => setBy('file')} /> {t.jobs.byFile}
        </label>
        <label>
          <input type="radio" name="by" checked={by === 'text'} onChange={() => setBy('text')} /> {t.jobs.byText}
        </label>
      </fieldset>
      {by === 'file' ? (
        <Field id="job-path" label={t.jobs.path} hint={directory === '' ? undefined : t.jobs.pathHint(directory)}>
          <input
            id="job-path"
            value={path}
            spellCheck={false}
            autoComplete="off"
            aria-describedby="job-path-hint"
            onChange={(event) => setPath(event.target.value)}
          />
        </Field>
      ) : (
        <>
          <Field id="job-text" label={t.jobs.text} hint={t.jobs.textHint}>
            <textarea
              id="job-text"
              className="mono"
              rows={12}
              value={text}
              spellCheck={false}
              aria-describedby="job-text-hint"
              onChange={(event) => setText(event.target.value)}
            />
          </Field>
          <p>
            <label className="file btn q">
              {t.jobs.choose}
              <input className="unseen" type="file" accept=".yaml,.yml,.txt" onChange={fill} />
            </label>
          </p>
        </>
      )}
      <p className="actions">
        <button type="submit" className="btn" disabled={!ready || asked.state === 'busy'}>
          {t.jobs.start}
        </button>
        <button type="button" className="btn q" disabled={!ready || asked.state === 'busy'} onClick={() => start(true)}>
          {t.jobs.dryRun}
        </button>
        <span className="mute small">{t.jobs.dryRunHint}</span>
      </p>
      {asked.state === 'failed' && <Problem error={asked.error} />}
    </form>
  )
}
