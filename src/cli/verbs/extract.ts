import process from 'node:process'
import type { ConfigSource } from '../../contract/jobs.ts'
import { type FlagName, usage } from '../flags.ts'
import { configRequest, FORMATS, need, type Verb, type VerbArguments } from './verb.ts'

/** What can be asked without a file. */
const REQUEST_FLAGS = [
  'path',
  'backup-id',
  'topic',
  'from',
  'to',
  'key',
  'json-path',
  'equals',
  'formats',
  'matter',
  'custodian',
  'requested-by',
  'reason',
  'signing-key',
] as const satisfies readonly FlagName[]

export const extract: Verb = {
  name: 'extract',
  summary: 'cut records out of an archive into a signed evidence package',
  details:
    'Give a --config with "mode: extract", or for the common case --path, --backup-id, --matter and --output with what\n' +
    'to look for: --topic (also several), --from and --to (both included), --key, or --json-path with --equals. --key is\n' +
    'the key of the records; what the package is signed with is --signing-key.\n' +
    'Killed at any moment and started again in the same way, it goes on where it was.',
  flags: ['config', 'dry-run', 'output', ...REQUEST_FLAGS],
  required: [],
  formats: FORMATS,
  examples: [
    'coffer extract --config case-17.yaml',
    'coffer extract --path /backups --backup-id ledger-weekly --topic orders \\\n    --from 2026-03-01T00:00:00Z --to 2026-03-31T23:59:59.999Z --json-path $.customer_id --equals C17 \\\n    --matter 2026-017 --output case-17.zip',
  ],
  request: async (args) => ({
    kind: 'extract',
    environment: args.environment,
    config: args.values.config === undefined ? await fromFlags(args) : await fromFile(args),
    dryRun: args.counts['dry-run'] !== undefined,
  }),
}

async function fromFile(args: VerbArguments): Promise<ConfigSource> {
  const other = REQUEST_FLAGS.find((flag) => args.values[flag] !== undefined || args.lists[flag] !== undefined)
  if (other !== undefined) throw usage(`expected either "--config" or "--${other}", got both`)
  const source = await configRequest(args)
  const { output } = args.values
  if (output === undefined) return source
  const { withOutput } = await import('../../contract/config/extract-output.ts')
  return withOutput(source, output)
}

/** The same request as a file would make, as a file's text (JSON is YAML). */
async function fromFlags(args: VerbArguments): Promise<ConfigSource> {
  const { values, lists } = args
  await mustBeRecordKey(args)
  for (const flag of ['path', 'backup-id', 'matter', 'output'] as const) {
    if (values[flag] === undefined) throw usage(`missing "--config", or "--${flag}"`, `Example: ${extract.examples[1]}`)
  }
  if ((values['json-path'] === undefined) !== (values.equals === undefined)) {
    throw usage('"--json-path" and "--equals" go together')
  }
  const filters = [
    ...(values.key === undefined ? [] : [{ key: { equals: values.key } }]),
    ...(values['json-path'] === undefined ? [] : [{ json: values['json-path'], equals: values.equals }]),
  ]
  const signing = values['signing-key']
  const request = {
    mode: 'extract',
    backup_id: need(args, 'backup-id'),
    storage: need(args, 'path'),
    case: {
      matter: need(args, 'matter'),
      custodian: values.custodian,
      requested_by: values['requested-by'],
      reason: values.reason,
    },
    extract: {
      topics: { include: lists.topic ?? [] },
      time_window_start: values.from,
      time_window_end: values.to,
      filter: filters.length > 1 ? { all: filters } : filters[0],
      formats: values.formats?.split(',').map((format) => format.trim()),
    },
    evidence:
      signing === undefined
        ? undefined
        : { signing: { enabled: 'true', [/[/\\.]/.test(signing) ? 'private_key_path' : 'key']: signing } },
    output: need(args, 'output'),
  }
  return { text: JSON.stringify(request, literal), name: 'the command line', directory: process.cwd() }
}

/**
 * Somebody who writes the name of their signing key behind `--key` would get an unsigned package of the records with that
 * key: most often an empty one. Who names a signing key too knows the difference.
 * @throws USAGE
 */
async function mustBeRecordKey({ values: { key, 'signing-key': signing }, environment }: VerbArguments): Promise<void> {
  if (key === undefined || signing !== undefined) return
  const { namesSigningKey } = await import('../../worker/signing-key-slip.ts')
  const what = await namesSigningKey(key, environment)
  if (what === null) return
  throw usage(
    `expected the key of records for "--key", got "${key}", which is ${what}`,
    `To sign with it: --signing-key ${key}. Where records really have this key, ask by a file (--config).`,
  )
}

/** A file's `${NAME}` is a variable; a flag's is text, which the shell has expanded already. */
function literal(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('${', '$${') : value
}
