import { usage } from '../flags.ts'
import { archiveAt, configRequest, FORMATS, readConfig, type Verb, type VerbArguments } from './verb.ts'

/** The verbs over a backup's history. */

const custody: Verb = {
  name: 'custody',
  summary: 'show the chain of custody of a backup, or append an access or a transfer to it',
  details:
    'For every run: who, when, source, checksum, place; encryption, lock and retention as the storage itself states them.\n' +
    'Then every line of the log, a hash chain that is checked. With --config the record is signed by "evidence.signing".\n' +
    'Exit code 4 where the log or the chain of runs does not hold.',
  flags: ['path', 'backup-id', 'config', 'append', 'note'],
  required: ['path', 'backup-id'],
  formats: FORMATS,
  examples: [
    'coffer custody --path s3://compliance-backups/production/daily --backup-id compliance-daily-20241201',
    'coffer custody --path /backups --backup-id ledger --config backup.yaml --json > custody.json',
    'coffer custody --path /backups --backup-id ledger --append transferred --note "to Doe LLP, disk 0815, matter 42"',
  ],
  request: async (args) => ({
    kind: 'custody',
    environment: args.environment,
    ...archiveAt(args),
    config: args.values.config === undefined ? null : await readConfig(args.values.config),
    append: appendOf(args),
  }),
}

function appendOf({ values }: VerbArguments): { action: string; note: string } | null {
  const { append: action, note } = values
  if (action === undefined && note === undefined) return null
  if (action === undefined) throw usage('the flag "--note" needs "--append ACTION"')
  if (note === undefined) throw usage('the flag "--append" needs "--note TEXT": to whom, how and what for')
  return { action, note }
}

const reportMonthly: Verb = {
  name: 'report monthly',
  summary: 'write the compliance report of a month over the history of a backup',
  details:
    'Runs and success rate, coverage by topic, gaps, restores and validations with who and when, locks and holds, open\n' +
    'findings; as JSON and (by "evidence.formats") PDF, signed by "evidence.signing", under "evidence.storage.prefix".\n' +
    'Any configuration file with "backup_id", "storage" and "evidence" will do. With --deep the archive is read in full\n' +
    'as well; without it the report says when that was done last. Exit code 6 for a month without any run.',
  flags: ['config', 'month', 'deep'],
  required: ['config'],
  formats: FORMATS,
  examples: [
    'coffer report monthly --config backup.yaml',
    'coffer report monthly --config backup.yaml --month 2026-11 --deep',
  ],
  request: async (args) => ({
    kind: 'monthly-report',
    environment: args.environment,
    config: await configRequest(args),
    month: monthOf(args),
    deep: args.counts.deep !== undefined,
  }),
}

function monthOf({ values }: VerbArguments): string | null {
  if (values.month === undefined) return null
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(values.month)) return values.month
  throw usage(`expected a month such as "2026-11" for "--month", got "${values.month}"`)
}

export const custodyVerbs: readonly Verb[] = [custody, reportMonthly]
