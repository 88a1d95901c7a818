import { usage } from '../flags.ts'
import { archiveAt, configRequest, FORMATS, need, type Verb } from './verb.ts'

/** The verbs that look at an archive. */

export const validate: Verb = {
  name: 'validate',
  summary: 'check an archive: PASSED, FAILED or INDETERMINATE',
  details:
    'Without --deep: that every object is there in its size. With it: framing, checksums, every record, counts,\n' +
    'offsets and their account, timestamps, Merkle roots, the chain of manifests, objects that no manifest names. The\n' +
    "outcome of a deep check goes into the archive's chain of custody, where it has one and may be written to.",
  flags: ['path', 'backup-id', 'deep'],
  required: ['path', 'backup-id'],
  formats: FORMATS,
  examples: [
    'coffer validate --path /backups --backup-id financial-data-weekly --deep',
    'coffer validate --path s3://compliance-backups/production/daily --backup-id compliance-daily-20241201 --deep',
  ],
  request: async (args) => ({
    kind: 'validate',
    environment: args.environment,
    ...archiveAt(args),
    deep: args.counts.deep !== undefined,
  }),
}

export const list: Verb = {
  name: 'list',
  summary: 'list the backups in a place',
  flags: ['path', 'backup-id'],
  required: ['path'],
  formats: FORMATS,
  examples: [
    'coffer list --path s3://compliance-backups/production/daily',
    `coffer list --path /backups --format json | jq -r '.backups[].backup_id'`,
  ],
  request: async (args) => ({
    kind: 'list',
    environment: args.environment,
    archive: { path: need(args, 'path') },
    backupId: args.values['backup-id'] ?? null,
  }),
}

export const overview: Verb = {
  name: 'overview',
  summary: 'show how every backup in a place stands: last good run, proved restore, lock, losses',
  flags: ['path'],
  required: ['path'],
  formats: FORMATS,
  examples: [
    'coffer overview --path s3://compliance-backups/production/daily',
    `coffer overview --path /backups --json | jq '.places[].backups[] | [.backup_id, .last_good_at]'`,
  ],
  request: async (args) => ({
    kind: 'overview',
    environment: args.environment,
    places: [{ name: need(args, 'path'), archive: { path: need(args, 'path') } }],
    days: 30,
  }),
}

export const controls: Verb = {
  name: 'controls',
  summary: 'show for every control of every framework which report supports it, and how old that is',
  details:
    'Every report is verified first; one that was changed, or lost its signature, counts for nothing. Name whom you trust\n' +
    'with --trust. Evidence supports a control; an auditor judges it.',
  flags: ['path', 'trust'],
  required: ['path'],
  formats: FORMATS,
  examples: [
    'coffer controls --path /backups --trust signer-root.pem',
    `coffer controls --path /backups --json | jq '.frameworks[].controls[] | [.citation, .state, .evidence.report_id]'`,
  ],
  request: async (args) => ({
    kind: 'controls',
    environment: args.environment,
    places: [{ name: need(args, 'path'), archive: { path: need(args, 'path') } }],
    limit: 500,
    trust: args.lists.trust ?? [],
  }),
}

export const describe: Verb = {
  name: 'describe',
  summary: 'show what a backup holds: topics, partitions, offsets, times, checksums',
  flags: ['path', 'backup-id'],
  required: ['path', 'backup-id'],
  formats: FORMATS,
  examples: [
    'coffer describe --path /backups --backup-id financial-data-weekly',
    `coffer describe --path /backups --backup-id financial-data-weekly --format json | jq '.checksums'`,
  ],
  request: async (args) => ({ kind: 'describe', environment: args.environment, ...archiveAt(args) }),
}

export const status: Verb = {
  name: 'status',
  summary: 'show how far a backup is and who writes to it',
  details: 'Give --path and --backup-id, or the --config of the backup.',
  flags: ['path', 'backup-id', 'config', 'watch', 'interval', 'db-path'],
  required: [],
  formats: FORMATS,
  examples: [
    'coffer status --path /backups --backup-id financial-data-weekly',
    'coffer status --config sox-backup.yaml --watch --interval 5',
  ],
  request: async (args) => {
    const { environment } = args
    if (args.values.config === undefined) {
      if (args.values.path === undefined) throw usage('missing "--path" and "--backup-id", or "--config"')
      return { kind: 'status', environment, ...archiveAt(args) }
    }
    if (args.values.path !== undefined || args.values['backup-id'] !== undefined) {
      throw usage('expected either "--config" or "--path" and "--backup-id", got both')
    }
    const config = await configRequest(args)
    // here, since no other verb needs what reads configuration files
    const { loadConfig } = await import('../../contract/config/load.ts')
    return {
      kind: 'status',
      environment,
      archive: { config },
      backupId: loadConfig(config, environment, 'any').backup_id,
    }
  },
}

export const showOffsetMapping: Verb = {
  name: 'show-offset-mapping',
  summary: 'show which source offsets became which target offsets in a restore',
  flags: ['path', 'backup-id', 'restore-id'],
  required: ['path', 'backup-id'],
  formats: ['text', 'json', 'yaml', 'csv'],
  examples: ['coffer show-offset-mapping --path /backups --backup-id financial-data-weekly --format csv'],
  request: async (args) => ({
    kind: 'show-offset-mapping',
    environment: args.environment,
    ...archiveAt(args),
    restoreId: args.values['restore-id'] ?? null,
  }),
}
