import { asFinding, Finding } from '../verify/finding.ts'
import { type Algorithm, schemeOf } from '../verify/x509/algorithm.ts'
import { parsePublicKey } from '../verify/x509/key.ts'
import { rawSignature } from '../verify/x509/signed-by.ts'
import { DerError } from './der/read.ts'
import { verifyNow } from './node-crypto.ts'

/**
 * What others send (certificates, revocation lists, OCSP answers, timestamps) is read with the verifier's own code, so that
 * nothing is taken that a verifier will turn down years later (docs/decisions/10-one-strict-reader.md).
 */

/** @throws DerError with the finding's sentence, as a message */
export function received<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw asDerError(error)
  }
}

export async function receivedLater<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw asDerError(error)
  }
}

function asDerError(error: unknown): unknown {
  return error instanceof Finding ? new DerError(messageOf(error)) : error
}

/** A finding's sentence as messages are written: lowercase, no full stop. */
export function messageOf(error: unknown): string {
  const { message } = asFinding(error)
  return `${message.charAt(0).toLowerCase()}${message.slice(1).replace(/\.$/, '')}`
}

/** Whether the key made the signature of a list; false too for an algorithm that nobody should sign with. */
export function isSigned(
  list: { algorithm: Algorithm; signature: Uint8Array; tbs: Uint8Array },
  spki: Uint8Array,
): boolean {
  const what = 'revocation list'
  try {
    const scheme = schemeOf(list.algorithm, what)
    return verifyNow(scheme, spki, rawSignature(parsePublicKey(spki), scheme, list.signature, what), list.tbs)
  } catch (error) {
    if (error instanceof Finding) return false
    throw error
  }
}
