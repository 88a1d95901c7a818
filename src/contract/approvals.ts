import { z } from 'zod'
import { said } from './ipc/said.ts'
import { english, type Said, say } from './said/said.ts'

/** Actions that a policy can ask four eyes for. */
export const APPROVABLE = ['restore', 'hold-lift', 'keys', 'retention'] as const
export type ApprovableKind = (typeof APPROVABLE)[number]

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in lowercase hex')
const line = (most: number) => z.string().min(1).max(most)
const time = z.iso.datetime()

/** Somebody whose key counts. The key's id is what `coffer keys list` shows. */
const person = z.strictObject({
  name: line(200),
  key_id: hash,
  /** `approve`: may decide; `request`: may ask under the same OS user as the one who decides. */
  may: z.array(z.enum(['request', 'approve'])).min(1),
})

/** What needs four eyes here: `approval-policy.json` in the profile, or where the administrator says. */
export const approvalPolicy = z.strictObject({
  format: z.literal('coffer-approval-policy/1'),
  require: z.array(z.enum(APPROVABLE)),
  /** Restores into these brokers need it, with `*` and `?`; empty: every restore. */
  production: z.array(line(300)).max(1_000),
  people: z.array(person).max(1_000),
  /** A folder that requests and approvals are exchanged by; null: they are handed over as files. */
  folder: z.string().max(4_096).nullable(),
  /** How long a request is good for. */
  valid_hours: z.number().min(1).max(720),
})
export type ApprovalPolicy = z.infer<typeof approvalPolicy>

export const NO_APPROVALS: ApprovalPolicy = {
  format: 'coffer-approval-policy/1',
  require: [],
  production: [],
  people: [],
  folder: null,
  valid_hours: 24,
}

const actor = z.strictObject({
  os_user: line(200),
  host: line(300),
  name: line(300).nullable(),
  /** Of the key that signs; null: the request is not signed. */
  key_id: hash.nullable(),
})
export type ApprovalActor = z.infer<typeof actor>

const scalar = z.union([z.string().max(4_096), z.number(), z.boolean(), z.null()])

/** Exactly what is asked for: the approval is good for nothing else. */
export const approvalAction = z.strictObject({
  kind: z.enum(APPROVABLE),
  /** In words. */
  summary: line(1_000),
  /** What decides what is done: digests, target, backup. Never a secret. */
  facts: z.record(line(100), scalar),
})
export type ApprovalAction = z.infer<typeof approvalAction>

export const approvalRequest = z.strictObject({
  format: z.literal('coffer-approval-request/1'),
  id: z.uuid(),
  action: approvalAction,
  /** Of the canonical JSON of `action`. */
  action_sha256: hash,
  reason: line(2_000),
  requester: actor,
  requested_at: time,
  expires_at: time,
})
export type ApprovalRequestDocument = z.infer<typeof approvalRequest>

export const approvalDecision = z.strictObject({
  format: z.literal('coffer-approval/1'),
  decision: z.enum(['approved', 'rejected']),
  /** The request as it was shown, whole. */
  request: approvalRequest,
  approver: actor,
  decided_at: time,
  note: line(2_000).nullable(),
})
export type ApprovalDecision = z.infer<typeof approvalDecision>

const signature = z.strictObject({
  algorithm: z.enum(['ECDSA-P256-SHA256', 'ECDSA-P384-SHA384', 'Ed25519', 'RSA-SHA256']),
  /** SHA-256 of the SubjectPublicKeyInfo. */
  key_id: hash,
  /** Base64: ECDSA as DER. Over the canonical JSON (RFC 8785) of the document. */
  value: z.base64().max(2_000),
  /** DER in base64, the signer's own first. */
  certificates: z.array(z.base64().max(20_000)).min(1).max(10),
})
export type ApprovalSignature = z.infer<typeof signature>

/** The files that are exchanged: canonical JSON of a document and its signature. */
export const requestFile = z.strictObject({ document: approvalRequest, signature: signature.nullable() })
export type RequestFile = z.infer<typeof requestFile>
export const decisionFile = z.strictObject({ document: approvalDecision, signature })
export type DecisionFile = z.infer<typeof decisionFile>

export const APPROVAL_STATES = ['open', 'approved', 'rejected', 'expired', 'used', 'invalid'] as const

/** A request with what has become of it. */
export const approvalEntry = z.object({
  id: z.string(),
  state: z.enum(APPROVAL_STATES),
  /** One sentence on the state. */
  reason: z.string(),
  said: said.exactOptional(),
  /** Path of the request's file, and of the decision's. */
  file: z.string(),
  decision_file: z.string().nullable(),
  request: approvalRequest,
  decision: z
    .object({
      decision: z.enum(['approved', 'rejected']),
      approver: actor,
      decided_at: z.string(),
      note: z.string().nullable(),
      /** As the certificate has it. */
      certificate: z.string().nullable(),
    })
    .nullable(),
})
export type ApprovalEntry = z.infer<typeof approvalEntry>

/**
 * What is asked for, from its facts: for a window in another language. Undefined where that is not the sentence that was
 * signed: a request may come from anywhere.
 */
export function saidOfAction({ kind, summary, facts }: ApprovalAction): Said | undefined {
  const text = (name: string) => String(facts[name] ?? '')
  const backup = text('backup_id')
  const keys = { create: 'approval.keyCreate', import: 'approval.keyImport', revoke: 'approval.keyRevoke' } as const
  const action = text('action')
  const made = {
    restore: () => say('approval.restore', { backup, target: text('target') }),
    'hold-lift': () => say('approval.holdLift', { matter: text('matter'), backup }),
    retention: () => say('approval.retention', { backup, until: text('until'), mode: text('mode') }),
    keys: () => say(keys[action as keyof typeof keys] ?? 'approval.keyCreate', { key: text('name') }),
  }[kind]()
  return english(made) === summary ? made : undefined
}
