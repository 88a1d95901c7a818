import { createPrivateKey, type KeyObject } from 'node:crypto'
import { CofferError } from '../../contract/errors.ts'
import { type Said, say } from '../../contract/said/said.ts'
import type { Secret } from '../../contract/secret.ts'
import { BerError, readBer, sequenceOf, smallInteger, TAG } from './ber.ts'
import { algorithmOf, orderCertificates } from './key-kinds.ts'
import { clearKey, encryptedKey, type KeyMaterial } from './material.ts'
import { readPem } from './pem.ts'
import { readPkcs12 } from './pkcs12.ts'
import { readPrivateFile } from './private-file.ts'

/** A private key out of a file, with the certificates that lay beside it. */
export interface LoadedKey {
  privateKey: KeyObject
  /** DER: the key's own first, its issuers after it; empty where the file has none. */
  certificates: Buffer[]
  /** DER, revocation lists that lay in the file too. */
  crls: Buffer[]
  /** Sentences about the file, such as that others may read it. */
  warnings: Said[]
}

const MOST_BYTES = 1_000_000
/** The first octet of every form in DER. */
const SEQUENCE = 0x30

/**
 * Reads a private key: PKCS#8 as PEM or DER, clear or encrypted (RFC 5958, RFC 8018); the older PEM forms of OpenSSL
 * (`EC PRIVATE KEY`, `RSA PRIVATE KEY`), clear or encrypted; PKCS#12 (RFC 7292). Certificates in the same file come
 * along, those of a PEM file too.
 * @param passphrase of the file; null: none is known
 * @throws KEY_MISSING: no such file; KEY_UNREADABLE: not readable, damaged, or no private key in it; KEY_PASSPHRASE:
 *   encrypted, and the passphrase is wrong or missing; UNSUPPORTED: an algorithm or form that Coffer doesn't read or
 *   doesn't sign with
 */
export async function loadPrivateKey(path: string, passphrase: Secret | null): Promise<LoadedKey> {
  const where = `"${path}"`
  const { bytes, warnings } = await readPrivateFile(path, MOST_BYTES)
  const material = readKeyMaterial(bytes, passphrase, where)
  algorithmOf(material.privateKey, where)
  const { chain, superfluous } = orderCertificates(material.privateKey, material.certificates, where)
  if (superfluous > 0) {
    warnings.push(say('warn.superfluous', { count: superfluous, path }))
  }
  return { privateKey: material.privateKey, certificates: chain, crls: material.crls, warnings }
}

function readKeyMaterial(bytes: Buffer, passphrase: Secret | null, where: string): KeyMaterial {
  try {
    if (bytes.includes('-----BEGIN ')) return readPem(bytes.toString('latin1'), passphrase, where)
    if (bytes[0] !== SEQUENCE) throw new BerError('it is neither PEM nor DER')
    const [first, second] = sequenceOf(readBer(bytes))
    if (first?.tag === TAG.integer && smallInteger(first, 100) === 3 && second !== undefined) {
      return readPkcs12(bytes, passphrase, where)
    }
    const privateKey =
      first?.tag === TAG.sequence
        ? encryptedKey(bytes, passphrase, where)
        : clearKey(() => createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' }), where)
    return { privateKey, certificates: [], crls: [] }
  } catch (cause) {
    if (!(cause instanceof BerError)) throw cause
    throw new CofferError('KEY_UNREADABLE', `${where} holds no private key: ${cause.message}`, {
      hint: 'Expected PKCS#8 (PEM or DER, clear or encrypted) or PKCS#12.',
      cause,
    })
  }
}
