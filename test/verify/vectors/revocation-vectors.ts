import { by, revoked } from './chain-parts.ts'
import { int, seq } from './der.ts'
import { certificate, key, list, ocsp, root } from './pki.ts'
import {
  DAY,
  failed,
  leaf,
  type PdfVector,
  passed,
  ROOT,
  rootDer,
  rootList,
  signed,
  signerDer,
  signerKey,
  T0,
  TSA_ROOT,
  tsaDer,
  tsaList,
  unsure,
} from './world.ts'

/** Revocation: lists, answers of responders, and what a withdrawal means for a time. */
export const REVOCATION_VECTORS: readonly PdfVector[] = [
  { name: 'no revocation data', make: () => by([leaf], { crls: [] }), ...unsure('TRY_LATER') },
  { name: 'no timestamp, a list of today', make: () => by([leaf], { stamp: null }), ...passed },
  {
    name: 'no timestamp, a list that was due long ago',
    make: () => by([leaf], { stamp: null, crls: [list({ by: ROOT, to: T0 + 3 * DAY })] }),
    ...unsure('TRY_LATER'),
  },
  {
    name: 'a list that was due before the signature',
    make: () => by([leaf], { crls: [list({ by: ROOT, from: T0 - 9 * DAY, to: T0 - 2 * DAY }), tsaList] }),
    ...unsure('TRY_LATER'),
  },
  {
    name: 'a list from the future',
    make: () => by([leaf], { crls: [list({ by: ROOT, from: T0 + 90 * DAY }), tsaList] }),
    ...unsure('TRY_LATER'),
  },
  {
    name: 'a list without a date for the next',
    make: () => by([leaf], { crls: [list({ by: ROOT, to: null }), tsaList] }),
    ...unsure('TRY_LATER'),
  },
  {
    name: 'a delta list',
    make: () => by([leaf], { crls: [list({ by: ROOT, extra: [['2.5.29.27', true, int(1)]] }), tsaList] }),
    ...unsure('TRY_LATER'),
  },
  {
    name: 'a list of authorities only',
    make: () =>
      by([leaf], { crls: [list({ by: ROOT, extra: [['2.5.29.28', true, seq(Buffer.of(0x82, 1, 0xff))]] }), tsaList] }),
    ...unsure('TRY_LATER'),
  },
  {
    name: 'an indirect list',
    make: () =>
      by([leaf], { crls: [list({ by: ROOT, extra: [['2.5.29.28', true, seq(Buffer.of(0x84, 1, 0xff))]] }), tsaList] }),
    ...unsure('TRY_LATER'),
  },
  {
    name: 'a list that somebody else signed',
    make: () => by([leaf], { crls: [list({ by: { cn: ROOT.cn, key: key('forger') } }), tsaList] }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'a list of an unknown authority beside the right ones',
    make: () => by([leaf], { crls: [rootList, tsaList, list({ by: { cn: 'Stranger', key: key('stranger') } })] }),
    ...unsure('CERTIFICATE_CHAIN_GENERAL_FAILURE'),
  },
  {
    name: 'a list signed with SHA-1',
    make: () => by([leaf], { crls: [list({ by: ROOT, hash: 'sha1' }), tsaList] }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'withdrawn before the signer says that it was signed',
    make: () => by([leaf], { crls: [revoked(T0 - DAY, 1), tsaList], stamp: null }),
    ...failed('REVOKED'),
  },
  {
    name: 'withdrawn, and nothing proves the signature to be older',
    make: () => by([leaf], { crls: [revoked(T0 + 5 * DAY, 1), tsaList], stamp: null }),
    ...unsure('REVOKED_NO_POE'),
  },
  {
    name: 'withdrawn later than the timestamp',
    make: () => by([leaf], { crls: [revoked(T0 + 5 * DAY, 1), tsaList] }),
    ...passed,
  },
  {
    name: 'withdrawn, said by an old list, though a newer answer is good',
    make: () => by([leaf], { crls: [revoked(T0 - DAY), tsaList], ocsps: [ocsp({ issuer: ROOT })] }),
    ...failed('REVOKED'),
  },
  { name: 'an OCSP answer', make: () => by([leaf], { crls: [tsaList], ocsps: [ocsp({ issuer: ROOT })] }), ...passed },
  {
    name: 'an OCSP answer: withdrawn',
    make: () => by([leaf], { crls: [tsaList], ocsps: [ocsp({ issuer: ROOT, revokedAt: T0 - DAY })] }),
    ...failed('REVOKED'),
  },
  {
    name: 'an OCSP answer that is too old',
    make: () => by([leaf], { crls: [tsaList], ocsps: [ocsp({ issuer: ROOT, from: T0 - 9 * DAY, to: T0 - 8 * DAY })] }),
    ...unsure('TRY_LATER'),
  },
  {
    name: 'an OCSP answer for another certificate',
    make: () => by([leaf], { crls: [tsaList], ocsps: [ocsp({ issuer: ROOT, serial: 8 })] }),
    ...unsure('TRY_LATER'),
  },
  {
    name: 'an OCSP answer of a responder of its own',
    make: () => {
      const responder = key('responder')
      const own = certificate({
        cn: 'Vector OCSP',
        key: responder,
        issuer: ROOT,
        serial: 30,
        usage: 0x80,
        eku: ['1.3.6.1.5.5.7.3.9'],
        noCheck: true,
      })
      return by([leaf], {
        crls: [tsaList],
        ocsps: [ocsp({ issuer: ROOT, by: responder, responderCn: 'Vector OCSP', certificates: [own] })],
      })
    },
    ...passed,
  },
  {
    name: 'an OCSP answer of somebody who may not give one',
    make: () => {
      const responder = key('responder')
      const own = certificate({
        cn: 'Vector OCSP',
        key: responder,
        issuer: ROOT,
        serial: 30,
        usage: 0x80,
        noCheck: true,
      })
      return by([leaf], {
        crls: [tsaList],
        ocsps: [ocsp({ issuer: ROOT, by: responder, responderCn: 'Vector OCSP', certificates: [own] })],
      })
    },
    ...unsure('TRY_LATER'),
  },
  {
    name: "the authority's key was stolen later: its timestamps prove nothing",
    make: () =>
      signed({
        dss: { crls: [rootList, list({ by: TSA_ROOT, revoked: [{ serial: 7, at: T0 + 9 * DAY, reason: 1 }] })] },
      }),
    ...unsure('REVOKED_NO_POE'),
  },
  {
    name: 'the authority stopped its work later',
    make: () =>
      signed({
        dss: { crls: [rootList, list({ by: TSA_ROOT, revoked: [{ serial: 7, at: T0 + 9 * DAY, reason: 5 }] })] },
      }),
    ...passed,
  },
  { name: 'the certificate itself is trusted', make: () => by([leaf], { crls: [] }), trust: [leaf], ...passed },
  {
    name: "another root of the authority's name",
    make: () => signed({ stamp: { certificates: [tsaDer({ issuer: { cn: TSA_ROOT.cn, key: key('forger') } })] } }),
    ...passed,
  },
  {
    name: 'only the authority is trusted',
    make: () => signed(),
    trust: [root(TSA_ROOT.cn, TSA_ROOT.key)],
    ...unsure('NO_CERTIFICATE_CHAIN_FOUND'),
  },
  {
    name: 'the root lies beside and is not trusted',
    make: () => by([leaf, rootDer]),
    trust: [root('Other', key('other'))],
    ...unsure('NO_CERTIFICATE_CHAIN_FOUND'),
  },
  {
    name: 'a certificate whose two algorithms differ',
    make: () => by([signerDer({ outer: 'sha384' })]),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'a list whose two algorithms differ',
    make: () => by([leaf], { crls: [list({ by: ROOT, outer: 'sha384' }), tsaList] }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'a list that gives two dates for one certificate, the later one last',
    make: () =>
      by([leaf], {
        crls: [
          list({
            by: ROOT,
            revoked: [
              { serial: 7, at: T0 - DAY },
              { serial: 7, at: T0 + 9 * DAY },
            ],
          }),
          tsaList,
        ],
      }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'an OCSP answer that says good first, and withdrawn after it',
    make: () => by([leaf], { crls: [tsaList], ocsps: [ocsp({ issuer: ROOT, andRevokedAt: T0 - DAY })] }),
    ...failed('REVOKED'),
  },
  {
    name: 'an OCSP responder whose certificate had run out',
    make: () => {
      const responder = key('responder')
      const own = certificate({
        cn: 'Vector OCSP',
        key: responder,
        issuer: ROOT,
        serial: 30,
        usage: 0x80,
        eku: ['1.3.6.1.5.5.7.3.9'],
        noCheck: true,
        to: T0 - DAY,
      })
      return by([leaf], {
        crls: [tsaList],
        ocsps: [ocsp({ issuer: ROOT, by: responder, responderCn: 'Vector OCSP', certificates: [own] })],
      })
    },
    ...unsure('TRY_LATER'),
  },
  {
    name: 'an OCSP responder certified by a forger in the name of the root',
    make: () => {
      const responder = key('responder')
      const own = certificate({
        cn: 'Vector OCSP',
        key: responder,
        issuer: { cn: ROOT.cn, key: key('forger') },
        serial: 30,
        usage: 0x80,
        eku: ['1.3.6.1.5.5.7.3.9'],
        noCheck: true,
      })
      return by([leaf], {
        crls: [tsaList],
        ocsps: [ocsp({ issuer: ROOT, by: responder, responderCn: 'Vector OCSP', certificates: [own] })],
      })
    },
    ...unsure('TRY_LATER'),
  },
  {
    name: 'the signer trusted as an authority does not make it one for others',
    make: () =>
      by([certificate({ cn: 'Other', key: key('other signer'), issuer: { cn: 'Vector Signer', key: signerKey } })], {
        issuer: 'Vector Signer',
        keyOf: key('other signer'),
      }),
    trust: [leaf],
    ...unsure('CHAIN_CONSTRAINTS_FAILURE'),
  },
]
