import type { TopicConfigEntry } from '../../archive/types.ts'
import type { ConfigurationDifference } from '../../contract/results.ts'
import type { SaidId } from '../../contract/said/english.ts'
import { because, english, type Said, type SaidValues, say } from '../../contract/said/said.ts'
import { shellWord } from '../shell-word.ts'

const FOREVER = '-1'
export const LONG_MAX = '9223372036854775807'
/** Kafka's default of `max.message.bytes`: 1 MiB and a record's overhead. */
const DEFAULT_MAX_MESSAGE_BYTES = 1048588
const DEFAULT_AFTER_MAX_MS = '3600000'
export const BEFORE_MAX_MS = 'message.timestamp.before.max.ms'

/** What to ask of the target when a topic is created, and where that is not what the archive says. */
export interface AdaptedConfiguration {
  configs: Map<string, string>
  differences: ConfigurationDifference[]
}

export interface AdaptationInput {
  target: string
  /** null where the archive holds none (archives of other programs). */
  archived: readonly TopicConfigEntry[] | null
  /** The largest batch of one record that the archive may need, in bytes; null where it isn't known. */
  largestRecord: number | null
  /** How many replicas the target can have at most: `min.insync.replicas` above it would refuse every write. */
  replicas: number
  /** `message.timestamp.before.max.ms` and `after.max.ms` came with Kafka 3.6; before, `difference.max.ms`. */
  timestampKeys: 'before-after' | 'difference'
}

/** Names that mean brokers of the source by number. */
const OF_THE_SOURCE = new Set(['leader.replication.throttled.replicas', 'follower.replication.throttled.replicas'])
const TIMESTAMP_LIMITS = ['message.timestamp.difference.max.ms', BEFORE_MAX_MS, 'message.timestamp.after.max.ms']

/**
 * The archived configuration, changed where it would refuse old or future timestamps, delete or compact records while
 * they are restored, or refuse writes at all. Only what was set on the topic itself is carried over.
 */
export function adaptConfiguration(input: AdaptationInput): AdaptedConfiguration {
  const archived = new Map<string, string | null>()
  for (const entry of input.archived ?? []) if (entry.overridden) archived.set(entry.name, entry.value)
  const effective = (name: string) => (input.archived ?? []).find((entry) => entry.name === name)?.value ?? null
  const configs = new Map<string, string>()
  for (const [name, value] of archived) {
    if (value !== null && !OF_THE_SOURCE.has(name) && !TIMESTAMP_LIMITS.includes(name)) configs.set(name, value)
  }
  const differences: ConfigurationDifference[] = []
  const apply: Apply = (name, value, said) => {
    configs.set(name, value)
    const before = archived.get(name) ?? effective(name)
    if (before !== value)
      differences.push({ topic: input.target, name, archived: before, applied: value, ...told(said) })
  }
  for (const name of OF_THE_SOURCE) {
    const before = archived.get(name)
    if (before === undefined || before === null || before === '') continue
    differences.push({
      topic: input.target,
      name,
      archived: before,
      applied: null,
      ...because('restore.ofTheSource'),
    })
  }
  // What the topic only inherited comes back by removing the topic's own entry.
  const untilDone = (name: string, id: SaidId) =>
    say('restore.setBack', { why: say(id), command: setBack(input.target, name, archived.get(name) ?? null) })
  apply('retention.ms', FOREVER, untilDone('retention.ms', 'restore.keepsAge'))
  apply('retention.bytes', FOREVER, untilDone('retention.bytes', 'restore.nothingDeleted'))
  const policy = effective('cleanup.policy')
  if (policy?.includes('compact')) {
    apply('cleanup.policy', 'delete', untilDone('cleanup.policy', 'restore.compactionWaits'))
  }
  if (effective('message.timestamp.type') === 'LogAppendTime') {
    apply('message.timestamp.type', 'CreateTime', untilDone('message.timestamp.type', 'restore.timesReplaced'))
  }
  for (const name of input.timestampKeys === 'difference' ? TIMESTAMP_LIMITS.slice(0, 1) : TIMESTAMP_LIMITS.slice(1)) {
    const before = effective(name) ?? (name.endsWith('after.max.ms') ? DEFAULT_AFTER_MAX_MS : LONG_MAX)
    configs.set(name, LONG_MAX)
    if (before !== LONG_MAX) {
      differences.push({
        topic: input.target,
        name,
        archived: effective(name),
        applied: LONG_MAX,
        ...told(untilDone(name, 'restore.timesAccepted')),
      })
    }
  }
  adaptSize(input, effective('max.message.bytes'), apply, configs)
  const inSync = Number(archived.get('min.insync.replicas') ?? '1')
  if (inSync > input.replicas) {
    apply('min.insync.replicas', String(input.replicas), say('restore.replicasAtMost', { replicas: input.replicas }))
  }
  return { configs, differences }
}

