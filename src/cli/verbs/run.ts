import type { JobRequest } from '../../contract/jobs.ts'
import { approvalOf, configRequest, FORMATS, type Verb, type VerbArguments } from './verb.ts'

/** The verbs that move data. */

export const backup: Verb = {
  name: 'backup',
  summary: 'back up topics as a configuration file says',
  details:
    'The first run under a backup id starts an archive; each further one adds what has come since. With\n' +
    '"continuous: true" it runs until Ctrl-C, which stops it at a durable point.',
  flags: ['config', 'dry-run'],
  required: ['config'],
  formats: FORMATS,
  examples: ['coffer backup --config sox-backup.yaml', 'coffer backup --config sox-backup.yaml --dry-run'],
  request: async (args) => ({
    kind: 'backup',
    environment: args.environment,
    config: await configRequest(args),
    dryRun: args.counts['dry-run'] !== undefined,
  }),
}

export const restore: Verb = {
  name: 'restore',
  summary: 'restore topics from an archive as a configuration file says',
  details:
    'Killed at any moment and started again with the same file, it goes on where it was: each record arrives once.\n' +
    'Consumer groups are restored where the file asks for them.',
  flags: ['config', 'dry-run', 'approval'],
  required: ['config'],
  formats: FORMATS,
  examples: ['coffer restore --config sox-restore.yaml', 'coffer restore --config sox-restore.yaml --dry-run'],
  request: (args) => restoreRequest(args, args.counts['dry-run'] !== undefined),
}

export const threePhaseRestore: Verb = {
  ...restore,
  name: 'three-phase-restore',
  summary: 'the same as restore',
  examples: ['coffer three-phase-restore --config restore.yaml'],
}

export const validateRestore: Verb = {
  ...restore,
  name: 'validate-restore',
  summary: 'the same as restore --dry-run: ask the target whether a restore would succeed',
  details: 'Contacts the target, checks topics, partitions, permissions, sizes and segments, and can fail.',
  flags: ['config'],
  examples: [
    'coffer validate-restore --config sox-restore.yaml',
    'coffer validate-restore --config sox-restore.yaml --format json',
  ],
  request: (args) => restoreRequest(args, true),
}

async function restoreRequest(args: VerbArguments, dryRun: boolean): Promise<JobRequest> {
  const config = await configRequest(args)
  return { kind: 'restore', environment: args.environment, config, dryRun, ...approvalOf(args) }
}

export const snapshotGroups: Verb = {
  name: 'snapshot-groups',
  summary: 'record where consumer groups stand now, beside the backup',
  flags: ['config'],
  required: ['config'],
  formats: FORMATS,
  examples: ['coffer snapshot-groups --config sox-backup.yaml'],
  request: async (args) => ({
    kind: 'snapshot-groups',
    environment: args.environment,
    config: await configRequest(args),
  }),
}

export const check: Verb = {
  name: 'check',
  summary: 'try every connection a configuration file needs, step by step',
  details: 'Name lookup, TCP, TLS, sign-in, permissions on topics and groups, reading and writing the storage.',
  flags: ['config'],
  required: ['config'],
  formats: FORMATS,
  examples: ['coffer check --config sox-backup.yaml'],
  request: async (args) => ({ kind: 'check', environment: args.environment, config: await configRequest(args) }),
}
