import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { SignatureAlgorithm } from '../../contract/evidence/signing.ts'
import { readCertificate } from '../certificate.ts'
import { issueCertificate } from './certificate.ts'
import { issueCrl } from './crl.ts'
import type { DistinguishedName } from './names.ts'
import { keyIdentifier } from './sign.ts'

const DAY = 86_400_000
const YEAR = 365.25 * DAY

/**
 * How long certificates are good. Evidence is kept for seven years and more, and without a timestamp a verifier judges
 * a certificate by today; so the signing certificate lasts ten years and its root twenty. The CRL lasts as long as the
 * certificate: who checks offline in year seven can't fetch a newer one. That a list this old may be out of date is
 * said in the threat model.
 */
const SIGNING_YEARS = 10
const ROOT_YEARS = 20

/** Certificates begin an hour before they are made: a timestamp authority's clock may be behind ours. */
const BACKDATED = 3_600_000

/** A new signing key with its own authority. */
export interface Identity {
  privateKey: KeyObject
  rootPrivateKey: KeyObject
  /** DER: signing certificate, root. */
  certificates: Buffer[]
  crl: Buffer
}

/**
 * Makes a private root, a signing certificate under it and the root's first, empty CRL.
 * @param now milliseconds
 */
export function createIdentity(subject: DistinguishedName, algorithm: SignatureAlgorithm, now: number): Identity {
  const rootPrivateKey = newPrivateKey(algorithm)
  const privateKey = newPrivateKey(algorithm)
  const rootName = rootNameOf(subject, rootPrivateKey)
  const notBefore = now - BACKDATED
  const notAfter = notBefore + SIGNING_YEARS * YEAR
  const root = issueCertificate({
    subject: rootName,
    subjectKey: rootPrivateKey,
    issuer: null,
    notBefore,
    notAfter: notBefore + ROOT_YEARS * YEAR,
    kind: 'authority',
  })
  const leaf = issueCertificate({
    subject,
    subjectKey: privateKey,
    issuer: { name: rootName, key: rootPrivateKey },
    notBefore,
    notAfter,
    kind: 'signing',
  })
  const crl = issueCrl({
    issuer: { certificate: readCertificate(root), key: rootPrivateKey },
    number: 1,
    thisUpdate: notBefore,
    nextUpdate: notAfter,
    since: notBefore,
    revoked: [],
  })
  return { privateKey, rootPrivateKey, certificates: [leaf, root], crl }
}

/**
 * Two roots of one owner must not have the same name: many a program finds an issuer by its name alone. The first
 * characters of the root's key identifier tell them apart.
 */
function rootNameOf({ commonName, organisation }: DistinguishedName, key: KeyObject): DistinguishedName {
  const suffix = ` evidence root ${keyIdentifier(key).toString('hex').slice(0, 8)}`
  return {
    commonName: `${[...commonName]
      .slice(0, 64 - suffix.length)
      .join('')
      .trimEnd()}${suffix}`,
    organisation,
  }
}

function newPrivateKey(algorithm: SignatureAlgorithm): KeyObject {
  switch (algorithm) {
    case 'ECDSA-P256-SHA256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    case 'ECDSA-P384-SHA384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
    case 'Ed25519':
      return generateKeyPairSync('ed25519').privateKey
    case 'RSA-SHA256':
      return generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey
  }
}
