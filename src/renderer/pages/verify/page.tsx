import './verify.css'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import type { SerializedError } from '../../../contract/errors.ts'
import type { VerifyResult } from '../../../contract/evidence/verdict.ts'
import type { HeldFile } from '../../../contract/ipc/calls/files.ts'
import { duration, utc } from '../../format.ts'
import { host } from '../../host.ts'
import { Card, Headline, Pill, Problem } from '../../parts/basics.tsx'
import { JobProgress } from '../../parts/progress.tsx'
import { useCall } from '../../query.ts'
import { errorOf, useJob } from '../../state.ts'
import { Choose } from './choose.tsx'
import { JudgeTime } from './judge-time.tsx'
import { TrustCard } from './trust.tsx'
import { Covered, FileVerdict, TakeAlong } from './verdict.tsx'
import { useVerdictWords } from './verdict-words.ts'

/** Verifies evidence, whoever made it: with nothing set up and without a network. */
export function Page() {
  const { t } = useTranslation('verify')
  const [files, setFiles] = useState<HeldFile[]>([])
  const [jobId, setJobId] = useState<string | null>(null)
  const [at, setAt] = useState<number | null>(null)
  const [error, setError] = useState<SerializedError | null>(null)
  const [isTimeWrong, setTimeWrong] = useState(false)
  const job = useJob(jobId)

  // what was begun before something else was asked for has no say any more
  const asked = useRef(0)
  const start = useCallback(async (chosen: HeldFile[], time: number | null = null) => {
    const mine = ++asked.current
    setError(null)
    setJobId(null)
    setFiles(chosen)
    try {
      const started = await host.call('verify.start', { files: chosen.map((file) => file.id), at: time })
      if (mine === asked.current) setJobId(started.jobId)
    } catch (thrown) {
      if (mine === asked.current) setError(errorOf(thrown))
    }
  }, [])
  useOpenedWith(start, setError)

  const reset = () => {
    asked.current++
    for (const file of files) void host.call('files.release', { id: file.id }).catch(() => {})
    setFiles([])
    setJobId(null)
    setError(null)
    // a time that was meant for one file would silently change the answer on the next
    setAt(null)
  }
  const names = files.map((file) => file.name).join(', ')
  const outcome = job?.outcome ?? null
  const facts = outcome?.state === 'done' && outcome.result.kind === 'verify' ? outcome.result.verified : null
  const failed = error ?? (outcome?.state === 'failed' ? outcome.error : null)
  const seconds = job === null || job.endedAt === null ? 0 : (job.endedAt - job.startedAt) / 1000

  if (facts !== null && jobId !== null) {
    const shown = asked.current
    const judge = (time: number | null) => {
      setAt(time)
      void start(files, time)
    }
    return (
      <Verdicts
        result={facts}
        jobId={jobId}
        names={names}
        seconds={seconds}
        judge={judge}
        again={() => {
          // trust was changed while another file was being chosen already
          if (shown === asked.current) void start(files, judgedFor(facts))
        }}
        another={reset}
      />
    )
  }
  return (
    <>
      <Headline sub={files.length === 0 ? t('sub') : names}>
        {failed !== null ? t('couldNot') : files.length === 0 ? t('headline') : t('verifying')}
      </Headline>
      {failed !== null && <Problem error={failed} />}
      {files.length > 0 && failed === null && (
        <div className="card">{job === null ? <progress aria-label={names} /> : <JobProgress job={job} />}</div>
      )}
      {(files.length === 0 || failed !== null) && (
        <Choose chosen={(chosen) => void start(chosen, at)} isTimeWrong={isTimeWrong} />
      )}
      {files.length === 0 && (
        <Card title={t('at.card')}>
          <JudgeTime
            at={at}
            change={(time, isWrong) => {
              setAt(time)
              setTimeWrong(isWrong)
            }}
          />
        </Card>
      )}
      {files.length === 0 && <TrustCard changed={() => {}} />}
    </>
  )
}

const judgedFor = ({ judged_for }: VerifyResult): number | null =>
  judged_for === undefined ? null : Date.parse(judged_for)

interface VerdictsProps {
  result: VerifyResult
  jobId: string
  names: string
  seconds: number
  judge: (at: number | null) => void
  again: () => void
  another: () => void
}

function Verdicts({ result, jobId, names, seconds, judge, again, another }: VerdictsProps) {
  const { t } = useTranslation('verify')
  const trusted = useCall('verify.trusted', null).data ?? []
  const words = useVerdictWords(trusted)
  const { files } = result
  const [only] = files
  const genuine = files.filter((file) => file.verdict === 'passed').length
  const alone = files.length === 1 && only !== undefined
  return (
    <>
      <Headline sub={t('context', { names, time: duration(seconds) })}>
        {alone ? words.headline(only) : t('ofSeveral', { genuine, count: files.length })}
      </Headline>
      {result.judged_for !== undefined && (
        <p>
          <Pill tone="warn">{t('at.pill')}</Pill> {t('at.judged', { at: utc(result.judged_for) })}
        </p>
      )}
      {files.map((file) => (
        <FileVerdict key={file.file} file={file} trusted={trusted} alone={alone} />
      ))}
      {alone && <Covered file={only} />}
      <TakeAlong result={result} jobId={jobId} trusted={trusted} another={another} />
      <Card title={t('at.card')}>
        <JudgeTime at={judgedFor(result)} change={() => {}} judge={judge} />
      </Card>
      <TrustCard changed={again} />
    </>
  )
}

/** Files that the application was opened with come by their ids in the address, which then forgets them. */
function useOpenedWith(start: (files: HeldFile[]) => Promise<void>, failed: (error: SerializedError) => void): void {
  const [query, setQuery] = useSearchParams()
  const started = useRef('')
  useEffect(() => {
    const ids = query.getAll('file')
    const key = ids.join(' ')
    if (ids.length === 0 || started.current === key) return
    started.current = key
    Promise.all(ids.map((id) => host.call('files.get', { id })))
      .then((files) => start(files))
      .catch((error: unknown) => failed(errorOf(error)))
      .finally(() => setQuery({}, { replace: true }))
  }, [query, setQuery, start, failed])
}
