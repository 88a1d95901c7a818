import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { EVERYTHING } from '../../contract/activity.ts'
import type { ApprovalAction, ApprovalDecision } from '../../contract/approvals.ts'
import { canonicalJson } from '../../contract/canonical-json.ts'
import { CofferError } from '../../contract/errors.ts'
import type { JobContext, JobRequest } from '../../contract/jobs.ts'
import { english } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { osUser } from '../../journal/chain.ts'
import { ActivityReader } from '../activity/read.ts'
import { recordActivity } from '../activity/record.ts'
import { profileFolder } from '../profile.ts'
import { actionDigest, approvableOf, exactAction, isProduction, needsApproval } from './action.ts'
import { readDecision } from './document.ts'
import { decisionProblem } from './people.ts'
import { type FoundPolicy, findPolicy } from './policy.ts'
import { type Exchange, exchangeOf, filesOf, usageOf, writeNew } from './store.ts'

/** A job that may run, since somebody approved it. */
export interface Admission {
  /** To be called when the job has done what was approved: from then on the approval is spent. */
  done(): Promise<void>
}

/**
 * Lets a job pass that needs no approval, or has one: signed by somebody who may approve and is not the one who asks,
 * over exactly this action, in time, and not used before. A restore that was cut off may go on with the same one; what
 * is done is done once. Every job that can need one comes by here, whatever host it came through.
 * @returns null where none is needed
 * @throws APPROVAL_NEEDED where there is none; APPROVAL_REFUSED where there is one that does not hold; CONFIG_…
 */
export async function admit(request: JobRequest, context: JobContext): Promise<Admission | null> {
  await refuseMovedGroups(request)
  const approvable = approvableOf(request)
  if (approvable === null) return null
  const { environment } = request
  const found = await findPolicy(environment)
  if (!found.policy.require.includes(approvable.kind)) return null
  const action = await exactAction(approvable, environment)
  if (!needsApproval(action, found.policy)) return null
  const exchange = exchangeOf(found, environment)
  const { decision, path } =
    request.approval === undefined
      ? await lookFor(action, found, exchange, environment)
      : await given(resolve(request.approval), action, found, exchange, environment)
  await use(decision, exchange, environment, path)
  const by = `${decision.approver.name ?? decision.approver.os_user}`
  context.log('info', `approved by ${by} on ${decision.decided_at} (${decision.request.id})`)
  return { done: () => spend(decision, exchange, environment) }
}

/**
 * Positions of groups are the last part of a restore: where that needs a second person, they are not moved past it.
 * @throws APPROVAL_NEEDED; CONFIG_… for the cluster
 */
async function refuseMovedGroups(request: JobRequest): Promise<void> {
  const moves =
    (request.kind === 'offset-reset' && request.action === 'execute') ||
    (request.kind === 'offset-rollback' && request.action === 'rollback' && !request.dryRun)
  if (!moves) return
  const { policy, path } = await findPolicy(request.environment)
  if (!policy.require.includes('restore')) return
  const { loadSection } = await import('../../contract/config/section.ts')
  const section = loadSection(request.cluster, request.environment)
  const brokers = section.section === 'storage' ? [] : section.cluster.bootstrap_servers
  if (!isProduction(brokers, policy)) return
  throw new CofferError(
    'APPROVAL_NEEDED',
    `moving consumer groups on the cluster at ${brokers.join(',')} needs a second person`,
    {
      hint: `Put them there by a restore ("restore.consumer_groups"), which can be approved. The policy is "${path}".`,
    },
  )
}

interface Found {
  decision: ApprovalDecision
  path: string
}

type Environment = Record<string, string>

async function given(
  path: string,
  action: ApprovalAction,
  policy: FoundPolicy,
  exchange: Exchange,
  environment: Environment,
): Promise<Found> {
  const { document } = await readDecision(path)
  const problem = await problemOf(document, action, policy, exchange, environment)
  if (problem !== null) throw refused(`the approval "${path}" does not allow this: ${problem}`)
  return { decision: document, path }
}

