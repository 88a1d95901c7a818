import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import type { JobRow } from '../../../contract/ipc/history.ts'
import { Problem } from '../../parts/basics.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { useAct } from '../../query.ts'
import { errorOf } from '../../state.ts'

/** Goes on with a job that has ended, or runs it again; nothing where neither can be. */
export function ResumeButton({ row, name }: { row: JobRow; name: string }) {
  const { t } = useTranslation('jobs')
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const resume = useAct('jobs.resume', ['jobs.page', 'jobs.get'])
  if (row.resume === 'no') return null
  const goesOn = row.resume === 'continue'
  const go = () => {
    setAsking(false)
    // what began may take this button away before it is answered
    void resume.mutateAsync({ jobId: row.jobId }).then(
      ({ jobId }) => navigate(`/jobs/${jobId}`),
      () => {},
    )
  }
  return (
    <>
      {resume.error !== null && <Problem error={errorOf(resume.error)} inside />}
      <p className="actions">
        <Button
          variant={goesOn ? 'filled' : 'default'}
          loading={resume.isPending}
          aria-label={goesOn ? t('resumeOf', { name }) : t('againOf', { name })}
          onClick={() => (row.kind === 'restore' && !row.dryRun ? setAsking(true) : go())}
        >
          {goesOn ? t('resume') : t('again')}
        </Button>
        <span className="mute small">{goesOn ? t('resumeHint') : t('againHint')}</span>
      </p>
      <Confirm
        opened={asking}
        title={t('restoreTitle')}
        action={t('resume')}
        onConfirm={go}
        onClose={() => setAsking(false)}
      >
        <p>{t('restoreAsk')}</p>
      </Confirm>
    </>
  )
}
