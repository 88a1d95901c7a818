import { useTranslation } from 'react-i18next'
import { useDraft } from '../../draft.ts'
import { NEW_DRAFT } from './draft.ts'
import { RestoreWizard } from './restore-wizard.tsx'
import { RunView } from './run-view.tsx'
import './restore.css'

/** One restore at a time: its wizard until it is started, then how it goes, until another one is begun. */
export function Page() {
  // the words are there before the first of them is shown
  useTranslation('restore')
  const [draft, change, discard] = useDraft('restore', NEW_DRAFT)
  return draft.run === null ? (
    <RestoreWizard draft={draft} change={change} discard={discard} />
  ) : (
    <RunView
      run={draft.run}
      signWith={draft.signWith}
      onSignWith={(signWith) => change({ signWith })}
      onJobs={(jobs) => change((now) => (now.run === null ? now : { ...now, run: { ...now.run, ...jobs } }))}
      onBack={() => change({ run: null, at: 'preview' })}
      onAnother={discard}
    />
  )
}
