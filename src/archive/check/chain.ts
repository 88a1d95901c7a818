import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { type CofferError, isCofferError } from '../../contract/errors.ts'
import type { ManifestSignature } from '../../contract/results.ts'
import { reasonOf } from '../../contract/said/reason-of.ts'
import { because, type Reason } from '../../contract/said/said.ts'
import type { Storage } from '../../storage/storage.ts'
import { MAX_MANIFEST_BYTES, parseManifest } from '../manifest/parse.ts'
import { manifestSignature } from '../manifest/signature.ts'
import { manifestSignatureStem } from '../paths.ts'
import type { Manifest, PartitionEntry } from '../types.ts'
import type { Finding, Findings } from './findings.ts'

export interface ChainResult {
  /** As the present manifest counts them. */
  generations: number
  /** How many earlier ones were there with the hash that the next one states. */
  verified: number
  /** Keys of the earlier manifests that the chain names. */
  keys: string[]
  /** SHA-256 of the earlier manifests that were verified, lowercase hex, the latest first. */
  hashes: string[]
  /** Of the present manifest; null in archives of other programs. */
  signature: ManifestSignature | null
}

/**
 * Follows the chain of generations back to the first: each kept manifest has the SHA-256 that the next one states, and
 * nothing that it says of a segment or an account was changed later. Signatures beside the manifests must hold.
 * @param bytes of the present manifest
 */
export async function checkChain(
  storage: Storage,
  manifest: Manifest,
  bytes: Buffer,
  findings: Findings,
  signal?: AbortSignal,
): Promise<ChainResult> {
  const generations = manifest.coffer?.generation ?? 0
  const keys: string[] = []
  const signatures: Signed[] = []
  const hashes: string[] = []
  let later = manifest
  let laterBytes = bytes
  for (;;) {
    const { coffer } = later
    if (coffer === undefined) break
    const { previous } = coffer
    signatures.push(await signatureOf(storage, manifest.backup_id, coffer.generation, laterBytes))
    if (previous === null) {
      if (coffer.generation !== 1) {
        findings.add(broken(because('finding.generationNamesNone', { generation: coffer.generation })))
      }
      break
    }
    signal?.throwIfAborted()
    keys.push(previous.key)
    const earlier = await earlierManifest(storage, previous, manifest.backup_id, findings)
    if (earlier === null) break
    hashes.push(previous.sha256)
    for (const finding of changes(earlier.manifest, later)) findings.add(finding)
    later = earlier.manifest
    laterBytes = earlier.bytes
  }
  findings.add(...signatureFindings(signatures, manifest))
  return { generations, verified: hashes.length, keys, hashes, signature: signatures[0]?.signature ?? null }
}

interface Signed {
  generation: number
  /** What its files' keys begin with. */
  stem: string
  signature: ManifestSignature
}

async function signatureOf(storage: Storage, backupId: string, generation: number, bytes: Buffer): Promise<Signed> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const stem = manifestSignatureStem(backupId, generation, sha256)
  return { generation, stem, signature: await manifestSignature(storage, backupId, generation, bytes) }
}

/** @param signatures latest first */
function* signatureFindings(signatures: readonly Signed[], manifest: Manifest): Generator<Finding> {
  for (const { generation, stem, signature } of signatures) {
    if (signature.state !== 'broken') continue
    const reason = because('finding.signatureOf', { generation, why: signature.said ?? signature.reason })
    yield { severity: 'damaged', code: 'SIGNATURE_BROKEN', segment: `${stem}.sig`, ...reason }
  }
  const [last, ...earlier] = signatures
  // a run at work has not come to its signature yet
  if (last?.signature.state !== 'unsigned' || manifest.coffer?.run.state === 'running') return
  const before = earlier.find((one) => one.signature.state === 'signed')
  if (before === undefined) return
  const reason = because('finding.unsigned', { generation: last.generation, signed: before.generation })
  yield { severity: 'warning', code: 'MANIFEST_UNSIGNED', segment: `${last.stem}.sig`, ...reason }
}

async function earlierManifest(
  storage: Storage,
  previous: { key: string; sha256: string; generation: number },
  backupId: string,
  findings: Findings,
): Promise<{ manifest: Manifest; bytes: Buffer } | null> {
  try {
    const { body } = await storage.get(previous.key, { maxBytes: MAX_MANIFEST_BYTES })
    const sha256 = createHash('sha256').update(body).digest('hex')
    if (sha256 !== previous.sha256) {
      findings.add(broken(because('segment.sha256', { expected: previous.sha256, got: sha256 }), previous.key))
      return null
    }
    const manifest = parseManifest(body, backupId)
    const generation = manifest.coffer?.generation ?? 0
    if (generation === previous.generation) return { manifest, bytes: body }
    findings.add(
      broken(because('finding.generation', { expected: previous.generation, got: generation }), previous.key),
    )
  } catch (error) {
    if (!isCofferError(error, 'OBJECT_MISSING', 'MANIFEST_DAMAGED', 'PATH_ESCAPES', 'SEGMENT_TOO_LARGE')) throw error
    findings.add(broken(reasonOf(error as CofferError), previous.key))
  }
  return null
}

/** What an earlier generation says and a later one does not. */
function* changes(earlier: Manifest, later: Manifest): Generator<Finding> {
  const topics = new Map(later.topics.map((topic) => [topic.name, topic]))
  for (const topic of earlier.topics) {
    const partitions = new Map(topics.get(topic.name)?.partitions.map((item) => [item.partition_id, item]))
    for (const partition of topic.partitions) {
      yield* partitionChanges(topic.name, partition, partitions.get(partition.partition_id))
    }
  }
}

function* partitionChanges(
  topic: string,
  earlier: PartitionEntry,
  later: PartitionEntry | undefined,
): Generator<Finding> {
  const where = { topic, partition: earlier.partition_id }
  const segments = new Map(later?.segments.map((segment) => [segment.key, segment]))
  for (const segment of earlier.segments) {
    if (isDeepStrictEqual(segment, segments.get(segment.key))) continue
    const reason = because(segments.has(segment.key) ? 'finding.entryChanged' : 'finding.entryGone')
    yield { ...changed(reason), ...where, segment: segment.key, offset: segment.start_offset }
  }
  for (const [i, entry] of (earlier.account ?? []).entries()) {
    if (isDeepStrictEqual(entry, later?.account?.[i])) continue
    const reason = because('finding.accountChanged')
    const segment = entry.segment === undefined ? {} : { segment: entry.segment }
    yield { ...changed(reason), ...where, ...segment, offset: entry.from }
    break
  }
}

function changed(reason: Reason): Finding {
  return { severity: 'damaged', code: 'EARLIER_ENTRY_CHANGED', ...reason }
}

function broken(reason: Reason, key?: string): Finding {
  return { severity: 'damaged', code: 'CHAIN_BROKEN', ...(key === undefined ? {} : { segment: key }), ...reason }
}
