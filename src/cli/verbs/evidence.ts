import type { EvidenceFormat } from '../../contract/jobs.ts'
import { configRequest, FORMATS, limitOf, need, timeOf, type Verb } from './verb.ts'

/** The verbs of a validation and its evidence. */

const validationRun: Verb = {
  name: 'validation run',
  summary: 'prove that a restore is complete, and write the evidence',
  details:
    'Compares every record of the archive with the target, counts, offsets, consumer groups, the archive itself.\n' +
    'Exit code 0 passed, 5 failed, 6 indeterminate; stopped and started again, it goes on where it was.',
  flags: ['config', 'triggered-by', 'pitr'],
  required: ['config'],
  formats: FORMATS,
  examples: [
    'coffer validation run --config sox-validation.yaml',
    'coffer validation run --config sox-validation.yaml --triggered-by weekly-cron --pitr 1775354400000',
  ],
  request: async (args) => ({
    kind: 'validation',
    environment: args.environment,
    config: await configRequest(args),
    triggeredBy: args.values['triggered-by'] ?? null,
    pitr: timeOf(args, 'pitr'),
  }),
}

const evidenceList: Verb = {
  name: 'validation evidence-list',
  summary: 'list the reports in a place, under whatever prefix',
  flags: ['path', 'limit', 'prefix'],
  required: ['path'],
  formats: FORMATS,
  examples: ['coffer validation evidence-list --path s3://sox-compliance-backups --limit 20'],
  request: async (args) => ({
    kind: 'evidence-list',
    environment: args.environment,
    archive: { path: need(args, 'path') },
    limit: limitOf(args),
    ...(args.values.prefix === undefined ? {} : { prefix: args.values.prefix }),
  }),
}

const EVIDENCE_FORMATS: readonly EvidenceFormat[] = ['json', 'pdf', 'sig', 'all']

const evidenceGet: Verb = {
  name: 'validation evidence-get',
  summary: 'fetch a report: json (default), pdf, sig, or all its files into a folder',
  details: 'The signature of a report that is saved as NAME.json is saved beside it, as NAME.sig.',
  flags: ['path', 'report-id', 'output'],
  required: ['path', 'report-id', 'output'],
  formats: ['text', 'json'],
  ownFormats: EVIDENCE_FORMATS,
  examples: [
    'coffer validation evidence-get --path s3://sox-backups --report-id validation-a1b2c3d4 -f json -o report.json',
    'coffer validation evidence-get --path /backups --report-id validation-a1b2c3d4 --format all --output evidence/',
  ],
  request: async (args) => {
    const format = EVIDENCE_FORMATS.find((one) => one === args.values.format) ?? 'json'
    return {
      kind: 'evidence-get',
      environment: args.environment,
      archive: { path: need(args, 'path') },
      reportId: need(args, 'report-id'),
      format,
      output: need(args, 'output'),
    }
  },
}

const evidenceTimestamp: Verb = {
  name: 'evidence timestamp',
  summary: 'get the timestamp that a report could not have when it was signed',
  details:
    'With --timestamp-ca a timestamp of anybody else is not taken; without it, whose it is shows when it is verified.',
  flags: ['path', 'report-id', 'timestamp-url', 'timestamp-ca'],
  required: ['path', 'report-id', 'timestamp-url'],
  formats: FORMATS,
  examples: [
    'coffer evidence timestamp --path /backups --report-id validation-a1b2c3d4 --timestamp-url http://tsa.example/',
  ],
  request: async (args) => ({
    kind: 'evidence-timestamp',
    environment: args.environment,
    archive: { path: need(args, 'path') },
    reportId: need(args, 'report-id'),
    timestampUrl: need(args, 'timestamp-url'),
    ...(args.values['timestamp-ca'] === undefined ? {} : { timestampCa: need(args, 'timestamp-ca') }),
  }),
}

export const evidenceVerbs: readonly Verb[] = [validationRun, evidenceList, evidenceGet, evidenceTimestamp]
