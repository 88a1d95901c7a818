import process from 'node:process'
import type { ConfigSource, JobRequest } from '../../contract/jobs.ts'
import { type FlagName, usage } from '../flags.ts'
import { archiveAt, FORMATS, need, type Verb, type VerbArguments } from './verb.ts'

/** The verbs that put consumer groups somewhere. Their flags and environment are those of OSO Kafka Backup. */

const CLUSTER_FLAGS: readonly FlagName[] = ['bootstrap-servers', 'security-protocol', 'sasl-mechanism']
const SIGN_IN =
  'Signing in: --security-protocol and --sasl-mechanism, with KAFKA_USERNAME, KAFKA_PASSWORD and KAFKA_SSL_CA_CERT (a\n' +
  'PEM file) from the environment, so that no secret stands on the command line. Groups with members are refused.'

const plan: Verb = {
  name: 'offset-reset plan',
  summary: 'show where consumer groups would stand after a restore, and change nothing',
  details:
    "Translates the groups' archived positions through the map of offsets that a restore left, and compares them with\n" +
    `where the groups stand now. Exit code 6 where a position can't be translated.\n${SIGN_IN}`,
  flags: ['path', 'backup-id', 'restore-id', 'groups', ...CLUSTER_FLAGS, 'dry-run'],
  required: ['path', 'backup-id', 'groups', 'bootstrap-servers'],
  formats: ['text', 'json', 'yaml', 'csv'],
  examples: [
    'coffer offset-reset plan --path /backups --backup-id ledger --groups payments,audit --bootstrap-servers kafka:9092',
  ],
  request: (args) => resetRequest(args, 'plan'),
}

const execute: Verb = {
  ...plan,
  name: 'offset-reset execute',
  summary: 'put consumer groups to where their archived positions went in a restore',
  details:
    'Notes first where they stand ("coffer offset-rollback rollback" takes it back), commits each position at its\n' +
    `coordinator and reads it back. --dry-run is the same as "offset-reset plan".\n${SIGN_IN}`,
  formats: FORMATS,
  examples: [
    'coffer offset-reset execute --path /backups --backup-id ledger --groups payments --bootstrap-servers kafka:9092',
  ],
  request: (args) => resetRequest(args, args.counts['dry-run'] === undefined ? 'execute' : 'plan'),
}

const bulk: Verb = {
  ...execute,
  name: 'offset-reset-bulk',
  summary: 'the same as offset-reset execute',
  flags: [...execute.flags, 'max-concurrent', 'max-retries'],
  examples: [
    'coffer offset-reset-bulk --path /backups --backup-id ledger --groups payments,audit --bootstrap-servers kafka:9092',
  ],
}

const script: Verb = {
  ...plan,
  name: 'offset-reset script',
  summary: "write a shell script that does the same with Kafka's own tool",
  flags: ['path', 'backup-id', 'restore-id', 'groups', ...CLUSTER_FLAGS, 'output'],
  formats: FORMATS,
  examples: [
    'coffer offset-reset script --path /backups -b ledger -g payments --bootstrap-servers kafka:9092 --output reset.sh',
  ],
  request: (args) => resetRequest(args, 'script'),
}

const snapshot: Verb = {
  name: 'offset-rollback snapshot',
  summary: 'note where consumer groups stand, so that they can be put back there',
  details: `All positions of each group, whatever topic they are on. It lies below "offset-snapshots" in the place.\n${SIGN_IN}`,
  flags: ['path', 'groups', ...CLUSTER_FLAGS, 'description'],
  required: ['path', 'groups', 'bootstrap-servers'],
  formats: FORMATS,
  examples: [
    'coffer offset-rollback snapshot --path /backups --groups payments --bootstrap-servers kafka:9092 -d "before the move"',
  ],
  request: async (args) =>
    rollbackRequest(args, {
      action: 'snapshot',
      groups: groupsOf(args),
      description: args.values.description ?? null,
      cluster: clusterOf(args),
    }),
}

const listSnapshots: Verb = {
  name: 'offset-rollback list',
  summary: 'list the noted positions in a place, newest first',
  flags: ['path'],
  required: ['path'],
  formats: FORMATS,
  examples: ['coffer offset-rollback list --path /backups'],
  request: async (args) => rollbackRequest(args, { action: 'list' }),
}

const ONE = {
  flags: ['path', 'snapshot-id'],
  shorts: { s: 'snapshot-id' },
  required: ['path', 'snapshot-id'],
  formats: FORMATS,
} as const satisfies Partial<Verb>

const show: Verb = {
  ...ONE,
  name: 'offset-rollback show',
  summary: 'show the positions of one',
  examples: ['coffer offset-rollback show --path /backups --snapshot-id snap-1795851874672-9f3c21aa'],
  request: async (args) => rollbackRequest(args, { action: 'show', snapshotId: need(args, 'snapshot-id') }),
}

