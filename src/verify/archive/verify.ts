import type { SignatureFacts, VerifiedFile, VerifyCheck } from '../../contract/evidence/verdict.ts'
import { conclude } from '../answers.ts'
import { toHex } from '../bytes.ts'
import type { VerifyOptions } from '../crypto.ts'
import { type DetachedInput, verifyDetached } from '../detached.ts'
import { type ManifestFacts, readManifest } from '../package/manifest.ts'
import { counted, failedCheck, passedCheck, Refusal, unknownCheck } from '../package/refusal.ts'

/** What the deep check of an archive found (archive/check needs Node: the job hands it in). */
export interface DeepCheck {
  valid: boolean
  segments: number
  records: number
  bytes: number
  /** Damage first, one sentence each; bounded. */
  problems: readonly string[]
  problemsTotal: number
  /** What neither proves nor refutes anything, such as warnings. */
  warnings: readonly string[]
  /** Of the manifest that it read. */
  manifestSha256: string
  foreign: boolean
}

type SignatureParts = Pick<DetachedInput, 'text' | 'der' | 'token' | 'chain' | 'tsaChain' | 'crls' | 'publicKey'>

export interface ArchiveInput {
  /** For people. */
  name: string
  /** The present manifest and then the earlier ones, with what lies in `signatures/` for each; null: nothing. */
  manifests: readonly { name: string; bytes: Uint8Array; signature: SignatureParts | null }[]
  deep: DeepCheck
}

/**
 * An archive: the signatures over its manifests, and its deep check, which has followed every digest from the manifest down
 * to each record. Without a signature over the present manifest nobody vouches for it.
 */
export async function verifyArchive(input: ArchiveInput, options: VerifyOptions): Promise<VerifiedFile> {
  const checks: VerifyCheck[] = []
  const signatures: SignatureFacts[] = []
  let backupId: string | undefined
  for (const [i, { name, bytes, signature }] of input.manifests.entries()) {
    let facts: ManifestFacts
    try {
      facts = readManifest(bytes, name)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      checks.push(failedCheck('manifest', name, error.sub, error.message))
      continue
    }
    backupId ??= facts.backupId
    if (i === 0) checks.push(...sameManifest(name, bytes, input.deep, options))
    if (signature === null) {
      if (i === 0) checks.push(unknownCheck('signature', name, 'NOT_SIGNED', UNSIGNED))
      continue
    }
    const id = `${facts.backupId}/manifest-${facts.generation ?? 0}`
    const claimedTime = facts.run?.endedAt ?? null
    const found = await verifyDetached({ subject: name, data: bytes, id, claimedTime, ...signature }, options)
    const { checks: own, ...one } = found
    signatures.push(one)
    checks.push(...own)
  }
  checks.push(...deepChecks(input))
  return conclude({
    file: input.name,
    kind: 'archive',
    signatures,
    checks,
    facts: {
      ...(backupId === undefined ? {} : { backup_id: backupId }),
      records: input.deep.records,
      segments_read: input.deep.segments,
      bytes: input.deep.bytes,
      sha256: input.deep.manifestSha256,
    },
    passed: `This archive is whole and signed: ${counted(input.deep.segments, 'segment')} with ${counted(input.deep.records, 'record')} are what its manifest says.`,
  })
}

const UNSIGNED =
  'The manifest is not signed: nobody vouches for it, and whoever changed the archive could have changed its digests too.'

/** The deep check read the manifest on its own: it has to be the one whose signature is looked at. */
function sameManifest(name: string, bytes: Uint8Array, deep: DeepCheck, { crypto }: VerifyOptions): VerifyCheck[] {
  if (toHex(crypto.sha256(bytes)) === deep.manifestSha256) return []
  return [
    unknownCheck(
      'manifest',
      name,
      'TRY_LATER',
      'The manifest was replaced while the archive was verified: a run is at work.',
    ),
  ]
}

function deepChecks({ name, deep }: ArchiveInput): VerifyCheck[] {
  if (!deep.valid) {
    const checks = deep.problems.map((problem) => failedCheck('integrity', name, 'ARCHIVE_DAMAGED', problem))
    if (deep.problemsTotal <= deep.problems.length && checks.length > 0) return checks
    return [
      ...checks,
      failedCheck('integrity', name, 'ARCHIVE_DAMAGED', `${counted(deep.problemsTotal, 'problem')} in all.`),
    ]
  }
  const reason = `${counted(deep.segments, 'segment')}, ${counted(deep.records, 'record')} and ${counted(deep.bytes, 'byte')} were read; every digest and count is what the manifest says.`
  const checks = [passedCheck('integrity', name, reason)]
  for (const warning of deep.warnings) checks.push(unknownCheck('integrity', name, 'ARCHIVE_DAMAGED', warning))
  if (deep.foreign) {
    const why =
      'The archive was made by another program, whose manifest has no digests: that it is unchanged can only be told by its checksums.'
    checks.push(unknownCheck('integrity', name, 'NO_POE', why))
  }
  return checks
}
