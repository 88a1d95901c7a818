import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { dirname, resolve } from 'node:path'
import type {
  ApprovalActor,
  ApprovalDecision,
  ApprovalEntry,
  ApprovalRequestDocument,
  DecisionFile,
  RequestFile,
} from '../../contract/approvals.ts'
import { canonicalJson } from '../../contract/canonical-json.ts'
import { CofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { ApprovalsRequest, JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { ApprovalsResult } from '../../contract/results/approvals.ts'
import { english, type Said, say } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { osUser } from '../../journal/chain.ts'
import type { Signer } from '../../signing/signer.ts'
import { checkedReason, checkedWords } from '../hold/words.ts'
import { openNamedSigner } from '../named-signer.ts'
import { actionDigest, exactAction } from './action.ts'
import { readDecision, readRequest, signDocument, signedBy } from './document.ts'
import { decisionProblem, samePerson } from './people.ts'
import { type FoundPolicy, findPolicy } from './policy.ts'
import { exchangeOf, filesOf, usageOf, writeNew } from './store.ts'

/**
 * Four eyes: asks for the approval of an action, shows requests, and decides them. A decision is a signed document over
 * the whole request; it is never replaced.
 * @throws APPROVAL_REFUSED for one's own request, a key that may not approve, a request that is over or was changed;
 *   KEY_…; CONFIG_…; OBJECT_EXISTS where it has been decided
 */
export async function runApprovals(
  request: Extract<JobRequest, { kind: 'approvals' }>,
  context: JobContext,
): Promise<JobResult<ApprovalsResult>> {
  const { environment } = request
  const found = await findPolicy(environment)
  const exchange = exchangeOf(found, environment)
  const answer = (entries: ApprovalEntry[], unreadable: ApprovalsResult['unreadable'] = []) => ({
    exitCode: EXIT.done,
    result: {
      kind: 'approvals' as const,
      action: request.action,
      required: found.policy.require,
      policy: found.path,
      policy_own: found.own,
      folder: exchange.folder,
      entries,
      unreadable,
    },
  })
  switch (request.action) {
    case 'request': {
      const { path, file } = await ask(request, found, environment, request.output ?? exchange.folder)
      return answer([entryOf(path, file, null, null, found, { used: false, done: false })])
    }
    case 'approve':
    case 'reject':
      return answer([await decide(request, found, environment, context)])
    case 'verify': {
      const path = resolve(request.file)
      const decision = await readDecision(path)
      const file: RequestFile = { document: decision.document.request, signature: null }
      const entry = entryOf(path, file, path, decision, found, await usageOf(exchange, file.document.id))
      return { ...answer([entry]), exitCode: entry.state === 'approved' ? EXIT.done : EXIT.checkFailed }
    }
    case 'list': {
      const entries: ApprovalEntry[] = []
      const unreadable: ApprovalsResult['unreadable'] = []
      const decisions = await filesOf(exchange, 'decision')
      for (const [id, path] of await filesOf(exchange, 'request')) {
        try {
          const file = await readRequest(path)
          const decided = decisions.get(id) ?? null
          const decision = decided === null ? null : await readDecision(decided)
          entries.push(entryOf(path, file, decided, decision, found, await usageOf(exchange, id)))
        } catch (error) {
          if (!(error instanceof CofferError)) throw error
          unreadable.push({ file: path, reason: error.message })
        }
      }
      entries.sort((a, b) => (a.request.requested_at < b.request.requested_at ? 1 : -1))
      return answer(entries, unreadable)
    }
  }
}

async function ask(
  request: Extract<ApprovalsRequest, { action: 'request' }>,
  { policy }: FoundPolicy,
  environment: Record<string, string>,
  folder: string,
): Promise<{ path: string; file: RequestFile }> {
  const action = await exactAction(request.wanted, environment)
  const signer = request.signingKey === null ? null : await openNamedSigner(request.signingKey, environment)
  const now = Date.now()
  const document: ApprovalRequestDocument = {
    format: 'coffer-approval-request/1',
    id: randomUUID(),
    action,
    action_sha256: actionDigest(action),
    reason: checkedReason(request.reason),
    requester: actorOf(signer, environment),
    requested_at: isoTime(now),
    expires_at: isoTime(now + policy.valid_hours * 3_600_000),
  }
  const file: RequestFile = { document, signature: signer === null ? null : await signDocument(document, signer) }
  return { path: await writeNew(resolve(folder), document.id, 'request', canonicalJson(file)), file }
}

async function decide(
  request: Extract<ApprovalsRequest, { action: 'approve' | 'reject' }>,
  found: FoundPolicy,
  environment: Record<string, string>,
  context: JobContext,
): Promise<ApprovalEntry> {
  const path = resolve(request.file)
  const file = await readRequest(path)
  const signer = await openNamedSigner(request.signingKey, environment)
  for (const warning of signer.warnings) context.log('warn', english(warning))
  const approver = actorOf(signer, environment)
  const document: ApprovalDecision = {
    format: 'coffer-approval/1',
    decision: request.action === 'approve' ? 'approved' : 'rejected',
    request: file.document,
    approver,
    decided_at: isoTime(Date.now()),
    note: request.note === null ? null : checkedWords(request.note, '--note', 2_000),
  }
  const problem =
    request.action === 'approve'
      ? decisionProblem(document, found.policy, Date.now())
      : samePerson(file.document.requester, approver, found.policy)
  if (problem !== null) {
    throw new CofferError('APPROVAL_REFUSED', `can't ${request.action} this: ${english(problem)}`, {
      hint:
        found.path === null
          ? 'There is no policy here that says who may approve: see "coffer approvals list".'
          : `Who may approve stands in "${found.path}".`,
    })
  }
  const decision: DecisionFile = { document, signature: await signDocument(document, signer) }
  const written = await writeNew(dirname(path), file.document.id, 'decision', canonicalJson(decision))
  return entryOf(path, file, written, decision, found, { used: false, done: false })
}

function entryOf(
  path: string,
  { document }: RequestFile,
  decisionPath: string | null,
  decision: DecisionFile | null,
  { policy }: FoundPolicy,
  use: { used: boolean; done: boolean },
): ApprovalEntry {
  const now = Date.now()
  const until = minute(document.expires_at)
  const state = (): [ApprovalEntry['state'], Said] => {
    if (decision === null) {
      return Date.parse(document.expires_at) <= now
        ? ['expired', say('approval.undecided', { until })]
        : ['open', say('approval.open', { until })]
    }
    if (canonicalJson(decision.document.request) !== canonicalJson(document)) {
      return ['invalid', say('approval.otherRequest')]
    }
    const { approver, decision: word, decided_at: at } = decision.document
    const by = { who: approver.name ?? approver.os_user, at: minute(at) }
    if (word === 'rejected') return ['rejected', say('approval.rejected', by)]
    if (use.done) return ['used', say('approval.done')]
    if (use.used) return ['used', say('approval.used')]
    const problem = decisionProblem(decision.document, policy, now)
    if (problem === null) return ['approved', say('approval.approved', { ...by, until })]
    return [Date.parse(document.expires_at) <= now ? 'expired' : 'invalid', problem]
  }
  const [word, why] = state()
  return {
    id: document.id,
    state: word,
    reason: english(why),
    said: why,
    file: path,
    decision_file: decisionPath,
    request: document,
    decision:
      decision === null
        ? null
        : {
            decision: decision.document.decision,
            approver: decision.document.approver,
            decided_at: decision.document.decided_at,
            note: decision.document.note,
            certificate: signedBy(decision.signature),
          },
  }
}

function actorOf(signer: Signer | null, environment: Record<string, string>): ApprovalActor {
  return {
    os_user: osUser(),
    host: hostname(),
    name: signer?.name ?? (environment.COFFER_OPERATOR || null),
    key_id: signer?.keyId ?? null,
  }
}

/** A time of a document as a sentence has it. */
function minute(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`
}