const rollback: Verb = {
  ...ONE,
  name: 'offset-rollback rollback',
  summary: 'put consumer groups back to where one has them',
  details:
    'Notes first where they stand now, so that this can be taken back too; commits and reads back. A position past the\n' +
    `end of its log is left out, and said: exit code 6. --dry-run only shows what would change.\n${SIGN_IN}`,
  flags: [...ONE.flags, ...CLUSTER_FLAGS, 'dry-run', 'verify'],
  required: [...ONE.required, 'bootstrap-servers'],
  examples: [
    'coffer offset-rollback rollback -p /backups -s snap-1795851874672-9f3c21aa --bootstrap-servers kafka:9092 --dry-run',
  ],
  request: async (args) =>
    rollbackRequest(args, {
      action: 'rollback',
      snapshotId: need(args, 'snapshot-id'),
      cluster: clusterOf(args),
      dryRun: args.counts['dry-run'] !== undefined,
    }),
}

const verify: Verb = {
  ...ONE,
  name: 'offset-rollback verify',
  summary: 'check that consumer groups stand where one has them: PASSED or FAILED',
  flags: [...ONE.flags, ...CLUSTER_FLAGS],
  required: [...ONE.required, 'bootstrap-servers'],
  examples: [
    'coffer offset-rollback verify --path /backups --snapshot-id snap-1795851874672-9f3c21aa --bootstrap-servers kafka:9092',
  ],
  request: async (args) =>
    rollbackRequest(args, { action: 'verify', snapshotId: need(args, 'snapshot-id'), cluster: clusterOf(args) }),
}

const remove: Verb = {
  ...ONE,
  name: 'offset-rollback delete',
  summary: 'delete one',
  examples: ['coffer offset-rollback delete --path /backups --snapshot-id snap-1795851874672-9f3c21aa'],
  request: async (args) => rollbackRequest(args, { action: 'delete', snapshotId: need(args, 'snapshot-id') }),
}

export const groupOffsetVerbs: readonly Verb[] = [
  plan,
  execute,
  script,
  bulk,
  snapshot,
  listSnapshots,
  show,
  rollback,
  verify,
  remove,
]

async function resetRequest(args: VerbArguments, action: 'plan' | 'execute' | 'script'): Promise<JobRequest> {
  return {
    kind: 'offset-reset',
    environment: args.environment,
    action,
    ...archiveAt(args),
    restoreId: args.values['restore-id'] ?? null,
    groups: groupsOf(args),
    cluster: clusterOf(args),
    output: args.values.output ?? null,
  }
}

type Rollback = Extract<JobRequest, { kind: 'offset-rollback' }>
type Without<T> = T extends unknown ? Omit<T, 'kind' | 'environment' | 'archive' | 'approval'> : never

function rollbackRequest(args: VerbArguments, what: Without<Rollback>): JobRequest {
  const { environment } = args
  return { kind: 'offset-rollback', environment, archive: { path: need(args, 'path') }, ...what } as Rollback
}

/** `-g a,b -g c`, each once. @throws USAGE */
function groupsOf(args: VerbArguments): string[] {
  const groups = [...new Set(listed(args, 'groups'))]
  if (groups.length === 0) throw usage('expected at least one name for "--groups"')
  return groups
}

function listed({ lists }: VerbArguments, flag: FlagName): string[] {
  return (lists[flag] ?? []).flatMap((list) => list.split(',')).flatMap((one) => one.trim() || [])
}

/**
 * The cluster as a lone section, read and checked as one of a file is. Secrets stay variables that the job looks up.
 * Kafka's protocols with SASL sign in with PLAIN where no mechanism is named, as OSO's program has it.
 */
function clusterOf(args: VerbArguments): ConfigSource {
  const { environment, values } = args
  const protocol = values['security-protocol']
  const sasl = protocol?.toUpperCase().startsWith('SASL') === true
  const tls = protocol?.toUpperCase().endsWith('SSL') === true
  const security = {
    ...(protocol === undefined ? {} : { security_protocol: protocol }),
    ...(sasl
      ? {
          sasl_mechanism: values['sasl-mechanism'] ?? (environment.KAFKA_SASL_MECHANISM || 'PLAIN'),
          // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of a configuration
          sasl_username: '${KAFKA_USERNAME}',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of a configuration
          sasl_password: '${KAFKA_PASSWORD}',
        }
      : {}),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of a configuration
    ...(tls && environment.KAFKA_SSL_CA_CERT ? { ssl_ca_location: '${KAFKA_SSL_CA_CERT}' } : {}),
  }
  if (!sasl && values['sasl-mechanism'] !== undefined) {
    throw usage('the flag "--sasl-mechanism" needs "--security-protocol SASL_SSL" or "SASL_PLAINTEXT"')
  }
  const target = { bootstrap_servers: listed(args, 'bootstrap-servers'), security }
  return { text: JSON.stringify({ target }), name: 'the command line', directory: process.cwd() }
}
