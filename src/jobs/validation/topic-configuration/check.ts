import { say } from '../../../contract/said/said.ts'
import { adaptConfiguration } from '../../restore/topic-config.ts'
import { type Answer, detailed, type Session } from '../session.ts'

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
  const differences = say('many.differences', { count: drift.length })
  const parts = [say('report.configurations', { topics: say('many.topics', { count: topics.length }), differences })]
  if (adapted > 0) {
    const names = [...new Set(drifts.filter(({ kind }) => kind === 'adapted').map(({ name }) => name))]
    const some = names.slice(0, 5).join(', ')
    const listed = names.length > 5 ? say('report.andOthers', { names: some }) : some
    parts.push(say('report.adapted', { count: adapted, names: listed }))
  }
  if (unknown.length > 0)
    parts.push(say('report.noConfiguration', { topics: say('many.topics', { count: unknown.length }) }))
  const [first] = drift
  if (first !== undefined) {
    const [target, archived] = [JSON.stringify(first.target), JSON.stringify(first.archived)]
    parts.push(say('report.firstSetting', { topic: first.target_topic, name: first.name, target, archived }))
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
    ...detailed(parts),
    data: {
      check: 'TopicConfigurationCheck',
      topics: topics.length,
      differences: drifts.slice(0, LISTED),
      differences_total: drifts.length,
      without_configuration: unknown,
    },
  }
}
