import { isUtf8 } from 'node:buffer'
import { CofferError } from '../../contract/errors.ts'
import { ABSENT_KINDS } from '../account.ts'
import { checkedBackupId, checkedKey, checkedTopic } from '../paths.ts'
import type { AbsentKind, Manifest } from '../types.ts'
import {
  boolean,
  count,
  damaged,
  type Fields,
  int32,
  int64,
  integer,
  list,
  object,
  oneOf,
  orElse,
  sha256Hex,
  text,
} from './fields.ts'
import { parseJson, stringifyJson } from './json.ts'

/** Larger ones are refused before they are read: half of what a JavaScript string can hold. */
export const MAX_MANIFEST_BYTES = 256 * 1024 * 1024
const MAX_DEPTH = 64

/**
 * A manifest of ours or of OSO's, every field that is used checked, and every other kept as it is. Attacker-controlled:
 * keys that leave the backup's folder, numbers out of range and wrong types are refused.
 * @param backupId the folder that it was read from, where known: it must be the manifest's own
 * @throws MANIFEST_DAMAGED with the field's path; PATH_ESCAPES for a key outside the backup's folder
 */
export function parseManifest(bytes: Buffer, backupId?: string): Manifest {
  const root = object(parseDocument(bytes, 'the manifest'), 'manifest')
  const id = text(root.backup_id, 'backup_id')
  if (backupId !== undefined && id !== backupId) throw damaged('backup_id', `"${backupId}"`, id)
  try {
    checkedBackupId(id)
  } catch {
    throw damaged('backup_id', 'a backup id', id)
  }
  integer(root.created_at, 'created_at')
  orElse(root, 'source_cluster_id', null)
  if (root.source_cluster_id !== null) text(root.source_cluster_id, 'source_cluster_id')
  orElse(root, 'source_brokers', [])
  for (const [i, broker] of list(root.source_brokers, 'source_brokers').entries()) text(broker, `source_brokers[${i}]`)
  orElse(root, 'compression', '')
  oneOf(root.compression, 'compression', ['zstd', 'lz4', 'none', ''])
  const names = new Set<string>()
  for (const [i, topic] of list(root.topics, 'topics').entries()) checkTopic(topic, `topics[${i}]`, id, names)
  if (root.coffer !== undefined) checkCoffer(object(root.coffer, 'coffer'), id)
  return root as unknown as Manifest
}

/** As OSO writes it: indented JSON, every 64-bit integer exact, unknown fields where they were. */
export function serializeManifest(manifest: Manifest): Buffer {
  return Buffer.from(stringifyJson(manifest))
}

/**
 * JSON from a hostile object: UTF-8, bounded in size and depth.
 * @param what for messages: `the manifest`
 * @throws MANIFEST_DAMAGED
 */
