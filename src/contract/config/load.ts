import type { ConfigSource } from '../jobs.ts'
import { clusterOf } from './cluster.ts'
import type { StorageConfig } from './endpoint.ts'
import { evidenceOf } from './evidence.ts'
import { parseLocation } from './location.ts'
import { NOTES, OTHER_BACKENDS, UNSUPPORTED_KEYS } from './notes.ts'
import { didYouMean, GSSAPI_HINT, type Problem, problemError, problemsOf, unknownKey } from './problems.ts'
import { type ConfigFile, configFile, newBackupId } from './schema.ts'
import { storageOf } from './storage.ts'
import type { BackupConfig, RestoreConfig, TopicSelection } from './types.ts'
import { checkWindow } from './window.ts'
import { type KeyPath, parseConfigYaml, type Tree } from './yaml.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Section = { [key: string]: Tree }

/**
 * A configuration file, parsed, expanded and checked.
 * @param environment what `${VAR}` is looked up in; `COFFER_STORAGE` stands in for a missing `storage`
 * @param kind what the file must be for; `any` takes both
 * @param now for `${DATE}`
 * @throws CONFIG_SYNTAX (with line and column), CONFIG_UNKNOWN_KEY, CONFIG_INVALID_VALUE, CONFIG_MISSING_KEY,
 *   CONFIG_UNSET_VARIABLE, CONFIG_CONFLICT, UNSUPPORTED: the topmost problem; `details.also` lists the others
 */
export function loadConfig(source: ConfigSource, environment: Environment, kind: 'backup', now?: Date): BackupConfig
export function loadConfig(source: ConfigSource, environment: Environment, kind: 'restore', now?: Date): RestoreConfig
export function loadConfig(
  source: ConfigSource,
  environment: Environment,
  kind: 'backup' | 'restore' | 'any',
  now?: Date,
): BackupConfig | RestoreConfig
export function loadConfig(
  source: ConfigSource,
  environment: Environment,
  kind: 'backup' | 'restore' | 'any',
  now: Date = new Date(),
): BackupConfig | RestoreConfig {
  const yaml = parseConfigYaml(source.text, source.name, { environment, now })
  const stop = (problems: Problem[]): never => {
    throw problemError(source.name, yaml, problems)
  }
  const problem = (code: Problem['code'], path: KeyPath, message: string, hint?: string): never =>
    stop([{ code, path, message, ...(hint === undefined ? {} : { hint }) }])

  if (typeof yaml.tree !== 'object' || Array.isArray(yaml.tree)) {
    return problem('CONFIG_INVALID_VALUE', [], 'expected a file with "mode", "backup_id" and "storage"')
  }
  const tree: Section = yaml.tree
  refuseUnsupported(tree, problem)
  const inline = storageLine(tree, environment)
  const file = inline === null ? tree : standIn(tree)
  const parsed = configFile.safeParse(file)
  if (!parsed.success) return stop(withHints(problemsOf(parsed.error.issues, yaml)))

  const config = parsed.data
  if (kind !== 'any' && config.mode !== kind) {
    problem(
      'CONFIG_INVALID_VALUE',
      ['mode'],
      `expected "mode: ${kind}", got "${config.mode}"`,
      `Use "coffer ${config.mode}" for this file.`,
    )
  }
  const notes = NOTES.filter(([section, key]) => present(section === '' ? tree : tree[section], key)).map(
    ([, , sentence]) => sentence,
  )
  const problems: Problem[] = []
  const storage = inline === null ? storageOf(config.storage, problems, notes) : parseLocation(inline, environment)
  const resolved =
    config.mode === 'backup'
      ? backupOf(config, tree, storage, notes, problems)
      : restoreOf(config, tree, storage, notes, problems)
  return problems.length > 0 || resolved === null ? stop(problems) : resolved
}

