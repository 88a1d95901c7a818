import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { editDistance } from '../contract/edit-distance.ts'
import { CofferError } from '../contract/errors.ts'

/** Every flag there is. Verbs choose from them, so a flag means the same everywhere. */
export const FLAGS = {
  config: { short: 'c', value: 'FILE', text: 'configuration file (YAML)' },
  path: {
    short: 'p',
    value: 'PLACE',
    text: 'where the archive is: a folder or s3://bucket/prefix?endpoint=…&region=…',
  },
  'backup-id': { short: 'b', value: 'ID', text: 'which backup' },
  'restore-id': { short: null, value: 'ID', text: 'which restore of it (default: the latest)' },
  groups: { short: 'g', value: 'NAMES', text: 'consumer groups, with commas; may be given several times', many: true },
  'bootstrap-servers': { short: null, value: 'HOSTS', text: 'the cluster: host:port, with commas', many: true },
  'security-protocol': { short: null, value: 'NAME', text: 'PLAINTEXT (default), SSL, SASL_PLAINTEXT or SASL_SSL' },
  'sasl-mechanism': { short: null, value: 'NAME', text: 'PLAIN (default), SCRAM-SHA-256 or SCRAM-SHA-512' },
  'snapshot-id': { short: null, value: 'ID', text: 'which noted positions' },
  description: { short: 'd', value: 'TEXT', text: 'what it is for' },
  verify: { short: null, value: null, text: 'accepted and ignored: what is committed is always read back' },
  'max-concurrent': { short: null, value: 'N', text: 'accepted and ignored: groups are put one after the other' },
  'max-retries': { short: null, value: 'N', text: 'accepted and ignored: a coordinator is asked again for a minute' },
  deep: { short: null, value: null, text: 'read and check every byte and every record' },
  'dry-run': { short: null, value: null, text: 'check everything and say what would be done, without doing it' },
  watch: { short: null, value: null, text: 'look again and again until Ctrl-C' },
  interval: { short: null, value: 'SECONDS', text: 'pause between the looks of --watch (default: 2)' },
  'db-path': {
    short: null,
    value: 'FILE',
    text: "accepted and ignored: Coffer keeps positions in the archive's manifest",
  },
  name: { short: null, value: 'NAME', text: 'name of the schedule, key or other thing' },
  job: { short: null, value: 'JOB', text: 'what to run (default: backup; validation, extract, check …)' },
  cron: { short: null, value: 'PATTERN', text: 'when: minute, hour, day of month, month, day of week' },
  timezone: { short: null, value: 'ZONE', text: "whose clock, such as Europe/Berlin (default: this machine's)" },
  jitter: { short: null, value: 'SECONDS', text: 'start up to so many seconds late (default: 0)' },
  retries: { short: null, value: 'N', text: 'tries after a failure that may pass (default: 3)' },
  'retry-delay': { short: null, value: 'SECONDS', text: 'before the first retry; doubles each time (default: 60)' },
  'quiet-hours': { short: null, value: 'HH:MM-HH:MM', text: 'no run starts in between, but at the end' },
  'alert-after': { short: null, value: 'HOURS', text: 'notify when there was no good run for so long' },
  limit: { short: 'l', value: 'N', text: 'how many to show at most' },
  for: { short: null, value: 'SYSTEM', text: 'cron, systemd or task-scheduler' },
  owner: {
    short: null,
    value: 'NAME',
    text: 'whose key it is: the name in its certificate (default: the name of the key)',
  },
  organisation: { short: null, value: 'NAME', text: "the owner's firm, for the certificate" },
  algorithm: { short: null, value: 'NAME', text: 'P-256 (default), P-384, or Ed25519 (not for PDF)' },
  file: { short: null, value: 'FILE', text: 'the file to read' },
  output: { short: 'o', value: 'PLACE', text: 'where to write to' },
  topic: { short: null, value: 'TOPIC', text: 'a topic by name or pattern; may be given several times', many: true },
  from: { short: null, value: 'TIME', text: 'first time, included: ISO 8601 with its zone, or milliseconds' },
  until: { short: null, value: 'TIME', text: 'until when: ISO 8601 with its zone, or milliseconds' },
  to: { short: null, value: 'TIME', text: 'last time, included' },
  key: { short: null, value: 'KEY', text: 'records with exactly this key' },
  'json-path': { short: null, value: 'PATH', text: "a place in the record's JSON value, such as $.customer_id" },
  equals: { short: null, value: 'VALUE', text: 'what stands there' },
  formats: { short: null, value: 'LIST', text: 'beside NDJSON: csv, parquet, dat (with commas)' },
  matter: { short: null, value: 'TEXT', text: 'number of the matter or case' },
  custodian: { short: null, value: 'TEXT', text: 'who keeps the records' },
  'requested-by': { short: null, value: 'TEXT', text: 'the authority or person that asked' },
  'signing-key': { short: null, value: 'KEY', text: 'what to sign with: a name of "coffer keys list", or a file' },
  address: { short: null, value: 'PLACE', text: 'where new versions are listed: https://… or a folder' },
  channel: {
    short: null,
    value: 'NAME',
    text: 'which list of versions: stable, preview … (default: as set, at first stable)',
  },
  proxy: {
    short: null,
    value: 'ADDRESS',
    text: 'a proxy without credentials, "none", or "system": as HTTPS_PROXY says',
  },
  daily: { short: null, value: null, text: 'also look by itself once a day, while the application runs' },
  mode: { short: null, value: 'MODE', text: 'COMPLIANCE (default) or GOVERNANCE' },
  approval: { short: null, value: 'FILE', text: 'the signed approval (default: one that fits is looked for)' },
  who: { short: null, value: 'TEXT', text: "part of the OS user's or the person's name" },
  action: { short: null, value: 'TEXT', text: 'what was done, such as "backup" or "keys"' },
  search: { short: null, value: 'TEXT', text: 'a word or part of one, anywhere in the entry' },
  failed: { short: null, value: null, text: 'only what ended with another exit code than 0' },
  reason: { short: null, value: 'TEXT', text: 'why (of a revocation: a word of RFC 5280, default unspecified)' },
  'triggered-by': { short: null, value: 'TEXT', text: 'who or what started this run, for the report' },
  pitr: { short: null, value: 'TIME', text: 'point in time of the restore: milliseconds, or ISO 8601 with its zone' },
  prefix: { short: null, value: 'PREFIX', text: 'only below this prefix (default: everywhere)' },
  'report-id': { short: 'r', value: 'ID', text: 'which report' },
  trust: { short: null, value: 'FILE', text: 'certificate or public key that you trust; several times', many: true },
  at: { short: null, value: 'TIME', text: 'judge certificates for this time (default: the proved time, else now)' },
  report: { short: null, value: 'FILE', text: 'the report (JSON)' },
  signature: { short: 's', value: 'FILE', text: 'its signature (.sig)' },
  'public-key': { short: null, value: 'FILE', text: "the signer's public key or root certificate, which you trust" },
  'timestamp-url': { short: null, value: 'URL', text: 'RFC 3161 timestamp authority' },
  'timestamp-ca': { short: null, value: 'FILE', text: 'roots (PEM) that its certificate must lead to' },
  append: { short: null, value: 'ACTION', text: 'what was done: viewed, exported, transferred or verified' },
  note: { short: null, value: 'TEXT', text: 'to whom, how and what for' },
  month: { short: null, value: 'YYYY-MM', text: 'which month, in UTC (default: the last one that is over)' },
  format: { short: 'f', value: 'FORMAT', text: 'text (default), json or yaml' },
  json: { short: null, value: null, text: 'the same as --format json' },
  quiet: { short: 'q', value: null, text: 'no progress and no remarks on standard error, errors only' },
  verbose: { short: 'v', value: null, text: 'more remarks, and the stack with an error; -vv for all' },
  'no-color': { short: null, value: null, text: 'no colours on a terminal either; so does NO_COLOR' },
  help: { short: 'h', value: null, text: 'this help' },
  version: { short: 'V', value: null, text: 'the version' },
} as const satisfies Record<string, Flag>

