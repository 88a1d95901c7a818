import type { SignatureAlgorithm } from '../contract/evidence/signing.ts'
import type { VerifyCheck } from '../contract/evidence/verdict.ts'
import { equalBytes, fromBase64, latin1, toHex } from './bytes.ts'
import type { SignatureScheme, VerifyOptions } from './crypto.ts'
import { asFinding, Finding, findingCheck, passedCheck } from './finding.ts'
import { type CheckedSignature, controlTime, judgeSignature, judgeTimestamp, type Stamp } from './judge.ts'
import { readPem } from './pem.ts'
import type { Certificate } from './x509/certificate.ts'
import { ecdsaFromDer, ecdsaToDer, type PublicKey, parsePublicKey } from './x509/key.ts'
import { addAnswer, addCertificate, addList, anchorsOf, emptyPool, type Pool } from './x509/pool.ts'
import { isSignedByRaw } from './x509/signed-by.ts'

export type { CheckedSignature } from './judge.ts'

/** A signature that lies beside its file: what there is of docs/evidence-package.md section 3. */
export interface DetachedInput {
  /** What was signed: `report.json`. */
  subject: string
  /** The exact bytes that were signed. */
  data: Uint8Array
  /** `.sig`, OSO's text. At least one of `text` and `der` is there. */
  text: Uint8Array | null
  /** `.sig.der` */
  der: Uint8Array | null
  /** `.sig.tst` */
  token: Uint8Array | null
  /** PEM (or one DER): the signer's certificate, its issuers; the authority's may be among them. */
  chain: Uint8Array | null
  /** Further certificates: `tsa-chain.pem`. */
  tsaChain?: Uint8Array | null
  /** PEM (or one DER). */
  crls: Uint8Array | null
  /** The signer's key as it lies beside the file; it vouches for nothing by itself. */
  publicKey: Uint8Array | null
  /** What `Report-ID` in the text must be; null: not known. */
  id: string | null
  /** The signer's own time for it (the report's `generated_at`), milliseconds; null: none is claimed. */
  claimedTime: number | null
}

const SCHEMES: Readonly<Record<SignatureAlgorithm, SignatureScheme>> = {
  'ECDSA-P256-SHA256': { kind: 'ecdsa', hash: 'SHA-256' },
  'ECDSA-P384-SHA384': { kind: 'ecdsa', hash: 'SHA-384' },
  Ed25519: { kind: 'ed25519' },
  'RSA-SHA256': { kind: 'rsa-pkcs1', hash: 'SHA-256' },
}

const TEXT =
  /^-----BEGIN KAFKA BACKUP EVIDENCE SIGNATURE-----\nAlgorithm: ([A-Za-z0-9-]{1,40})\nReport-ID: ([^\r\n]{1,1000})\nReport-SHA256: ([0-9a-f]{64})\nSignature: ([A-Za-z0-9+/=]{1,4000})\n-----END KAFKA BACKUP EVIDENCE SIGNATURE-----\n?$/

/** OSO's text, read strictly. */
export interface SignatureText {
  algorithm: SignatureAlgorithm
  id: string
  sha256: string
  /** ECDSA: r‖s. */
  signature: Uint8Array
}

/** @throws Finding FORMAT_FAILURE, CRYPTO_CONSTRAINTS_FAILURE for an algorithm that is not known */
export function parseSignatureText(bytes: Uint8Array): SignatureText {
  const [, algorithm = '', id = '', sha256 = '', base64 = ''] = TEXT.exec(latin1(bytes)) ?? []
  if (algorithm === '') {
    throw new Finding('FORMAT_FAILURE', 'The signature file does not have the form that it should have.')
  }
  if (!Object.hasOwn(SCHEMES, algorithm)) {
    throw new Finding(
      'CRYPTO_CONSTRAINTS_FAILURE',
      `The signature file names an algorithm ("${algorithm}") that is not known here.`,
    )
  }
  const signature = fromBase64(base64)
  if (signature === null) throw new Finding('FORMAT_FAILURE', 'The signature in the signature file is no base64.')
  return { algorithm: algorithm as SignatureAlgorithm, id, sha256, signature }
}

/** Checks a detached signature: intact? whose? since when? Never throws for what the files hold. */
export async function verifyDetached(input: DetachedInput, options: VerifyOptions): Promise<CheckedSignature> {
  const anchors = anchorsOf(options.trust)
  const pool = emptyPool()
  const checks: VerifyCheck[] = []
  const { subject } = input
  const one = {
    subject,
    kind: input.text !== null && input.der === null ? ('oso-detached' as const) : ('detached' as const),
    format: 'unknown',
    checks,
    certificate: null as Certificate | null,
    spki: null as Uint8Array | null,
    pool,
    bound: [] as Certificate[],
    stamp: null as Stamp | null,
    claimed: input.claimedTime,
    latest: controlTime(options),
  }
  try {
    const chain = fillPool(pool, input)
    const text = input.text === null ? null : parseSignatureText(input.text)
    if (text !== null) {
      one.format = text.algorithm
      checkDigest(text, input, options, checks)
    }
    const key = await findKey(text, input, chain, options)
    if (key === null) {
      throw new Finding(
        'NO_SIGNING_CERTIFICATE_FOUND',
        "The key that this was signed with is neither beside the file nor among those that you trust, so the signature can't be checked.",
      )
    }
    const { algorithm, raw } = readSignature(text, input.der, key)
    one.format = algorithm
    one.spki = key.spki
    if (!(await isSignedByRaw(key, SCHEMES[algorithm], raw, input.data, `signature of ${subject}`, options.crypto))) {
      throw new Finding(
        'SIG_CRYPTO_FAILURE',
        `The signature value does not match ${subject}: one of them was changed, or another key made it.`,
      )
    }
    checks.push(
      passedCheck('signature', subject, `The signature (${algorithm}) is over exactly the bytes of ${subject}.`),
    )
    one.certificate = chain.find((certificate) => equalBytes(certificate.spki, key.spki)) ?? null
    if (one.certificate !== null) one.bound.push(one.certificate)
    if (input.token !== null) {
      const stamped = key.kind === 'ec' ? ecdsaToDer(raw) : raw
      one.stamp = await judgeTimestamp(input.token, stamped, subject, pool, anchors, one.latest, options)
    }
  } catch (error) {
    checks.push(findingCheck('signature', subject, asFinding(error)))
  }
  return judgeSignature(one, anchors, options)
}

