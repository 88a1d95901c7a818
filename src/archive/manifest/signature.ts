import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { isCofferError } from '../../contract/errors.ts'
import { SIGNATURE_SUFFIX } from '../../contract/evidence/signing.ts'
import type { ManifestSignature } from '../../contract/results.ts'
import type { SaidId } from '../../contract/said/english.ts'
import { because } from '../../contract/said/said.ts'
import type { Storage } from '../../storage/storage.ts'
import { manifestSignatureStem } from '../paths.ts'

/** Signature files and public keys hold some hundred bytes; tokens with their certificates some thousand. */
const MAX_FILE_BYTES = 256 * 1024

const ALGORITHMS: Readonly<Record<string, { hash: string | null; type: string }>> = {
  'ECDSA-P256-SHA256': { hash: 'sha256', type: 'ec' },
  'ECDSA-P384-SHA384': { hash: 'sha384', type: 'ec' },
  Ed25519: { hash: null, type: 'ed25519' },
  'RSA-SHA256': { hash: 'sha256', type: 'rsa' },
}

/**
 * Whether a generation's manifest is signed, and by which key (docs/evidence-package.md, section 4): the signature that
 * lies beside it is computed over the bytes with the public key that lies beside it. Whether that key is to be trusted
 * is not asked here, but by whoever verifies.
 * @param bytes of the manifest, exactly
 * @throws the storage's own errors
 */
export async function manifestSignature(
  storage: Storage,
  backupId: string,
  generation: number,
  bytes: Buffer,
): Promise<ManifestSignature> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const stem = manifestSignatureStem(backupId, generation, sha256)
  const text = await fileOf(storage, `${stem}${SIGNATURE_SUFFIX.text}`)
  if (text === null) {
    return { state: 'unsigned', key_id: null, algorithm: null, timestamped: false, ...because('signature.none') }
  }
  const field = (name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(text.toString('latin1'))?.[1]?.trim() ?? ''
  const algorithm = field('Algorithm')
  const known = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined
  const pem = await fileOf(storage, `${stem}.pub.pem`)
  const key = pem === null ? null : publicKey(pem)
  const keyId =
    key === null
      ? null
      : createHash('sha256')
          .update(key.export({ type: 'spki', format: 'der' }))
          .digest('hex')
  const timestamped = (await storage.head(`${stem}${SIGNATURE_SUFFIX.token}`)) !== null
  const answer = (state: ManifestSignature['state'], id: SaidId): ManifestSignature => ({
    state,
    key_id: keyId,
    algorithm: known === undefined ? null : algorithm,
    timestamped,
    ...because(id),
  })
  if (known === undefined) return answer('broken', 'signature.algorithm')
  if (key === null) return answer('broken', 'signature.noKey')
  if (field('Report-ID') !== signatureId(backupId, generation) || field('Report-SHA256').toLowerCase() !== sha256) {
    return answer('broken', 'signature.otherDocument')
  }
  const value = Buffer.from(field('Signature'), 'base64')
  if (!holds(bytes, key, value, known)) return answer('broken', 'signature.wrong')
  return answer('signed', 'signature.holds')
}

/** What a signature over a manifest calls it. */
export function signatureId(backupId: string, generation: number): string {
  return `${backupId}/manifest-${generation}`
}

function holds(data: Buffer, key: KeyObject, value: Buffer, { hash, type }: { hash: string | null; type: string }) {
  if (key.asymmetricKeyType !== type) return false
  try {
    return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, value)
  } catch {
    return false
  }
}

function publicKey(pem: Buffer): KeyObject | null {
  try {
    return createPublicKey(pem)
  } catch {
    return null
  }
}

async function fileOf(storage: Storage, key: string): Promise<Buffer | null> {
  try {
    return (await storage.get(key, { maxBytes: MAX_FILE_BYTES })).body
  } catch (error) {
    if (isCofferError(error, 'OBJECT_MISSING')) return null
    // what is as large as that is no signature file
    if (isCofferError(error, 'SEGMENT_TOO_LARGE')) return Buffer.alloc(0)
    throw error
  }
}
