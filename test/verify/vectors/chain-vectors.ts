import { by, LOWER, MIDDLE, middle, middleList, viaMiddle } from './chain-parts.ts'
import { bool, int, seq } from './der.ts'
import { certificate, key, list, root } from './pki.ts'
import {
  DAY,
  failed,
  type PdfVector,
  passed,
  ROOT,
  rootList,
  signed,
  signerDer,
  signerKey,
  T0,
  tsaList,
  unsure,
} from './world.ts'

/** Certificates: who may issue what, and when they were good. */
export const CHAIN_VECTORS: readonly PdfVector[] = [
  {
    name: 'an authority between',
    make: () => by([viaMiddle, middle()], { issuer: MIDDLE.cn, crls: [rootList, middleList, tsaList] }),
    ...passed,
  },
  {
    name: 'the authority between is none',
    make: () => by([viaMiddle, middle({ ca: false })], { issuer: MIDDLE.cn, crls: [rootList, middleList, tsaList] }),
    ...unsure('CHAIN_CONSTRAINTS_FAILURE'),
  },
  {
    name: 'the authority between may not issue',
    make: () => by([viaMiddle, middle({ usage: 0x02 })], { issuer: MIDDLE.cn, crls: [rootList, middleList, tsaList] }),
    ...unsure('CHAIN_CONSTRAINTS_FAILURE'),
  },
  {
    name: 'too many authorities for the path length',
    make: () =>
      by(
        [
          certificate({ cn: 'Vector Signer', key: signerKey, issuer: LOWER }),
          certificate({ cn: LOWER.cn, key: LOWER.key, issuer: MIDDLE, serial: 21, ca: true }),
          middle({ pathLength: 0 }),
        ],
        { issuer: LOWER.cn, crls: [rootList, middleList, list({ by: LOWER }), tsaList] },
      ),
    ...unsure('CHAIN_CONSTRAINTS_FAILURE'),
  },
  {
    name: 'the authority between was withdrawn',
    make: () =>
      by([viaMiddle, middle()], {
        issuer: MIDDLE.cn,
        crls: [list({ by: ROOT, revoked: [{ serial: 20, at: T0 - DAY }] }), middleList, tsaList],
      }),
    ...failed('REVOKED'),
  },
  {
    name: 'the authority between is missing',
    make: () => by([viaMiddle], { issuer: MIDDLE.cn }),
    ...unsure('NO_CERTIFICATE_CHAIN_FOUND'),
  },
  {
    name: 'a certificate in the name of the root, by another key',
    make: () => by([signerDer({ issuer: { cn: ROOT.cn, key: key('forger') } })]),
    ...unsure('NO_CERTIFICATE_CHAIN_FOUND'),
  },
  {
    name: 'the certificate may not sign',
    make: () => by([signerDer({ usage: 0x20 })]),
    ...unsure('CHAIN_CONSTRAINTS_FAILURE'),
  },
  {
    name: 'the certificate is one for timestamps',
    make: () => by([signerDer({ eku: ['1.3.6.1.5.5.7.3.8'] })]),
    ...unsure('CHAIN_CONSTRAINTS_FAILURE'),
  },
  {
    name: 'the certificate is one for documents',
    make: () => by([signerDer({ eku: ['1.3.6.1.5.5.7.3.36'], ekuCritical: false })]),
    ...passed,
  },
  {
    name: 'a critical extension that is not known',
    make: () => by([signerDer({ extra: [['1.2.3.4.5', true, int(1)]] })]),
    ...unsure('CHAIN_CONSTRAINTS_FAILURE'),
  },
  {
    name: 'name constraints',
    make: () =>
      by([viaMiddle, middle({ extra: [['2.5.29.30', true, seq()]] })], {
        issuer: MIDDLE.cn,
        crls: [rootList, middleList, tsaList],
      }),
    ...unsure('CHAIN_CONSTRAINTS_FAILURE'),
  },
  {
    name: 'a boolean that only BER allows',
    make: () => by([signerDer({ extra: [['2.5.29.19', true, seq(Buffer.of(1, 1, 1))]] })]),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'a default value written out',
    make: () =>
      by([
        signerDer({
          extra: [
            ['2.5.29.99', false, seq(bool(false))],
            ['2.5.29.99', false, seq()],
          ],
        }),
      ]),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'a certificate signed with SHA-1',
    make: () => by([signerDer({ hash: 'sha1' })]),
    ...unsure('CRYPTO_CONSTRAINTS_FAILURE'),
  },
  {
    name: 'an RSA key of 1024 bits',
    make: () => by([signerDer({ key: key('weak', 'RSA-1024') })], { keyOf: key('weak', 'RSA-1024') }),
    ...unsure('CRYPTO_CONSTRAINTS_FAILURE'),
  },
  {
    name: 'RSA 2048',
    make: () => by([signerDer({ key: key('rsa', 'RSA') })], { keyOf: key('rsa', 'RSA') }),
    ...passed,
  },
  {
    name: 'P-384',
    make: () => by([signerDer({ key: key('p384', 'P-384') })], { keyOf: key('p384', 'P-384') }),
    ...passed,
  },
  {
    name: 'P-521',
    make: () => by([signerDer({ key: key('p521', 'P-521') })], { keyOf: key('p521', 'P-521') }),
    ...passed,
  },
  {
    name: 'the root itself has run out',
    make: () => signed(),
    trust: [root(ROOT.cn, ROOT.key, { to: T0 - DAY })],
    ...failed('EXPIRED'),
  },
  {
    name: 'expired, no timestamp',
    make: () => by([signerDer({ to: T0 + 10 * DAY })], { stamp: null, m: 'D:20260602000000Z' }),
    ...unsure('OUT_OF_BOUNDS_NO_POE'),
  },
  {
    name: 'expired when the signer says that it was signed',
    make: () => by([signerDer({ to: T0 - 10 * DAY })], { stamp: null }),
    ...failed('EXPIRED'),
  },
  {
    name: 'expired since, with a timestamp from before',
    make: () => by([signerDer({ to: T0 + 10 * DAY })]),
    ...passed,
  },
  {
    name: 'a timestamp from before the certificate',
    make: () => by([signerDer({ from: T0 + 2 * DAY })]),
    ...failed('NOT_YET_VALID'),
  },
]
