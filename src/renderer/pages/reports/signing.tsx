import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { ArchiveLocationInput } from '../../../contract/ipc/archive.ts'
import { saidOf } from '../../../contract/said/said.ts'
import { Card, Pill, Problem } from '../../parts/basics.tsx'
import { Told } from '../../parts/told.tsx'
import { useAct } from '../../query.ts'
import { errorOf, useJob } from '../../state.ts'
import type { Opened } from './words.ts'

export const isTimestampUrl = (value: string): boolean => /^https?:\/\/[^\s/@]+(\/\S*)?$/.test(value.trim())

interface TimestampProps {
  opened: Opened
  location: ArchiveLocationInput
  reportId: string
  onDone(): void
}

/** Only for a signature that has none: the time is then by the signer's own clock. */
export function Timestamp({ opened, location, reportId, onDone }: TimestampProps) {
  const { t } = useTranslation('reports')
  const [url, setUrl] = useState('')
  const [jobId, setJobId] = useState<string | null>(null)
  const ask = useAct('reports.timestamp', ['reports.list'])
  const outcome = useJob(jobId)?.outcome ?? null
  const told = useRef(false)
  useEffect(() => {
    if (outcome?.state !== 'done' || told.current) return
    told.current = true
    onDone()
  }, [outcome, onDone])

  const has = (ending: string) => opened.files.some((one) => one.ending === ending)
  const facts = outcome?.state === 'done' && outcome.result.kind === 'evidence-timestamp' ? outcome.result : null
  if (!has('sig.der') || (has('sig.tst') && jobId === null)) return null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    told.current = false
    ask.mutate({ location, reportId, timestampUrl: url.trim() }, { onSuccess: (started) => setJobId(started.jobId) })
  }
  return (
    <Card title={facts === null ? t('timestamp.title') : t('timestamp.got')}>
      {facts !== null ? (
        <div role="status">
          <p>
            <Pill tone="ok">{t('timestamp.done')}</Pill> {t('timestamp.doneText')}
          </p>
          {facts.warnings.map((warning) => (
            <p key={warning}>
              <Told text={warning} said={saidOf(warning, facts.sayings)} />
            </p>
          ))}
        </div>
      ) : (
        <form className="stack" onSubmit={submit}>
          <p>{t('timestamp.why')}</p>
          <TextInput
            label={t('timestamp.url')}
            description={t('timestamp.urlHint')}
            placeholder="https://"
            value={url}
            spellCheck={false}
            error={url.trim() !== '' && !isTimestampUrl(url) ? t('timestamp.wrong') : undefined}
            onChange={(event) => setUrl(event.currentTarget.value)}
          />
          <p className="actions">
            <Button
              type="submit"
              disabled={!isTimestampUrl(url)}
              loading={ask.isPending || (jobId !== null && outcome === null)}
            >
              {t('timestamp.action')}
            </Button>
          </p>
        </form>
      )}
      {ask.error !== null && <Problem error={errorOf(ask.error)} inside />}
      {outcome?.state === 'failed' && <Problem error={outcome.error} inside />}
    </Card>
  )
}

/** What signing means for a report that exists: the engine signs when it makes one, and adds nothing afterwards. */
export function SignAgain({ opened, location }: { opened: Opened; location: ArchiveLocationInput }) {
  const { t } = useTranslation('reports')
  const { facts, files } = opened
  const signed = files.some((one) => one.ending === 'sig')
  const month = facts?.monthly?.month
  const query = new URLSearchParams('connectionId' in location ? { storage: location.connectionId } : {})
  if (facts !== null) query.set('backup', facts.backupId)
  if (month !== undefined) query.set('month', month)
  return (
    <Card title={signed ? t('signAgain.second') : t('signAgain.unsigned')}>
      <p>{t('signAgain.why')}</p>
      <p className="actions">
        <Button component={Link} to={`/reports/new?${query}`} variant="default">
          {t('signAgain.action')}
        </Button>
        {facts?.kind === 'validation' && (
          <Button component={Link} to="/restore" variant="default">
            {t('signAgain.validation')}
          </Button>
        )}
        {facts?.kind === 'extraction' && (
          <Button component={Link} to="/requests" variant="default">
            {t('signAgain.extraction')}
          </Button>
        )}
      </p>
    </Card>
  )
}
