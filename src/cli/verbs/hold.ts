import { usage } from '../flags.ts'
import { approvalOf, archiveAt, FORMATS, need, timeOf, type Verb, type VerbArguments } from './verb.ts'

/** Legal holds and retention: what keeps a backup from being deleted. */

const READ_BACK =
  'Needs a bucket with Object Lock: what a storage can not hold is refused, and never called held. Every lock is read\n' +
  'back from the storage. Interrupted, the same command goes on. The chain of custody and the activity journal say it.'

const place: Verb = {
  name: 'hold place',
  summary: 'put every object of a backup under legal hold, for a matter',
  details: `Nobody can delete a held object, whatever its retention. Several matters may hold a backup; what later runs add is\nheld too.\n${READ_BACK}`,
  flags: ['path', 'backup-id', 'matter', 'reason'],
  required: ['path', 'backup-id', 'matter', 'reason'],
  formats: FORMATS,
  examples: [
    'coffer hold place --path s3://backups/daily --backup-id ledger --matter 2026-17 --reason "subpoena of 3 May"',
  ],
  request: async (args) => ({ ...held(args), action: 'place', ...why(args) }),
}

const lift: Verb = {
  name: 'hold lift',
  summary: "lift a matter's legal hold; objects stay held while another matter holds them",
  details: `Where the profile's policy asks for four eyes, an approval is needed: "coffer approvals request" makes the request.\n${READ_BACK}`,
  flags: ['path', 'backup-id', 'matter', 'reason', 'approval'],
  required: ['path', 'backup-id', 'matter', 'reason'],
  formats: FORMATS,
  examples: [
    'coffer hold lift --path s3://backups/daily --backup-id ledger --matter 2026-17 --reason "settled 12 Nov"',
  ],
  request: async (args) => ({ ...held(args), action: 'lift', ...why(args), ...approvalOf(args) }),
}

const list: Verb = {
  name: 'hold list',
  summary: 'show what holds a backup, and ask the storage about every object',
  details: 'Exit code 5 where a matter holds the backup and some object is not under hold.',
  flags: ['path', 'backup-id'],
  required: ['path', 'backup-id'],
  formats: FORMATS,
  examples: ['coffer hold list --path s3://compliance-backups/daily --backup-id ledger'],
  request: async (args) => ({ ...held(args), action: 'list' }),
}

const extend: Verb = {
  name: 'retention extend',
  summary: 'keep every object of a backup at least until a time',
  details:
    'COMPLIANCE (default) can not be shortened or lifted by anybody until then; GOVERNANCE by whoever has the right. What\n' +
    `is kept for longer or stricter stays so.\n${READ_BACK}`,
  flags: ['path', 'backup-id', 'until', 'mode', 'reason', 'approval'],
  required: ['path', 'backup-id', 'until', 'reason'],
  formats: FORMATS,
  examples: [
    'coffer retention extend --path s3://backups/daily --backup-id ledger --until 2033-12-31T00:00:00Z --reason SOX',
  ],
  request: async (args) => {
    const mode = args.values.mode ?? 'COMPLIANCE'
    const known = (['COMPLIANCE', 'GOVERNANCE'] as const).find((one) => one === mode.toUpperCase())
    if (known === undefined) throw usage(`expected --mode COMPLIANCE or GOVERNANCE, got "${mode}"`)
    return {
      kind: 'retention',
      action: 'extend',
      environment: args.environment,
      ...archiveAt(args),
      mode: known,
      until: timeOf(args, 'until') ?? 0,
      reason: need(args, 'reason'),
      ...approvalOf(args),
    }
  },
}

export const holdVerbs: readonly Verb[] = [place, lift, list, extend]

function held(args: VerbArguments) {
  return { kind: 'hold', environment: args.environment, ...archiveAt(args) } as const
}

function why(args: VerbArguments): { matter: string; reason: string } {
  return { matter: need(args, 'matter'), reason: need(args, 'reason') }
}
