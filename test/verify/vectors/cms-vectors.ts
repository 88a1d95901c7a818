import { int, oid, seq } from './der.ts'
import { key } from './pki.ts'
import { DAY, failed, leaf, NOW, type PdfVector, passed, ROOT, rootDer, signed, T0, tsaDer, unsure } from './world.ts'

const flip = (bytes: Buffer, at: number) => {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] as number) ^ 1
  return copy
}

/** What is in the signature. */
export const CMS_VECTORS: readonly PdfVector[] = [
  {
    name: 'no ESS signing-certificate-v2',
    make: () => signed({ cms: { ess: null } }),
    ...unsure('SIG_CONSTRAINTS_FAILURE'),
  },
  {
    name: 'ESS of another certificate',
    make: () => signed({ cms: { ess: rootDer } }),
    ...unsure('NO_SIGNING_CERTIFICATE_FOUND'),
  },
  {
    name: 'ESS with issuer and serial number',
    make: () => signed({ cms: { essSerial: { issuer: ROOT.cn, serial: 7 } } }),
    ...passed,
  },
  {
    name: 'ESS with another serial number',
    make: () => signed({ cms: { essSerial: { issuer: ROOT.cn, serial: 2 } } }),
    ...unsure('NO_SIGNING_CERTIFICATE_FOUND'),
  },
  {
    name: 'ESS with another issuer',
    make: () => signed({ cms: { essSerial: { issuer: 'Somebody else', serial: 7 } } }),
    ...unsure('NO_SIGNING_CERTIFICATE_FOUND'),
  },
  {
    name: 'no certificate of the signer',
    make: () => signed({ cms: { certificates: [rootDer], ess: leaf } }),
    ...unsure('NO_SIGNING_CERTIFICATE_FOUND'),
  },
  {
    name: 'attributes not sorted, signed as they stand',
    make: () => signed({ cms: { order: 'unsorted' } }),
    ...failed('SIG_CRYPTO_FAILURE'),
  },
  {
    name: 'attributes not sorted, signed sorted',
    make: () => signed({ cms: { order: 'unsorted-signed-sorted' } }),
    ...failed('FORMAT_FAILURE'),
  },
  { name: 'r‖s in place of DER', make: () => signed({ cms: { raw: true } }), ...failed('SIG_CRYPTO_FAILURE') },
  {
    name: 'the signature value was changed',
    make: () => signed({ cms: { damage: (value) => flip(value, value.length - 1) } }),
    ...failed('SIG_CRYPTO_FAILURE'),
  },
  {
    name: 'a digest of something else',
    make: () => signed({ cms: { digest: Buffer.alloc(32, 1) } }),
    ...failed('HASH_FAILURE'),
  },
  {
    name: 'signed by another key',
    make: () => signed({ cms: { key: key('stranger') } }),
    ...failed('SIG_CRYPTO_FAILURE'),
  },
  { name: 'SHA-1', make: () => signed({ cms: { hash: 'sha1' } }), ...unsure('CRYPTO_CONSTRAINTS_FAILURE') },
  { name: 'SHA-512', make: () => signed({ cms: { hash: 'sha512' } }), ...passed },
  {
    name: 'an indefinite length (BER)',
    make: () => signed({ after: (made) => Buffer.concat([Buffer.of(0x30, 0x80), made.subarray(4), Buffer.of(0, 0)]) }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'a length that could be shorter',
    make: () => signed({ after: (made) => Buffer.concat([Buffer.of(0x30, 0x83, 0), made.subarray(2)]) }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'an unsigned attribute that is not known',
    make: () => signed({ cms: { unsigned: [seq(oid('1.2.3.4'), Buffer.from([0x31, 3, 2, 1, 1]))] } }),
    ...unsure('SIG_CONSTRAINTS_FAILURE'),
  },
  {
    name: 'the content is inside',
    make: () => signed({ cms: { content: { type: '1.2.840.113549.1.7.1', bytes: Buffer.from('x') } } }),
    ...failed('FORMAT_FAILURE'),
  },
  { name: 'no CMS at all', make: () => signed({ after: () => seq(int(1)) }), ...failed('FORMAT_FAILURE') },

  {
    name: 'the timestamp is over something else',
    make: () => signed({ stamp: { imprint: Buffer.alloc(32, 7) } }),
    ...failed('HASH_FAILURE'),
  },
  {
    name: 'the timestamp was changed',
    make: () => signed({ stamp: { digest: Buffer.alloc(32, 7) } }),
    ...failed('HASH_FAILURE'),
  },
  {
    name: "the timestamp's signature does not match",
    make: () => signed({ stamp: { key: key('stranger') } }),
    ...failed('SIG_CRYPTO_FAILURE'),
  },
  {
    name: 'the timestamp is bound to no certificate',
    make: () => signed({ stamp: { ess: null } }),
    ...unsure('SIG_CONSTRAINTS_FAILURE'),
  },
  {
    name: 'the authority is not one for timestamps',
    make: () => signed({ stamp: { certificates: [tsaDer({ eku: ['1.3.6.1.5.5.7.3.4'] })] } }),
    ...unsure('CHAIN_CONSTRAINTS_FAILURE'),
  },
  {
    name: "the authority's extended usage is not critical",
    make: () => signed({ stamp: { certificates: [tsaDer({ ekuCritical: false })] } }),
    ...unsure('CHAIN_CONSTRAINTS_FAILURE'),
  },
  {
    name: 'the authority may do other things too',
    make: () => signed({ stamp: { certificates: [tsaDer({ eku: ['1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.4'] })] } }),
    ...unsure('CHAIN_CONSTRAINTS_FAILURE'),
  },
  {
    name: "the authority's certificate has run out since",
    make: () => signed({ stamp: { certificates: [tsaDer({ to: T0 + 5 * DAY })] } }),
    ...unsure('OUT_OF_BOUNDS_NO_POE'),
  },
  {
    name: 'the timestamp is older than what the signer says',
    make: () => signed({ stamp: { time: T0 - DAY } }),
    ...unsure('TIMESTAMP_ORDER_FAILURE'),
  },
  { name: 'the timestamp is from the future', make: () => signed({ stamp: { time: NOW + DAY } }), ...unsure('NO_POE') },
  {
    name: 'the authority is trusted by nobody: no time is proved, the rest holds',
    make: () => signed(),
    trust: [rootDer],
    ...passed,
  },
]