/** The first one that fits; what fits the action and does not hold says why in the error. */
async function lookFor(
  action: ApprovalAction,
  policy: FoundPolicy,
  exchange: Exchange,
  environment: Environment,
): Promise<Found> {
  let nearest: string | null = null
  for (const path of (await filesOf(exchange, 'decision')).values()) {
    try {
      const { document } = await readDecision(path)
      if (document.request.action_sha256 !== actionDigest(action)) continue
      const problem = await problemOf(document, action, policy, exchange, environment)
      if (problem === null) return { decision: document, path }
      nearest ??= problem
    } catch (error) {
      if (!(error instanceof CofferError)) throw error
      // somebody else's file in a shared folder is no reason to stop
    }
  }
  const hint = `Ask for one: "coffer approvals request ${action.kind === 'keys' ? `keys-${action.facts.action}` : action.kind}". The policy is "${policy.path}".`
  if (nearest !== null) throw refused(`the approval to ${action.summary} does not hold: ${nearest}`, hint)
  throw new CofferError('APPROVAL_NEEDED', `to ${action.summary} needs the approval of a second person`, { hint })
}

/** @returns why it does not allow the action now; null where it does */
async function problemOf(
  decision: ApprovalDecision,
  action: ApprovalAction,
  { policy }: FoundPolicy,
  exchange: Exchange,
  environment: Environment,
): Promise<string | null> {
  const { request } = decision
  if (request.action_sha256 !== actionDigest(action)) return differenceOf(request.action, action)
  const problem = decisionProblem(decision, policy, Date.now())
  if (problem !== null) return english(problem)
  if (request.requester.os_user !== osUser()) {
    return `it was given to "${request.requester.os_user}", and "${osUser()}" is about to use it`
  }
  const { used, done, by } = await usageOf(exchange, request.id)
  if (done || (await spentByJournal(request.id, environment))) return 'it has been used: what it allowed is done'
  // a restore writes each record once, however often it is started
  if (used && action.kind !== 'restore') return `it has been used by ${by}`
  return null
}

function differenceOf(approved: ApprovalAction, action: ApprovalAction): string {
  const names = new Set([...Object.keys(approved.facts), ...Object.keys(action.facts)])
  const different = [...names].filter((name) => approved.facts[name] !== action.facts[name])
  return `it allows to ${approved.summary}, which is something else (${different.join(', ') || 'its kind'})`
}

/** The marks can be removed by whoever can write the folder; the journal's lines can't, unnoticed. */
async function spentByJournal(id: string, environment: Environment): Promise<boolean> {
  const filter = { ...EVERYTHING, action: 'approval spent', text: id }
  const { total } = await new ActivityReader(profileFolder(environment)).page(filter, 0, 1)
  return total > 0
}

async function use(
  decision: ApprovalDecision,
  exchange: Exchange,
  environment: Environment,
  path: string,
): Promise<void> {
  const { id } = decision.request
  const by = `${osUser()}@${hostname()}`
  const mark = canonicalJson({ id, by, at: isoTime(Date.now()), action_sha256: decision.request.action_sha256 })
  try {
    await writeNew(exchange.folder, id, 'used', mark)
  } catch (error) {
    // of two who start at once one is too late; a restore that goes on has its mark already
    if (!(error instanceof CofferError) || error.code !== 'OBJECT_EXISTS') throw error
    if (decision.request.action.kind !== 'restore') throw refused(`the approval "${path}" has been used just now`)
  }
  await record('approval used', decision, environment)
}

async function spend(decision: ApprovalDecision, exchange: Exchange, environment: Environment): Promise<void> {
  const mark = canonicalJson({ id: decision.request.id, at: isoTime(Date.now()) })
  await writeNew(exchange.folder, decision.request.id, 'done', mark).catch((error: unknown) => {
    if (!(error instanceof CofferError) || error.code !== 'OBJECT_EXISTS') throw error
  })
  await record('approval spent', decision, environment)
}

async function record(
  action: string,
  { request, approver }: ApprovalDecision,
  environment: Environment,
): Promise<void> {
  await recordActivity(profileFolder(environment), environment, [
    {
      action,
      phase: 'event',
      subject: request.id,
      via: 'command line',
      name: environment.COFFER_OPERATOR || null,
      details: {
        action: request.action.summary,
        action_sha256: request.action_sha256,
        requester: `${request.requester.os_user}@${request.requester.host}`,
        approver: `${approver.os_user}@${approver.host}${approver.name === null ? '' : ` (${approver.name})`}`,
        approver_key: approver.key_id,
      },
    },
  ])
}

function refused(message: string, hint = 'Ask for a new one with "coffer approvals request".'): CofferError {
  return new CofferError('APPROVAL_REFUSED', message, { hint })
}