interface Flag {
  short: string | null
  /** What stands after it; null: nothing. */
  value: string | null
  text: string
  /** May be given several times (`lists`). */
  many?: true
}

export type FlagName = keyof typeof FLAGS

/** Flags that every verb takes. */
export const COMMON_FLAGS: readonly FlagName[] = ['format', 'json', 'quiet', 'verbose', 'no-color', 'help', 'version']

export interface ParsedArguments {
  /** The words that are no flags: the verb first. */
  words: string[]
  values: Partial<Record<FlagName, string>>
  /** Of flags that may be given several times: every value, in order. */
  lists: Partial<Record<FlagName, string[]>>
  /** How often each flag without a value was given. */
  counts: Partial<Record<FlagName, number>>
}

/** Short flags that mean something else with one verb than with the others: `{ r: 'report' }`. */
export type OwnShorts = Readonly<Record<string, FlagName>>

/**
 * @param shortsOf the short flags of the verb that the words begin with; what it throws comes before anything on flags
 * @throws USAGE on an unknown flag, a missing or superfluous value, a flag given twice
 */
export function parseFlags(
  argv: readonly string[],
  shortsOf: (words: readonly string[]) => OwnShorts,
): ParsedArguments {
  const options: ParseArgsOptionsConfig = {}
  for (const [name, flag] of Object.entries(FLAGS)) {
    options[name] = {
      type: flag.value === null ? 'boolean' : 'string',
      multiple: true,
      ...(flag.short === null ? {} : { short: flag.short }),
    }
  }
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true })
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []))
  const shorts = shortsOf(words)
  const parsed: ParsedArguments = { words, values: {}, lists: {}, counts: {} }
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    if (!Object.hasOwn(FLAGS, token.name)) throw unknownFlag(token.rawName)
    const name = shorts[token.rawName.slice(1)] ?? (token.name as FlagName)
    const flag: Flag = FLAGS[name]
    if (flag.value === null) {
      if (token.value !== undefined) throw usage(`the flag "--${name}" takes no value, got "${token.value}"`)
      parsed.counts[name] = (parsed.counts[name] ?? 0) + 1
      continue
    }
    // `--config --deep`: the next flag is no value
    if (token.value === undefined || token.value === '' || (!token.inlineValue && /^-./.test(token.value))) {
      throw usage(`the flag "--${name}" needs a value: --${name} ${flag.value}`)
    }
    if (flag.many) {
      parsed.lists[name] = [...(parsed.lists[name] ?? []), token.value]
      continue
    }
    if (parsed.values[name] !== undefined) throw usage(`the flag "--${name}" was given twice`)
    parsed.values[name] = token.value
  }
  return parsed
}

function unknownFlag(raw: string): CofferError {
  const word = raw.replace(/^-+/, '')
  // two letters of two that differ are no slip
  const near = Object.keys(FLAGS).find((name) => editDistance(name, word) <= Math.min(2, word.length / 2))
  return usage(`unknown flag "${raw}"`, near === undefined ? undefined : `Did you mean "--${near}"?`)
}

export function usage(message: string, hint?: string): CofferError {
  return new CofferError('USAGE', message, hint === undefined ? {} : { hint })
}
