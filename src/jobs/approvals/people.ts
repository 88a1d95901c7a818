import type { ApprovalActor, ApprovalDecision, ApprovalPolicy } from '../../contract/approvals.ts'
import { type Said, say } from '../../contract/said/said.ts'

/**
 * Whether two are the same person as far as anybody can tell: by their key, by the name that the policy gives their
 * keys, or by their operating system's user. Two who share an OS user are told apart by their keys alone, and only where
 * the policy knows both: a key that nobody knows proves no second person.
 * @returns why they are one; null where they are two
 */
export function samePerson(requester: ApprovalActor, approver: ApprovalActor, policy: ApprovalPolicy): Said | null {
  const known = (actor: ApprovalActor) => policy.people.find((person) => person.key_id === actor.key_id)
  const [asks, decides] = [known(requester), known(approver)]
  if (requester.key_id !== null && requester.key_id === approver.key_id) {
    return say('approval.sameKey')
  }
  if (asks !== undefined && decides !== undefined && asks.name === decides.name) {
    return say('approval.samePerson', { name: asks.name })
  }
  if (requester.os_user.toLowerCase() !== approver.os_user.toLowerCase()) return null
  if (asks?.may.includes('request') === true && decides !== undefined) return null
  return say('approval.sameUser', { user: requester.os_user })
}

/** Why a decision does not allow its action now; null where it does. Its signature has been checked. */
export function decisionProblem(
  { decision, request, approver }: ApprovalDecision,
  policy: ApprovalPolicy,
  now: number,
): Said | null {
  const person = policy.people.find((one) => one.key_id === approver.key_id)
  if (person === undefined) return say('approval.keyUnknown', { key: approver.key_id?.slice(0, 16) ?? '' })
  if (!person.may.includes('approve')) return say('approval.mayNot', { name: person.name })
  const same = samePerson(request.requester, approver, policy)
  if (same !== null) return same
  if (decision === 'rejected') return say('approval.rejectedIt', { name: person.name })
  if (Date.parse(request.expires_at) <= now) return say('approval.wasGood', { until: request.expires_at })
  if (Date.parse(request.expires_at) - Date.parse(request.requested_at) > policy.valid_hours * 3_600_000 + 1_000) {
    return say('approval.tooLong', { hours: policy.valid_hours })
  }
  return null
}
