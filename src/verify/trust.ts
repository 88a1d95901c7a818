import { CofferError } from '../contract/errors.ts'
import type { Trust } from './crypto.ts'
import { Finding } from './finding.ts'
import { readPem } from './pem.ts'
import { parseCertificate } from './x509/certificate.ts'
import { parsePublicKey } from './x509/key.ts'
import { shownName } from './x509/names.ts'

/**
 * What `--trust` names, or what was dropped on the page: certificates and public keys, PEM (several in a file) or DER.
 * @throws CofferError CERTIFICATE_UNUSABLE for anything else, a private key above all
 */
export function parseTrust(files: readonly { name: string; bytes: Uint8Array }[]): Trust {
  const certificates: { der: Uint8Array; name: string }[] = []
  const keys: { spki: Uint8Array; name: string }[] = []
  for (const { name, bytes } of files) {
    const unusable = (why: string, hint: string) =>
      new CofferError('CERTIFICATE_UNUSABLE', `can't trust "${name}": ${why}`, { hint })
    try {
      for (const { label, der } of readPem(bytes, 'file')) {
        if (label.includes('PRIVATE KEY')) {
          throw unusable(
            'it is a private key',
            'Trust needs the public key or the certificate; keep the private key to its owner.',
          )
        }
        if (label === 'PUBLIC KEY' || (label === '' && isPublicKey(der))) {
          parsePublicKey(der)
          keys.push({ spki: der, name })
        } else if (label === 'CERTIFICATE' || label === '') {
          const certificate = parseCertificate(der)
          parsePublicKey(certificate.spki)
          certificates.push({ der, name: shownName(certificate.subject) })
        } else throw unusable(`expected a certificate or a public key, got "${label}"`, HINT)
      }
    } catch (error) {
      if (error instanceof Finding) throw unusable(lower(error.message), HINT)
      throw error
    }
  }
  return { certificates, keys }
}

const HINT = 'Give a certificate or a public key, as PEM or DER.'

function isPublicKey(der: Uint8Array): boolean {
  try {
    parsePublicKey(der)
    return true
  } catch (error) {
    // a key that is too weak is a key all the same
    return error instanceof Finding && error.sub === 'CRYPTO_CONSTRAINTS_FAILURE'
  }
}

function lower(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`
}
