import { CofferError } from '../contract/errors.ts'
import type { Compression } from './types.ts'

/**
 * Every key of an archive is built or checked here, and nowhere else. Names that come out of a manifest are
 * attacker-controlled: `checkedKey` lets none of them leave the backup's own folder.
 */

/** What a backup id may be: it is a folder's name on disk and the first part of every key. */
const BACKUP_ID = /^[A-Za-z0-9_][A-Za-z0-9._:@=+-]{0,199}$/
const SNAPSHOT_ID = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/
/** Kafka's rule for topic names (org.apache.kafka.common.internals.Topic). */
const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/
/** S3's limit, and far below every file system's limit for a path. */
const MAX_KEY_BYTES = 1024
/** Kafka numbers partitions with a signed 32-bit integer. */
const MAX_PARTITION = 0x7fffffff
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const FORBIDDEN_IN_KEY = /[\u0000-\u001f\u007f\\]/

export interface SegmentKeyParts {
  backupId: string
  topic: string
  partition: number
  startOffset: number
  /** The run that writes it, so that no run ever writes over another's segment. */
  generation: number
  compression: Compression
}

/**
 * The backup id itself where it can be a folder's name.
 * @throws PATH_ESCAPES where it would lead elsewhere; CONFIG_INVALID_VALUE where it has other characters than allowed
 */
export function checkedBackupId(id: string): string {
  if (BACKUP_ID.test(id)) return id
  if (id === '.' || id === '..' || /[/\\]/.test(id) || id.includes('\u0000')) {
    throw new CofferError('PATH_ESCAPES', `expected a backup id without a path, got ${quoted(id)}`, {
      hint: 'A backup id is one name, such as "ledger-2026-03"; a folder belongs into the storage path.',
    })
  }
  throw new CofferError(
    'CONFIG_INVALID_VALUE',
    `expected a backup id of letters, digits and "._:@=+-" (at most 200), got ${quoted(id)}`,
  )
}

/** The topic name itself where it is one that Kafka accepts. @throws PATH_ESCAPES */
export function checkedTopic(topic: string): string {
  if (TOPIC_NAME.test(topic) && topic !== '.' && topic !== '..') return topic
  throw new CofferError('PATH_ESCAPES', `expected a Kafka topic name, got ${quoted(topic)}`)
}

export function manifestKey(id: string): string {
  return `${checkedBackupId(id)}/manifest.json`
}

/** Where a folder that a storage lists would have its manifest, whatever its name: only to see whether it has one. */
export function foundManifestKey(folder: string): string {
  return `${folder}/manifest.json`
}

/** Where the exact bytes of an earlier generation's manifest are kept. @param sha256 of those bytes, lowercase hex */
export function earlierManifestKey(id: string, generation: number, sha256: string): string {
  return `${manifestsPrefix(id)}manifest-${padded(generation, 6)}-${sha256.slice(0, 12)}.json`
}

export function manifestsPrefix(id: string): string {
  return `${checkedBackupId(id)}/manifests/`
}

export function segmentKey(parts: SegmentKeyParts): string {
  const extension = parts.compression === 'zstd' ? '.zst' : parts.compression === 'lz4' ? '.lz4' : ''
  return `${segmentStem(parts)}.bin${extension}`
}

/** Beside its segment: the ranges of an account entry that are too many for the manifest. */
export function rangesKey(parts: Omit<SegmentKeyParts, 'compression'>): string {
  return `${segmentStem(parts)}.account.zst`
}

export function topicsPrefix(id: string): string {
  return `${checkedBackupId(id)}/topics/`
}

export function groupsKey(id: string): string {
  return `${checkedBackupId(id)}/consumer-groups-snapshot.json`
}

/** Where an earlier snapshot is kept. @param repeat counts those of one generation, from 0 */
export function earlierGroupsKey(id: string, generation: number, repeat = 0): string {
  const again = repeat === 0 ? '' : `-${padded(repeat, 3)}`
  return `${earlierGroupsPrefix(id)}snapshot-${padded(generation, 6)}${again}.json`
}

export function earlierGroupsPrefix(id: string): string {
  return `${checkedBackupId(id)}/consumer-groups/`
}