type Apply = (name: string, value: string, said: Said) => void

const told = (said: Said) => ({ reason: english(said), said })

function adaptSize(input: AdaptationInput, archived: string | null, apply: Apply, configs: Map<string, string>): void {
  const segment = configs.get('segment.bytes')
  if (input.largestRecord !== null && segment !== undefined && input.largestRecord > Number(segment)) {
    apply('segment.bytes', String(input.largestRecord), say('restore.largestRecord', { bytes: input.largestRecord }))
  }
  const limit = archived === null ? DEFAULT_MAX_MESSAGE_BYTES : Number(archived)
  if (input.largestRecord !== null && input.largestRecord > limit) {
    apply(
      'max.message.bytes',
      String(input.largestRecord),
      say('restore.largestRecord', { bytes: input.largestRecord }),
    )
    return
  }
  // Said explicitly, since the target's own default may be lower than the source's.
  if (archived !== null) configs.set('max.message.bytes', archived)
}

/** The command that gives a topic back what the archive says, for whoever reads the list of differences. */
function setBack(topic: string, name: string, value: string | null): string {
  const change = value === null ? `--delete-config ${name}` : `--add-config ${name}=${quotedValue(value)}`
  return `kafka-configs --bootstrap-server … --alter --topic ${shellWord(topic)} ${change}`
}

/** A list such as `compact,delete` needs brackets in Kafka's own tool. The archive may hold anything for a value. */
function quotedValue(value: string): string {
  return shellWord(value.includes(',') ? `[${value}]` : value)
}

/** One setting of an existing topic that would lose, change or refuse records. */
export interface ConfigurationProblem {
  name: string
  value: string
  reason: string
  said: Said
  /** What to set. */
  wanted: string
}

/**
 * What on an existing topic stands against a faithful restore.
 * @param current the topic's effective configuration
 * @param span of the timestamps to be restored; null where unknown
 * @param now milliseconds since the epoch
 */
export function configurationProblems(
  current: ReadonlyMap<string, string | null>,
  facts: {
    span: { min: number | bigint; max: number | bigint } | null
    largestRecord: number | null
    /** Of the largest partition, uncompressed. */
    bytes: number
    replicas: number
    now: number
  },
): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = []
  const add = (name: string, wanted: string, id: SaidId, values?: SaidValues): void => {
    problems.push({ name, value: current.get(name) ?? '', wanted, ...because(id, values) })
  }
  const policy = current.get('cleanup.policy') ?? 'delete'
  if (policy.includes('compact')) add('cleanup.policy', 'delete', 'restore.noCompaction')
  if (current.get('message.timestamp.type') === 'LogAppendTime') {
    add('message.timestamp.type', 'CreateTime', 'restore.brokerTime')
  }
  const { span, now } = facts
  if (policy.includes('delete') && span !== null) {
    const retention = Number(current.get('retention.ms') ?? FOREVER)
    if (retention >= 0 && span.min < now - retention) {
      add('retention.ms', FOREVER, 'restore.retentionByAge')
    }
  }
  const keptBytes = Number(current.get('retention.bytes') ?? FOREVER)
  if (policy.includes('delete') && keptBytes >= 0 && facts.bytes > keptBytes) {
    add('retention.bytes', FOREVER, 'restore.retentionBySize')
  }
  if (span !== null) {
    const limit = (name: string) => Number(current.get(name) ?? LONG_MAX)
    const difference = 'message.timestamp.difference.max.ms'
    const before = Math.min(limit(BEFORE_MAX_MS), limit(difference))
    const after = Math.min(limit('message.timestamp.after.max.ms'), limit(difference))
    const named = (name: string) => (current.has(name) ? name : difference)
    if (now - Number(span.min) > before) {
      add(named(BEFORE_MAX_MS), LONG_MAX, 'restore.oldestRefused')
    }
    if (Number(span.max) - now > after) {
      add(named('message.timestamp.after.max.ms'), LONG_MAX, 'restore.futureRefused')
    }
  }
  for (const name of ['max.message.bytes', 'segment.bytes']) {
    const size = current.get(name)
    if (facts.largestRecord !== null && size !== undefined && size !== null && Number(size) < facts.largestRecord) {
      add(name, String(facts.largestRecord), 'restore.largestRefused')
    }
  }
  const inSync = Number(current.get('min.insync.replicas') ?? '1')
  if (inSync > facts.replicas) {
    add('min.insync.replicas', String(facts.replicas), 'restore.replicasRefuse', { replicas: facts.replicas })
  }
  return problems
}
