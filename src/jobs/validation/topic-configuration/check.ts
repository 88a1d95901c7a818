import { plural } from '../../../contract/words.ts'
import { adaptConfiguration } from '../../restore/topic-config.ts'
import type { Answer, Session } from '../session.ts'

const LISTED = 200
/** Kafka's ConfigSource: set on the topic itself. */
const ON_THE_TOPIC = 1

interface Drift {
  topic: string
  target_topic: string
  name: string
  archived: string | null
  target: string | null
  /** `adapted`: as a restore sets it on purpose, so that it keeps and takes every record. */
  kind: 'drift' | 'adapted'
}

/** Whether the target topics are set up as the archived ones were: partitions, and every setting of the topic itself. */
export async function checkTopicConfiguration({ scope, cluster }: Session): Promise<Answer> {
  const { topics } = scope.prepared.plan
  const existing = topics.filter((topic) => scope.existing.has(topic.target))
  const configs = existing.length === 0 ? new Map() : await cluster.topicConfigs(existing.map((topic) => topic.target))
  const drifts: Drift[] = []
  const unknown: string[] = []
  for (const topic of topics) {
    const metadata = scope.existing.get(topic.target)
    const place = { topic: topic.source, target_topic: topic.target }
    if (metadata === undefined) {
      drifts.push({ ...place, name: 'topic', archived: 'exists', target: null, kind: 'drift' })
      continue
    }
    if (metadata.partitions.length !== topic.partitions) {
      const [archived, target] = [String(topic.partitions), String(metadata.partitions.length)]
      drifts.push({ ...place, name: 'partitions', archived, target, kind: 'drift' })
    }
    const archived = topic.archived.configuration
    if (archived === undefined) {
      unknown.push(topic.source)
      continue
    }
    const replicas = Math.min(...metadata.partitions.map((partition) => partition.replicas.length))
    // Which of the keys a restore sets depends on the target's release.
    const adapted = (['before-after', 'difference'] as const).map(
      (timestampKeys) =>
        adaptConfiguration({ target: topic.target, archived, largestRecord: null, replicas, timestampKeys }).configs,
    )
    const there: { name: string; value: string | null; source: number }[] = configs.get(topic.target) ?? []
    const names = new Set([
      ...archived.filter((entry) => entry.overridden).map(({ name }) => name),
      ...there.filter(({ source }) => source === ON_THE_TOPIC).map(({ name }) => name),
    ])
    for (const name of [...names].sort()) {
      const before = archived.find((entry) => entry.name === name)?.value ?? null
      const now = there.find((entry) => entry.name === name)?.value ?? null
      if (before === now) continue
      const kind = now !== null && adapted.some((configs) => configs.get(name) === now) ? 'adapted' : 'drift'
      drifts.push({ ...place, name, archived: before, target: now, kind })
    }
  }
  const drift = drifts.filter(({ kind }) => kind === 'drift')
  const adapted = drifts.length - drift.length
  const parts = [`${plural(topics.length, 'topic')}; ${plural(drift.length, 'difference')}`]
  if (adapted > 0) {
    const names = [...new Set(drifts.filter(({ kind }) => kind === 'adapted').map(({ name }) => name))]
    const some = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ' and others' : ''}`
    parts.push(`${plural(adapted, 'setting')} as a restore makes it on purpose (${some})`)
  }
  if (unknown.length > 0) parts.push(`the archive holds no configuration of ${plural(unknown.length, 'topic')}`)
  const [first] = drift
  if (first !== undefined) {
    parts.push(
      `first: ${first.target_topic} ${first.name} is ${JSON.stringify(first.target)}, archived ${JSON.stringify(first.archived)}`,
    )
  }
  const outcome =
    drift.length > 0
      ? 'FAILED'
      : unknown.length > 0 || topics.length === 0
        ? 'INDETERMINATE'
        : adapted > 0
          ? 'WARNING'
          : 'PASSED'
  return {
    outcome,
    detail: parts.join('; '),
    data: {
      check: 'TopicConfigurationCheck',
      topics: topics.length,
      differences: drifts.slice(0, LISTED),
      differences_total: drifts.length,
      without_configuration: unknown,
    },
  }
}