export function lockKey(id: string): string {
  return `${checkedBackupId(id)}/lock.json`
}

/** Where restores of this backup leave their reports and offset maps. */
export function restoresPrefix(id: string): string {
  return `${checkedBackupId(id)}/restores/`
}

/** Where reports about this backup may lie beside it. */
export function evidencePrefix(id: string): string {
  return `${checkedBackupId(id)}/evidence/`
}

/** The chain-of-custody lines of a backup: one object for each. */
export function custodyPrefix(id: string): string {
  return `${checkedBackupId(id)}/custody/`
}

/**
 * Where a chain-of-custody line lies. Nothing but its number is in the name: of two writers on the same head both want
 * the same key, and one of them gets it.
 */
export function custodyKey(id: string, seq: number): string {
  return `${custodyPrefix(id)}${padded(seq, 6)}.json`
}

/** The signatures over the manifests of a backup. */
export function signaturesPrefix(id: string): string {
  return `${checkedBackupId(id)}/signatures/`
}

/** What the keys of one manifest's signature files begin with. @param sha256 of the manifest's bytes, lowercase hex */
export function manifestSignatureStem(id: string, generation: number, sha256: string): string {
  return `${signaturesPrefix(id)}manifest-${padded(generation, 6)}-${sha256.slice(0, 12)}`
}

/** Positions of consumer groups that can be put back, OSO's place for them: beside the backups, in none of them. */
export function offsetSnapshotsPrefix(): string {
  return 'offset-snapshots/'
}

export function offsetSnapshotKey(snapshotId: string): string {
  return `${offsetSnapshotsPrefix()}${checkedSnapshotId(snapshotId)}/snapshot.json`
}

export function offsetSnapshotMetadataKey(snapshotId: string): string {
  return `${offsetSnapshotsPrefix()}${checkedSnapshotId(snapshotId)}/metadata.json`
}

/** Whose positions an object below `offsetSnapshotsPrefix` holds; null for any other object. */
export function offsetSnapshotOf(key: string): string | null {
  const id = /^offset-snapshots\/([^/]+)\/snapshot\.json$/.exec(key)?.[1]
  return id !== undefined && SNAPSHOT_ID.test(id) ? id : null
}

function checkedSnapshotId(id: string): string {
  if (SNAPSHOT_ID.test(id)) return id
  throw new CofferError('PATH_ESCAPES', `expected the id of an offset snapshot, got ${quoted(id)}`, {
    hint: 'List those that are there with "coffer offset-rollback list".',
  })
}

/** OSO's own database of positions. */
export function foreignOffsetsKey(id: string): string {
  return `${checkedBackupId(id)}/offsets.db`
}

/**
 * A key that somebody else wrote, once it is certain that it stays in the backup's folder.
 * @throws PATH_ESCAPES
 */
export function checkedKey(backupId: string, key: string): string {
  const prefix = `${checkedBackupId(backupId)}/`
  const inside =
    key.startsWith(prefix) &&
    !FORBIDDEN_IN_KEY.test(key) &&
    key.isWellFormed() &&
    Buffer.byteLength(key) <= MAX_KEY_BYTES &&
    key.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  if (inside) return key
  throw new CofferError('PATH_ESCAPES', `expected a key below ${quoted(prefix)}, got ${quoted(key)}`, {
    hint: 'The archive names an object outside its own folder; do not trust where it came from.',
  })
}

function segmentStem(parts: Omit<SegmentKeyParts, 'compression'>): string {
  if (!Number.isInteger(parts.partition) || parts.partition < 0 || parts.partition > MAX_PARTITION) {
    throw new CofferError('PATH_ESCAPES', `expected a partition number, got "${parts.partition}"`)
  }
  const folder = `${topicsPrefix(parts.backupId)}${checkedTopic(parts.topic)}/partition=${parts.partition}`
  return `${folder}/segment-${padded(parts.startOffset, 20)}-g${padded(parts.generation, 6)}`
}

function padded(value: number, digits: number): string {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new CofferError('PATH_ESCAPES', `expected a number that is not negative, got "${value}"`)
  }
  return String(value).padStart(digits, '0')
}

/** Hostile text fit for one line of a message. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text)
}