export function parseDocument(bytes: Buffer, what: string): unknown {
  if (bytes.length > MAX_MANIFEST_BYTES) {
    throw new CofferError('MANIFEST_DAMAGED', `expected at most ${MAX_MANIFEST_BYTES} bytes, got "${bytes.length}"`)
  }
  if (!isUtf8(bytes)) throw new CofferError('MANIFEST_DAMAGED', `${what} is not UTF-8`)
  if (depth(bytes) > MAX_DEPTH) {
    throw new CofferError('MANIFEST_DAMAGED', `${what} is nested more than ${MAX_DEPTH} levels deep`)
  }
  try {
    return parseJson(bytes.toString('utf8'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replaceAll(/[\r\n]+/g, ' ').slice(0, 160) : ''
    throw new CofferError('MANIFEST_DAMAGED', `${what} is not JSON: ${reason}`, { cause })
  }
}

function checkTopic(value: unknown, path: string, id: string, names: Set<string>): void {
  const topic = object(value, path)
  const name = text(topic.name, `${path}.name`)
  try {
    checkedTopic(name)
  } catch {
    throw damaged(`${path}.name`, 'a Kafka topic name', name)
  }
  if (names.has(name)) throw damaged(`${path}.name`, 'each topic once', name)
  names.add(name)
  orElse(topic, 'original_partition_count', null)
  if (topic.original_partition_count !== null) {
    int32(topic.original_partition_count, `${path}.original_partition_count`)
  }
  if (topic.topic_id !== undefined && topic.topic_id !== null) text(topic.topic_id, `${path}.topic_id`)
  if (topic.internal !== undefined) boolean(topic.internal, `${path}.internal`)
  if (topic.configuration !== undefined) {
    for (const [i, item] of list(topic.configuration, `${path}.configuration`).entries()) {
      checkConfig(item, `${path}.configuration[${i}]`)
    }
  }
  const partitions = new Set<number>()
  for (const [i, item] of list(topic.partitions, `${path}.partitions`).entries()) {
    checkPartition(item, `${path}.partitions[${i}]`, id, partitions)
  }
}

function checkConfig(value: unknown, path: string): void {
  const entry = object(value, path)
  text(entry.name, `${path}.name`)
  if (entry.value !== null) text(entry.value, `${path}.value`)
  boolean(entry.overridden, `${path}.overridden`)
}

function checkPartition(value: unknown, path: string, id: string, seen: Set<number>): void {
  const partition = object(value, path)
  const number = int32(partition.partition_id, `${path}.partition_id`)
  if (seen.has(number)) throw damaged(`${path}.partition_id`, 'each partition once', number)
  seen.add(number)
  for (const [i, item] of list(partition.segments, `${path}.segments`).entries()) {
    checkSegment(item, `${path}.segments[${i}]`, id)
  }
  if (partition.gaps !== undefined) {
    for (const [i, item] of list(partition.gaps, `${path}.gaps`).entries()) {
      const gap = object(item, `${path}.gaps[${i}]`)
      const start = count(gap.start_offset, `${path}.gaps[${i}].start_offset`)
      if (count(gap.end_offset, `${path}.gaps[${i}].end_offset`) < start) {
        throw damaged(`${path}.gaps[${i}].end_offset`, `at least ${start}`, gap.end_offset)
      }
    }
  }
  if (partition.account !== undefined) {
    for (const [i, item] of list(partition.account, `${path}.account`).entries()) {
      checkAccountEntry(item, `${path}.account[${i}]`, id)
    }
  }
}

function checkSegment(value: unknown, path: string, id: string): void {
  const segment = object(value, path)
  checkedKey(id, text(segment.key, `${path}.key`))
  const start = count(segment.start_offset, `${path}.start_offset`)
  if (count(segment.end_offset, `${path}.end_offset`) < start) {
    throw damaged(`${path}.end_offset`, `at least ${start}`, segment.end_offset)
  }
  int64(segment.start_timestamp, `${path}.start_timestamp`)
  int64(segment.end_timestamp, `${path}.end_timestamp`)
  count(segment.record_count, `${path}.record_count`)
  for (const name of ['uncompressed_size', 'compressed_size']) {
    orElse(segment, name, 0)
    count(segment[name], `${path}.${name}`)
  }
  for (const name of ['sha256', 'merkle_root']) {
    if (segment[name] !== undefined) sha256Hex(segment[name], `${path}.${name}`)
  }
  for (const name of ['min_timestamp', 'max_timestamp']) {
    if (segment[name] !== undefined) int64(segment[name], `${path}.${name}`)
  }
  if (segment.generation !== undefined) count(segment.generation, `${path}.generation`)
}

function checkAccountEntry(value: unknown, path: string, id: string): void {
  const entry = object(value, path)
  const from = count(entry.from, `${path}.from`)
  if (count(entry.to, `${path}.to`) < from) throw damaged(`${path}.to`, `at least ${from}`, entry.to)
  count(entry.generation, `${path}.generation`)
  count(entry.archived, `${path}.archived`)
  const absent = object(entry.absent, `${path}.absent`)
  for (const [kind, number] of Object.entries(absent)) {
    oneOf(kind, `${path}.absent`, ABSENT_KINDS)
    count(number, `${path}.absent.${kind}`)
  }
  if (entry.segment !== undefined) checkedKey(id, text(entry.segment, `${path}.segment`))
  if (entry.ranges !== undefined) checkRanges(entry.ranges, `${path}.ranges`)
  if (entry.ranges_object !== undefined) {
    const blob = object(entry.ranges_object, `${path}.ranges_object`)
    checkedKey(id, text(blob.key, `${path}.ranges_object.key`))
    sha256Hex(blob.sha256, `${path}.ranges_object.sha256`)
    count(blob.size, `${path}.ranges_object.size`)
    count(blob.count, `${path}.ranges_object.count`)
  }
}

/** A list of [kind, from, to). @throws MANIFEST_DAMAGED */
export function checkRanges(value: unknown, path: string): [AbsentKind, number, number][] {
  for (const [i, item] of list(value, path).entries()) {
    const range = list(item, `${path}[${i}]`)
    if (range.length !== 3) throw damaged(`${path}[${i}]`, 'a kind and two offsets', range)
    oneOf(range[0], `${path}[${i}][0]`, ABSENT_KINDS)
    count(range[1], `${path}[${i}][1]`)
    count(range[2], `${path}[${i}][2]`)
  }
  return value as [AbsentKind, number, number][]
}

function checkCoffer(coffer: Fields, id: string): void {
  if (coffer.format !== 1) throw damaged('coffer.format', '1', coffer.format)
  const generation = count(coffer.generation, 'coffer.generation')
  if (coffer.previous !== null) {
    const previous = object(coffer.previous, 'coffer.previous')
    checkedKey(id, text(previous.key, 'coffer.previous.key'))
    sha256Hex(previous.sha256, 'coffer.previous.sha256')
    if (count(previous.generation, 'coffer.previous.generation') !== generation - 1) {
      throw damaged('coffer.previous.generation', String(generation - 1), previous.generation)
    }
  }
  for (const [i, item] of list(coffer.abandoned, 'coffer.abandoned').entries()) {
    const entry = object(item, `coffer.abandoned[${i}]`)
    checkedKey(id, text(entry.key, `coffer.abandoned[${i}].key`))
    count(entry.size, `coffer.abandoned[${i}].size`)
    count(entry.found_in_generation, `coffer.abandoned[${i}].found_in_generation`)
  }
  checkRun(object(coffer.run, 'coffer.run'))
}

function checkRun(run: Fields): void {
  text(run.run_id, 'coffer.run.run_id')
  oneOf(run.state, 'coffer.run.state', ['running', 'complete', 'interrupted', 'failed'])
  oneOf(run.mode, 'coffer.run.mode', ['snapshot', 'continuous'])
  oneOf(run.isolation_level, 'coffer.run.isolation_level', ['read_committed', 'read_uncommitted'])
  boolean(run.include_offset_headers, 'coffer.run.include_offset_headers')
  integer(run.started_at, 'coffer.run.started_at')
  if (run.ended_at !== null) integer(run.ended_at, 'coffer.run.ended_at')
  for (const part of ['tool', 'operator', 'source', 'clock']) object(run[part], `coffer.run.${part}`)
  for (const [partition, item] of Object.entries(object(run.cut, 'coffer.run.cut'))) {
    const cut = object(item, `coffer.run.cut.${partition}`)
    for (const name of ['from', 'to', 'high_watermark', 'log_start']) {
      count(cut[name], `coffer.run.cut.${partition}.${name}`)
    }
    for (const name of ['leader_epoch', 'epoch_end']) {
      if (cut[name] !== undefined) count(cut[name], `coffer.run.cut.${partition}.${name}`)
    }
  }
  count(run.records, 'coffer.run.records')
  count(run.bytes, 'coffer.run.bytes')
}

/** How deeply braces and brackets are nested, outside strings. */
function depth(bytes: Buffer): number {
  let deepest = 0
  let now = 0
  let quoted = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    if (quoted) {
      if (byte === 0x5c) i++
      else if (byte === 0x22) quoted = false
    } else if (byte === 0x22) quoted = true
    else if (byte === 0x7b || byte === 0x5b) {
      if (++now > deepest) deepest = now
    } else if (byte === 0x7d || byte === 0x5d) now--
  }
  return deepest
}