function backupOf(
  { mode: _, backup_id, source, backup, evidence }: ConfigFile,
  tree: Section,
  storage: StorageConfig,
  notes: string[],
  problems: Problem[],
): BackupConfig | null {
  if (source === undefined) {
    problems.push({ code: 'CONFIG_MISSING_KEY', path: ['source'], message: 'missing "source"' })
    return null
  }
  const id = newBackupId.safeParse(backup_id)
  if (!id.success) {
    const expected = id.error.issues[0]?.message ?? 'expected a name'
    const message = `"backup_id": ${expected}, got ${JSON.stringify(backup_id)}`
    problems.push({ code: 'CONFIG_INVALID_VALUE', path: ['backup_id'], message })
  }
  if (present(tree, 'restore')) notes.push('"restore" is ignored: this is a file for a backup')
  if (present(tree, 'target')) notes.push('"target" is ignored: this is a file for a backup')
  if (backup.continuous && backup.stop_at_current_offsets) {
    problems.push({
      code: 'CONFIG_CONFLICT',
      path: ['backup', 'stop_at_current_offsets'],
      message: '"backup.stop_at_current_offsets" can\'t go with "backup.continuous"',
      hint: 'The first ends at a cut, the second never ends: keep one of them.',
    })
  }
  const { checkpoint_interval_secs: _ignored, start_offset, ...rest } = backup
  if (start_offset?.at === 'latest') {
    notes.push(
      '"backup.start_offset: latest" leaves out what is in the topics when the first run begins (OSO Kafka Backup archives it all the same)',
    )
  }
  return {
    mode: 'backup',
    backup_id,
    source: clusterOf(source, ['source'], problems),
    storage,
    backup: {
      ...rest,
      start_offset: start_offset ?? { at: 'earliest' },
      segment_max_records: backup.segment_max_records ?? null,
      source_cluster_id: backup.source_cluster_id ?? null,
      fetch_max_bytes: backup.fetch_max_bytes ?? Math.min(Math.max(backup.segment_max_bytes, 65_536), 16 * 1_048_576),
    },
    evidence: evidence === undefined ? null : evidenceOf(evidence, problems, notes),
    notes,
  }
}

/** A restore, as a file for one has it, or as a file for a validation describes it. */
export function restoreOf(
  { backup_id, target, restore }: Pick<ConfigFile, 'backup_id' | 'restore'> & { target?: ConfigFile['target'] },
  tree: Section,
  storage: StorageConfig,
  notes: string[],
  problems: Problem[],
): RestoreConfig | null {
  if (target === undefined) {
    problems.push({ code: 'CONFIG_MISSING_KEY', path: ['target'], message: 'missing "target"' })
    return null
  }
  if (present(tree, 'backup')) notes.push('"backup" is ignored: this is a file for a restore')
  if (present(tree, 'source')) notes.push('"source" is ignored: this is a file for a restore')
  if (present(tree, 'evidence')) notes.push('"evidence" is ignored: this is a file for a restore')
  const { topics, produce_acks, checkpoint_interval_secs: _ignored, ...rest } = restore
  const { time_window_start: start, time_window_end: end } = restore
  checkWindow('restore', start, end, problems, notes)
  if (restore.reset_consumer_offsets && restore.consumer_groups.length === 0 && !restore.auto_consumer_groups) {
    problems.push({
      code: 'CONFIG_MISSING_KEY',
      path: ['restore', 'reset_consumer_offsets'],
      message: 'missing "restore.consumer_groups", which "restore.reset_consumer_offsets" needs',
      hint: 'Name the groups, or set "auto_consumer_groups: true" for all that the backup has.',
    })
  }
  if (produce_acks !== undefined && produce_acks !== -1) {
    notes.push(`"restore.produce_acks: ${produce_acks}" is ignored: records are always written with acks=all`)
  }
  const { consumer_group_strategy: strategy } = restore
  const headerBased = strategy === 'header-based'
  if (headerBased) {
    notes.push(
      '"restore.consumer_group_strategy: header-based" adds the headers of "include_original_offset_header" to restored records; positions are translated exactly through the map of offsets',
    )
  } else if (strategy !== 'skip') {
    notes.push(
      `"restore.consumer_group_strategy: ${strategy}" changes nothing: positions are always translated exactly through the map of offsets`,
    )
  }
  if (restore.default_replication_factor === 0) {
    problems.push({
      code: 'CONFIG_INVALID_VALUE',
      path: ['restore', 'default_replication_factor'],
      message: '"restore.default_replication_factor": expected -1 (the broker\'s default) or at least 1, got "0"',
    })
  }
  const cluster = clusterOf(target, ['target'], problems)
  return {
    mode: 'restore',
    backup_id,
    target: { ...cluster, topics: bothSelections(cluster.topics, topics, problems) },
    storage,
    restore: {
      ...rest,
      include_original_offset_header: restore.include_original_offset_header || headerBased,
      time_window_start: start ?? null,
      time_window_end: end ?? null,
      source_partitions: restore.source_partitions ?? null,
      partition_mapping: restore.partition_mapping ?? new Map(),
      topic_mapping: restore.topic_mapping ?? new Map(),
      repartitioning: restore.repartitioning ?? new Map(),
      rate_limit_records_per_sec: restore.rate_limit_records_per_sec ?? null,
      rate_limit_bytes_per_sec: restore.rate_limit_bytes_per_sec ?? null,
      checkpoint_state: restore.checkpoint_state ?? null,
      offset_report: restore.offset_report ?? null,
    },
    notes,
  }
}

