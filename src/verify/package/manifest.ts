import { canonicalText, count, type Fields, int64, list, object, readDocument, sha256Of, text } from './document.ts'
import { quoted, Refusal } from './refusal.ts'

/**
 * What the manifest of a package says (docs/archive-format.md section 4), read anew: this folder shares no reader with the
 * program that wrote it. Members that are not used here are left alone.
 */
export interface ManifestFacts {
  backupId: string
  /** null: made by another program, without our section. */
  generation: number | null
  previous: { sha256: string; generation: number } | null
  run: { state: string; endedAt: number | null; tool: string } | null
  /** By topic (code units), then number. */
  partitions: ManifestPartition[]
  segments: Map<string, ManifestSegment>
}

export interface ManifestPartition {
  topic: string
  partition: number
  segments: ManifestSegment[]
  /** Summed up; null where the manifest has none. */
  account: { from: number; to: number; archived: number; absent: Record<string, number> } | null
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
    ...cofferSection(root.coffer, `${path}: coffer`),
    partitions: [],
    segments: new Map(),
  }
  const seen = new Set<string>()
  for (const [i, item] of list(root.topics, `${path}: topics`).entries()) {
    const at = `${path}: topics[${i}]`
    const topic = object(item, at)
    const name = text(topic.name, `${at}.name`)
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
  return { topic, partition, segments, account: sumAccount(entries, at), accountTexts: entries.map(canonicalText) }
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

/** docs/archive-format.md section 5: entries in order, each beginning where the one before ends. */
function sumAccount(entries: readonly unknown[], at: string): ManifestPartition['account'] {
  let sum: NonNullable<ManifestPartition['account']> | null = null
  for (const [i, item] of entries.entries()) {
    const entry = object(item, `${at}.account[${i}]`)
    const from = count(entry.from, `${at}.account[${i}].from`)
    const to = count(entry.to, `${at}.account[${i}].to`)
    sum ??= { from, to: from, archived: 0, absent: {} }
    let told = count(entry.archived, `${at}.account[${i}].archived`)
    sum.archived += told
    for (const [kind, value] of Object.entries(object(entry.absent, `${at}.account[${i}].absent`))) {
      const number = count(value, `${at}.account[${i}].absent.${kind}`)
      told += number
      sum.absent[kind] = (Object.hasOwn(sum.absent, kind) ? (sum.absent[kind] as number) : 0) + number
    }
    if (from !== sum.to || told !== to - from) {
      throw new Refusal('COVERAGE_FAILURE', `The account of offsets at ${at} does not add up at ${quoted(from)}.`)
    }
    sum.to = to
  }
  return sum
}
