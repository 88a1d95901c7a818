import type { ApprovableRequest } from '../../contract/jobs.ts'
import { usage } from '../flags.ts'
import { archiveAt, configRequest, FORMATS, need, timeOf, type Verb, type VerbArguments } from './verb.ts'

/** Four eyes: a second person approves what the policy names, with a key of their own. */

const POLICY =
  "What needs an approval, and whose keys count, stands in approval-policy.json: the machine's (/etc/coffer), the one\n" +
  "that COFFER_APPROVAL_POLICY names, or the profile's own. Without one nothing needs an approval."

const WANTED = ['restore', 'hold-lift', 'retention', 'keys-create', 'keys-import', 'keys-revoke'] as const

const request: Verb = {
  name: 'approvals request',
  summary: 'ask a second person to approve one action',
  details:
    `ACTION is one of: ${WANTED.join(', ')}.\nGive the flags of the action itself. The request is good for exactly this, once, and for a limited time. It is\n` +
    `written into the folder of the policy, or where --output says; hand the file over by any way.\n${POLICY}`,
  operands: { name: 'ACTION', least: 1, most: 1 },
  flags: ['config', 'path', 'backup-id', 'matter', 'until', 'mode', 'name', 'file', 'reason', 'signing-key', 'output'],
  required: ['reason'],
  formats: FORMATS,
  examples: [
    'coffer approvals request restore --config restore.yaml --reason "drill of November"',
    'coffer approvals request hold-lift --path s3://b/daily --backup-id ledger --matter 2026-17 --reason "settled"',
  ],
  request: async (args) => ({
    kind: 'approvals',
    action: 'request',
    environment: args.environment,
    wanted: await wantedOf(args),
    reason: need(args, 'reason'),
    signingKey: args.values['signing-key'] ?? null,
    output: args.values.output ?? null,
  }),
}

const list: Verb = {
  name: 'approvals list',
  summary: 'show requests and what has become of them',
  details: POLICY,
  flags: [],
  required: [],
  formats: FORMATS,
  examples: ['coffer approvals list'],
  request: async (args) => ({ kind: 'approvals', action: 'list', environment: args.environment }),
}

function decide(action: 'approve' | 'reject', summary: string): Verb {
  return {
    name: `approvals ${action}`,
    summary,
    details:
      'Signs the whole request with your key and writes the decision beside it. Your own request is refused: by the key,\n' +
      'by the name that the policy gives it, and by the OS user. A decision is never replaced.',
    operands: { name: 'FILE', least: 1, most: 1 },
    flags: ['signing-key', 'note'],
    required: ['signing-key'],
    formats: FORMATS,
    examples: [`coffer approvals ${action} /shared/approvals/6f2c….request.json --signing-key jane-2026`],
    request: async (args) => ({
      kind: 'approvals',
      action,
      environment: args.environment,
      file: args.operands[0] as string,
      signingKey: need(args, 'signing-key'),
      note: args.values.note ?? null,
    }),
  }
}

const verify: Verb = {
  name: 'approvals verify',
  summary: 'check an approval: its signature, who gave it, for what, and whether it still holds',
  details:
    'By the certificate in the file and the keys of the policy; nothing else is asked. Exit code 5 where it does not hold.',
  operands: { name: 'FILE', least: 1, most: 1 },
  flags: [],
  required: [],
  formats: FORMATS,
  examples: ['coffer approvals verify /shared/approvals/6f2c….approval.json'],
  request: async (args) => ({
    kind: 'approvals',
    action: 'verify',
    environment: args.environment,
    file: args.operands[0] as string,
  }),
}

export const approvalVerbs: readonly Verb[] = [
  request,
  list,
  decide('approve', 'approve a request, signed with your key'),
  decide('reject', 'reject a request, signed with your key'),
  verify,
]

async function wantedOf(args: VerbArguments): Promise<ApprovableRequest> {
  const [word] = args.operands
  switch (WANTED.find((one) => one === word)) {
    case 'restore':
      return { kind: 'restore', config: await configRequest(args) }
    case 'hold-lift':
      return { kind: 'hold-lift', ...archiveAt(args), matter: need(args, 'matter') }
    case 'retention': {
      const mode = (args.values.mode ?? 'COMPLIANCE').toUpperCase()
      if (mode !== 'COMPLIANCE' && mode !== 'GOVERNANCE')
        throw usage(`expected --mode COMPLIANCE or GOVERNANCE, got "${mode}"`)
      need(args, 'until')
      return { kind: 'retention', ...archiveAt(args), mode, until: timeOf(args, 'until') ?? 0 }
    }
    case 'keys-create':
      return { kind: 'keys', action: 'create', name: need(args, 'name') }
    case 'keys-import':
      return { kind: 'keys', action: 'import', name: need(args, 'name'), file: need(args, 'file') }
    case 'keys-revoke':
      return { kind: 'keys', action: 'revoke', name: need(args, 'name') }
    case undefined:
      throw usage(`expected one of ${WANTED.join(', ')} to ask for, got "${word}"`)
  }
}