function checkDigest(text: SignatureText, input: DetachedInput, options: VerifyOptions, checks: VerifyCheck[]): void {
  const digest = toHex(options.crypto.sha256(input.data))
  if (digest !== text.sha256) {
    throw new Finding(
      'HASH_FAILURE',
      `The SHA-256 of ${input.subject} is ${digest}, and the signature file says ${text.sha256}: it was changed after signing.`,
    )
  }
  if (input.id !== null && input.id !== text.id) {
    throw new Finding(
      'REPORT_DIFFERS',
      `The signature file is for "${text.id}", and ${input.subject} is "${input.id}".`,
    )
  }
  checks.push(passedCheck('digest', input.subject, `SHA-256 ${digest}, as the signature file says.`))
}

/** The key beside the file, or its certificate's; where neither is, the trusted key that made the signature. */
async function findKey(
  text: SignatureText | null,
  input: DetachedInput,
  chain: readonly Certificate[],
  options: VerifyOptions,
): Promise<PublicKey | null> {
  const leaf = chain[0]
  const beside = input.publicKey === null ? null : readKey(input.publicKey)
  if (leaf !== undefined && beside !== null && !equalBytes(leaf.spki, beside)) {
    throw new Finding(
      'FORMAT_FAILURE',
      'The public key and the certificate beside the signature do not belong together.',
    )
  }
  const own = leaf?.spki ?? beside
  if (own !== null) return parsePublicKey(own)
  const { trust, crypto } = options
  const trusted = [...trust.keys.map((one) => one.spki), ...anchorsOf(trust).certificates.map((one) => one.spki)]
  for (const spki of trusted) {
    const key = parsePublicKey(spki)
    try {
      const { algorithm, raw } = readSignature(text, input.der, key)
      if (await isSignedByRaw(key, SCHEMES[algorithm], raw, input.data, 'signature', crypto)) return key
    } catch (error) {
      if (!(error instanceof Finding)) throw error
    }
  }
  return null
}

function readKey(bytes: Uint8Array): Uint8Array {
  const [block] = readPem(bytes, 'public key beside the signature', true)
  if (block === undefined || (block.label !== 'PUBLIC KEY' && block.label !== '')) {
    throw new Finding('FORMAT_FAILURE', 'What should be the public key beside the signature is something else.')
  }
  return block.der
}

/** The signature value, r‖s for ECDSA. Text and DER must be the same signature. */
function readSignature(
  text: SignatureText | null,
  der: Uint8Array | null,
  key: PublicKey,
): { algorithm: SignatureAlgorithm; raw: Uint8Array } {
  const fits = algorithmOf(key)
  if (text !== null && text.algorithm !== fits) {
    throw new Finding(
      'SIG_CRYPTO_FAILURE',
      `The signature file says ${text.algorithm}, and the key is one for ${fits}.`,
    )
  }
  const fromDer = der === null ? null : key.kind === 'ec' ? ecdsaFromDer(der, key.curve, 'signature in DER') : der
  const raw = text?.signature ?? fromDer
  if (raw === null) throw new Finding('SIGNED_DATA_NOT_FOUND', 'There is no signature.')
  if (fromDer !== null && !equalBytes(raw, fromDer)) {
    throw new Finding(
      'FORMAT_FAILURE',
      'The two forms of the signature (.sig and .sig.der) are not the same signature.',
    )
  }
  return { algorithm: fits, raw }
}

function algorithmOf(key: PublicKey): SignatureAlgorithm {
  if (key.kind === 'rsa') return 'RSA-SHA256'
  if (key.kind === 'ed25519') return 'Ed25519'
  if (key.curve === 'P-256') return 'ECDSA-P256-SHA256'
  if (key.curve === 'P-384') return 'ECDSA-P384-SHA384'
  throw new Finding(
    'CRYPTO_CONSTRAINTS_FAILURE',
    'The key lies on P-521, for which there is no form of detached signature.',
  )
}

/** @returns the certificates of `chain`, the signer's first */
function fillPool(pool: Pool, input: DetachedInput): Certificate[] {
  const read = (bytes: Uint8Array | null | undefined, what: string, add: (der: Uint8Array, label: string) => void) => {
    if (bytes != null && bytes.length > 0) for (const { der, label } of readPem(bytes, what, true)) add(der, label)
  }
  read(input.chain, 'certificates beside the signature', (der) =>
    addCertificate(pool, der, 'certificate beside the signature'),
  )
  const chain = [...pool.certificates]
  read(input.tsaChain, "authority's certificates", (der) => addCertificate(pool, der, "authority's certificate"))
  read(input.crls, 'revocation lists beside the signature', (der, label) =>
    label === 'OCSP RESPONSE'
      ? addAnswer(pool, der, 'OCSP answer beside the signature')
      : addList(pool, der, 'revocation list beside the signature'),
  )
  return chain
}
