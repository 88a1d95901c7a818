import type { RestoreChoices } from '../../../contract/ipc/restore.ts'
import { AskApproval } from '../../parts/ask-approval.tsx'
import { useCall } from '../../query.ts'

/** Asks for exactly this restore: the request is bound to the text of its file. */
export function AskForRestore({ choices }: { choices: RestoreChoices }) {
  const files = useCall('restore.files', { choices, signWith: null })
  return <AskApproval wanted={files.data === undefined ? null : { kind: 'restore', yaml: files.data.restore }} />
}