/** `restore.topics` is how the vendor's own guide writes what the program reads from `target.topics`. */
function bothSelections(
  target: TopicSelection,
  restore: TopicSelection | undefined,
  problems: Problem[],
): TopicSelection {
  if (restore === undefined) return target
  if (target.include.length > 0 && restore.include.length > 0) {
    problems.push({
      code: 'CONFIG_CONFLICT',
      path: ['restore', 'topics'],
      message: '"restore.topics" and "target.topics.include" both say what to restore',
      hint: 'Keep one of them.',
    })
  }
  return {
    include: [...target.include, ...restore.include],
    exclude: [...target.exclude, ...restore.exclude],
  }
}

/** `storage: s3://…` in one line, or `COFFER_STORAGE` where the file has none; null where `storage` is a section. */
export function storageLine(tree: Section, environment: Environment): string | null {
  if (typeof tree.storage === 'string') return tree.storage
  if (tree.storage !== undefined) return null
  const fallback = Object.hasOwn(environment, 'COFFER_STORAGE') ? environment.COFFER_STORAGE : undefined
  return fallback === undefined || fallback === '' ? null : fallback
}

/** The tree with some `storage` that the schema takes: the one in one line is parsed elsewhere (`parseLocation`). */
export function standIn(tree: Section): Section {
  return { ...tree, storage: { backend: 'filesystem', path: '.' } }
}

/** What the schema can't word: other backends of a storage, other ways to sign in. */
export function refuseUnsupported(
  tree: Section,
  problem: (code: Problem['code'], path: KeyPath, message: string, hint?: string) => never,
): void {
  const key = Object.keys(tree).find((one) => Object.hasOwn(UNSUPPORTED_KEYS, one))
  if (key !== undefined) problem('UNSUPPORTED', [key], `"${key}" is not supported`, UNSUPPORTED_KEYS[key])
  const storage = tree.storage
  if (typeof storage === 'object' && !Array.isArray(storage)) {
    const backend = storage.backend
    if (backend === undefined) {
      const misspelt = Object.keys(storage).find((one) => didYouMean(['storage', one]) === 'storage.backend')
      if (misspelt !== undefined) {
        const { code, path, message, hint } = unknownKey(['storage', misspelt])
        problem(code, path, message, hint)
      }
      problem(
        'CONFIG_MISSING_KEY',
        ['storage', 'backend'],
        'missing "storage.backend"',
        'Write "backend: filesystem" or "backend: s3".',
      )
    }
    const other =
      typeof backend === 'string' && Object.hasOwn(OTHER_BACKENDS, backend) ? OTHER_BACKENDS[backend] : undefined
    if (other !== undefined) {
      problem(
        'UNSUPPORTED',
        ['storage', 'backend'],
        `"storage.backend": ${other} is not supported`,
        'Use "filesystem" or "s3"; most stores offer an S3 endpoint.',
      )
    }
    if (backend !== 'filesystem' && backend !== 's3') {
      const shown = typeof backend === 'string' ? `, got ${JSON.stringify(backend.slice(0, 80))}` : ''
      problem(
        'CONFIG_INVALID_VALUE',
        ['storage', 'backend'],
        `"storage.backend": expected one of filesystem or s3${shown}`,
      )
    }
  }
  for (const side of ['source', 'target']) {
    const cluster = tree[side]
    const security = typeof cluster === 'object' && !Array.isArray(cluster) ? cluster.security : undefined
    if (typeof security !== 'object' || Array.isArray(security)) continue
    const mechanism = security.sasl_mechanism
    if (typeof mechanism === 'string' && ['GSSAPI', 'OAUTHBEARER', 'AWS_MSK_IAM'].includes(mechanism.toUpperCase())) {
      problem(
        'UNSUPPORTED',
        [side, 'security', 'sasl_mechanism'],
        `"${side}.security.sasl_mechanism": ${mechanism.toUpperCase()} is not supported`,
        GSSAPI_HINT,
      )
    }
  }
}

/** The topmost missing key of every file, with what else there is. */
export function withHints(problems: Problem[]): Problem[] {
  return problems.map((one) =>
    one.path.length === 1 && one.path[0] === 'storage' && one.code === 'CONFIG_MISSING_KEY'
      ? { ...one, hint: 'Add a "storage" section, or set COFFER_STORAGE to a folder or s3://bucket/prefix.' }
      : one,
  )
}

function present(section: Tree, key: string): boolean {
  return (
    typeof section === 'object' && !Array.isArray(section) && Object.hasOwn(section, key) && section[key] !== undefined
  )
}
