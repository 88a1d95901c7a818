import type { ApprovalEntry } from '../../contract/approvals.ts'
import type { ApprovalsResult } from '../../contract/results.ts'
import { paint, type Style } from '../paint.ts'
import { moment } from '../words.ts'

const COLOUR: Readonly<Record<ApprovalEntry['state'], Style>> = {
  open: 'yellow',
  approved: 'green',
  rejected: 'red',
  expired: 'dim',
  used: 'dim',
  invalid: 'red',
}

export function approvalsText(result: ApprovalsResult): string[] {
  const policy =
    result.required.length === 0
      ? 'Nothing needs an approval here.'
      : `Needs a second person: ${result.required.join(', ')} (policy "${result.policy}"${result.policy_own ? ', in your own profile' : ''}).`
  if (result.action === 'list') {
    return [
      policy,
      ...(result.entries.length === 0 ? [`No requests in "${result.folder}".`] : []),
      ...result.entries.flatMap((entry) => ['', ...entryLines(entry)]),
      ...result.unreadable.flatMap(({ file, reason }) => ['', paint('red', `${file}: ${reason}`)]),
    ]
  }
  return [...result.entries.flatMap(entryLines), ...(result.action === 'request' ? [policy] : [])]
}

function entryLines(entry: ApprovalEntry): string[] {
  const { request, decision } = entry
  const { requester } = request
  return [
    `${paint(COLOUR[entry.state], entry.state)}: ${request.action.summary}`,
    `  state     ${entry.reason}`,
    `  asked     ${moment(request.requested_at)} by ${requester.name ?? requester.os_user} (${requester.os_user}@${requester.host})${requester.key_id === null ? '' : `, key ${requester.key_id.slice(0, 16)}…`}`,
    `  why       ${request.reason}`,
    `  exactly   ${Object.entries(request.action.facts)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    ...(decision === null
      ? []
      : [
          `  ${decision.decision.padEnd(9)} ${moment(decision.decided_at)} by ${decision.certificate ?? decision.approver.name ?? ''} (${decision.approver.os_user}@${decision.approver.host}), key ${decision.approver.key_id?.slice(0, 16)}…${decision.note === null ? '' : `: ${decision.note}`}`,
        ]),
    `  file      ${entry.decision_file ?? entry.file}`,
  ]
}
