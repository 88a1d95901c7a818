import { type AccountSum, compareCut, sumAccount } from './account.ts'
import { canonicalText, count, type Fields, int64, list, object, readDocument, sha256Of, text } from './document.ts'
import { quoted, Refusal } from './refusal.ts'

/**
 * What the manifest of a package says (docs/archive-format.md section 4), read anew: this folder shares no reader with the
 * program that wrote it. Members that are not used here are left alone.
 */
export interface ManifestFacts {
  backupId: string
  /** Of what cluster, and since when, as it stands. */
  origin: { source_cluster_id: unknown; source_brokers: unknown; created_at: unknown }
  /** null: made by another program, without our section. */
  generation: number | null
  previous: { sha256: string; generation: number } | null
  run: { state: string; startedAt: number | null; endedAt: number | null; tool: string } | null
  /** Names, in the manifest's order. */
  topics: string[]
  /** By topic (code units), then number. */
  partitions: ManifestPartition[]
  segments: Map<string, ManifestSegment>
}

export interface ManifestPartition {
  topic: string
  partition: number
  segments: ManifestSegment[]
  /** Summed up; null where the manifest has none. */
  account: AccountSum | null
  /** Each entry's canonical JSON, for comparison with other generations. */
  accountTexts: string[]
}

export interface ManifestSegment {
  key: string
  topic: string
  partition: number
  startOffset: number
  /** Inclusive. */
  endOffset: number
  records: number
  sha256: string | null
  merkleRoot: string | null
  minTimestamp: number | bigint | null
  maxTimestamp: number | bigint | null
  generation: number | null
  /** Canonical JSON of the entry. */
  text: string
}

/** @throws Refusal FORMAT_FAILURE */
export function readManifest(bytes: Uint8Array, path: string): ManifestFacts {
  const root = readDocument(bytes, path)
  const facts: ManifestFacts = {
    backupId: text(root.backup_id, `${path}: backup_id`),
    origin: {
      source_cluster_id: root.source_cluster_id ?? null,
      source_brokers: root.source_brokers ?? [],
      created_at: root.created_at ?? null,
    },
    ...cofferSection(root.coffer, `${path}: coffer`),
    topics: [],
    partitions: [],
    segments: new Map(),
  }
  const seen = new Set<string>()
  for (const [i, item] of list(root.topics, `${path}: topics`).entries()) {
    const at = `${path}: topics[${i}]`
    const topic = object(item, at)
    const name = text(topic.name, `${at}.name`)
    facts.topics.push(name)
    for (const [j, one] of list(topic.partitions, `${at}.partitions`).entries()) {
      const partition = readPartition(object(one, `${at}.partitions[${j}]`), name, `${at}.partitions[${j}]`)
      const id = `${name}/${partition.partition}`
      if (seen.has(id)) throw new Refusal('FORMAT_FAILURE', `${path} tells of ${quoted(id)} twice.`)
      seen.add(id)
      facts.partitions.push(partition)
      for (const segment of partition.segments) {
        if (facts.segments.has(segment.key))
          throw new Refusal('FORMAT_FAILURE', `${path} names ${quoted(segment.key)} twice.`)
        facts.segments.set(segment.key, segment)
      }
    }
  }
  if (root.coffer !== undefined) {
    const accounts = new Map(facts.partitions.map((one) => [`${one.topic}/${one.partition}`, one.account]))
    compareCut(object(object(root.coffer, path).run, path), accounts, `${path}: coffer.run`)
  }
  facts.partitions.sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition))
  return facts
}

function cofferSection(value: unknown, at: string): Pick<ManifestFacts, 'generation' | 'previous' | 'run'> {
  if (value === undefined) return { generation: null, previous: null, run: null }
  const coffer = object(value, at)
  const run = object(coffer.run, `${at}.run`)
  const tool = object(run.tool, `${at}.run.tool`)
  const generation = count(coffer.generation, `${at}.generation`)
  let previous: ManifestFacts['previous'] = null
  if (coffer.previous !== null) {
    const fields = object(coffer.previous, `${at}.previous`)
    previous = {
      sha256: sha256Of(fields.sha256, `${at}.previous.sha256`),
      generation: count(fields.generation, `${at}.previous.generation`),
    }
    if (previous.generation !== generation - 1)
      throw new Refusal('FORMAT_FAILURE', `${at}.previous is not the generation before.`)
  }
  const endedAt = run.ended_at === null ? null : count(run.ended_at, `${at}.run.ended_at`)
  return {
    generation,
    previous,
    run: {
      state: text(run.state, `${at}.run.state`),
      startedAt: run.started_at === undefined ? null : count(run.started_at, `${at}.run.started_at`),
      endedAt,
      tool: `${text(tool.name, at)} ${text(tool.version, at)}`,
    },
  }
}

function readPartition(fields: Fields, topic: string, at: string): ManifestPartition {
  const partition = count(fields.partition_id, `${at}.partition_id`)
  const segments = list(fields.segments, `${at}.segments`).map((item, i) =>
    readSegment(object(item, `${at}.segments[${i}]`), topic, partition, `${at}.segments[${i}]`),
  )
  const entries = fields.account === undefined ? [] : list(fields.account, `${at}.account`)
  const account = sumAccount(entries, segments, at)
  return { topic, partition, segments, account, accountTexts: entries.map(canonicalText) }
}

function readSegment(fields: Fields, topic: string, partition: number, at: string): ManifestSegment {
  const optional = <T>(name: string, read: (value: unknown, path: string) => T): T | null =>
    fields[name] === undefined ? null : read(fields[name], `${at}.${name}`)
  const segment: ManifestSegment = {
    key: text(fields.key, `${at}.key`),
    topic,
    partition,
    startOffset: count(fields.start_offset, `${at}.start_offset`),
    endOffset: count(fields.end_offset, `${at}.end_offset`),
    records: count(fields.record_count, `${at}.record_count`),
    sha256: optional('sha256', sha256Of),
    merkleRoot: optional('merkle_root', sha256Of),
    minTimestamp: optional('min_timestamp', int64),
    maxTimestamp: optional('max_timestamp', int64),
    generation: optional('generation', count),
    text: canonicalText(fields),
  }
  if (segment.text === '' || segment.endOffset < segment.startOffset) {
    throw new Refusal('FORMAT_FAILURE', `The entry at ${at} is impossible.`)
  }
  return segment
}
