import type { ApprovableKind, ApprovalEntry } from '../approvals.ts'

export interface ApprovalsResult {
  kind: 'approvals'
  action: 'request' | 'list' | 'approve' | 'reject' | 'verify'
  /** What the policy asks four eyes for; empty: nothing. */
  required: ApprovableKind[]
  /** Where the policy stands; null: there is none. */
  policy: string | null
  /** Whether the user's own profile holds it. */
  policy_own: boolean
  /** Where files are exchanged. */
  folder: string
  /** Of `list` all, newest first; else the one that the action is about. */
  entries: ApprovalEntry[]
  /** Files that are no requests or approvals, with the reason. */
  unreadable: { file: string; reason: string }[]
}
