import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SerializedError } from '../../../contract/errors.ts'
import type { UpdateStanding } from '../../../contract/ipc/calls/updates.ts'
import type { JobSummary } from '../../../contract/ipc/job.ts'
import type { UpdateFile } from '../../../contract/updates.ts'
import { hasNativeDialogs, holdPath, saveAs } from '../../files.ts'
import { bytes } from '../../format.ts'
import { host } from '../../host.ts'
import { Pill, Problem } from '../../parts/basics.tsx'
import { Digest, Facts } from '../../parts/facts.tsx'
import { JobControls, percentOf } from '../../parts/progress.tsx'
import { useAct } from '../../query.ts'
import { errorOf, useAllJobs } from '../../state.ts'

/** A newer version: what the publisher says of it, its packages, and how far a fetch is. */
export function UpdateOffer({ offer: { newest, fitting } }: { offer: NonNullable<UpdateStanding['offer']> }) {
  const { t } = useTranslation('settings')
  const fetch = useAct('updates.fetch')
  // also after another page was looked at meanwhile
  const job = useAllJobs().find(
    ({ kind, subject }) => kind === 'update' && newest.files.some((one) => one.name === subject),
  )
  const busy = fetch.isPending || (job !== undefined && job.outcome === null)
  const own = newest.files.filter((file) => fitting.includes(file.name))
  const others = newest.files.filter((file) => !fitting.includes(file.name))
  const list = (files: readonly UpdateFile[]) => (
    <ul className="plain-list">
      {files.map((file) => (
        <li key={file.name} className="between">
          <span data-words="none">
            {file.name} · {file.kind} · {file.platform} {file.arch} · {bytes(file.size)}
          </span>
          <Button
            variant="default"
            size="xs"
            disabled={busy}
            aria-label={t('updates.fetchOf', { name: file.name })}
            onClick={() => fetch.mutate({ name: file.name })}
          >
            {t('updates.fetch')}
          </Button>
        </li>
      ))}
    </ul>
  )
  return (
    <>
      {newest.notes !== '' && (
        <details>
          <summary>{t('updates.notes')}</summary>
          <pre className="update-notes">{newest.notes}</pre>
        </details>
      )}
      {own.length === 0 ? (
        <p>{t('updates.noPackages')}</p>
      ) : (
        <div>
          <p className="label">{t('updates.packages')}</p>
          {list(own)}
        </div>
      )}
      {others.length > 0 && (
        <details>
          <summary>{t('updates.others')}</summary>
          {list(others)}
        </details>
      )}
      {fetch.error !== null && <Problem error={errorOf(fetch.error)} inside />}
      {job !== undefined && <Fetch job={job} />}
    </>
  )
}

function Fetch({ job }: { job: JobSummary }) {
  const { t } = useTranslation('settings')
  const { outcome, progress, subject: name } = job
  if (outcome === null) {
    const title = t('updates.fetching', { name })
    const percent = progress === null ? null : percentOf(progress)
    return (
      <div>
        <p role="status">{title}</p>
        <progress max={100} value={percent ?? undefined} aria-label={title} />
        {progress !== null && progress.bytesTotal !== null && (
          <p className="mute small">
            {t('updates.fetchedOf', { done: bytes(progress.bytesDone), total: bytes(progress.bytesTotal) })}
          </p>
        )}
        <JobControls job={job} name={title} />
      </div>
    )
  }
  if (outcome.state === 'failed') {
    if (outcome.error.code === 'INTERRUPTED') return <p role="status">{t('updates.cancelled')}</p>
    return <Problem error={outcome.error} inside />
  }
  const { result } = outcome
  if (result.kind !== 'update' || result.output === null) return <p role="status">{t('updates.nothingNewer')}</p>
  return (
    <Fetched version={result.version ?? ''} path={result.output} sha256={result.sha256 ?? ''} size={result.size ?? 0} />
  )
}

/** Where it lies, with its digest. The desktop shows its folder; a browser can take a copy. */
function Fetched({ version, path, sha256, size }: { version: string; path: string; sha256: string; size: number }) {
  const { t } = useTranslation('settings')
  const [error, setError] = useState<SerializedError | null>(null)
  const take = async () => {
    try {
      setError(null)
      const file = await holdPath(path)
      if (hasNativeDialogs) await host.call('files.reveal', { id: file.id })
      else await saveAs(file)
    } catch (thrown) {
      setError(errorOf(thrown))
    }
  }
  return (
    <div className="stack">
      <p role="status">
        <Pill tone="ok">{t('updates.fetched')}</Pill> {t('updates.fetchedText', { version })}
      </p>
      <Facts
        of={[
          [t('updates.path'), <code key="path">{path}</code>],
          [t('updates.size'), bytes(size)],
          // biome-ignore lint/correctness/useJsxKeyInIterable: a pair, and no list of elements
          ['SHA-256', <Digest>{sha256}</Digest>],
        ]}
      />
      {error !== null && <Problem error={error} inside />}
      <p className="actions">
        <Button variant="default" onClick={() => void take()}>
          {hasNativeDialogs ? t('updates.reveal') : t('download', { ns: 'app' })}
        </Button>
      </p>
    </div>
  )
}
