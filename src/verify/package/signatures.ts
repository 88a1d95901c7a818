import { PACKAGE_PATHS } from '../../contract/evidence/package.ts'
import { SIGNATURE_SUFFIX } from '../../contract/evidence/signing.ts'
import type { SignatureFacts, VerifyCheck } from '../../contract/evidence/verdict.ts'
import { toHex } from '../bytes.ts'
import { parseSignedData } from '../cms/signed-data.ts'
import type { VerifyOptions } from '../crypto.ts'
import { context, Der, TAG } from '../der/reader.ts'
import { verifyDetached } from '../detached.ts'
import { Finding } from '../finding.ts'
import { readPem } from '../pem.ts'
import type { PackageFiles } from './files.ts'
import { failedCheck } from './refusal.ts'

const LF = 0x0a

export interface Signed {
  /** What was signed, as it lies in the package. */
  path: string
  bytes: Uint8Array
  /** What its signature must name. */
  id: string
  claimedTime: number | null
  /** Where certificates and key lie: beside it for manifests, in `certificates/` else. */
  certificates: { chain: string; tsaChain: string | null; crls: string; publicKey: string }
}

export const PACKAGE_CERTIFICATES: Signed['certificates'] = {
  chain: 'certificates/chain.pem',
  tsaChain: 'certificates/tsa-chain.pem',
  crls: 'certificates/crl.pem',
  publicKey: 'certificates/public-key.pem',
}

export function certificatesBeside(path: string): Signed['certificates'] {
  return { chain: `${path}.chain.pem`, tsaChain: null, crls: `${path}.crl.pem`, publicKey: `${path}.pub.pem` }
}

export function hasSignature(files: PackageFiles, path: string): boolean {
  return Object.values(SIGNATURE_SUFFIX).some((suffix) => files.has(path + suffix))
}

/**
 * Checks the detached signature of one file. Both of its forms have to be there: a package with one of them taken out is not
 * what was signed.
 */
export async function checkSignature(
  files: PackageFiles,
  signed: Signed,
  options: VerifyOptions,
): Promise<{ signature: SignatureFacts | null; checks: VerifyCheck[] }> {
  const { path, certificates } = signed
  for (const suffix of [SIGNATURE_SUFFIX.text, SIGNATURE_SUFFIX.der]) {
    if (!files.has(path + suffix)) {
      const reason = `${path} has a part of a signature, and "${path}${suffix}" is missing.`
      return { signature: null, checks: [failedCheck('signature', path, 'FILE_MISSING', reason)] }
    }
  }
  const text = await files.read(path + SIGNATURE_SUFFIX.text)
  const token = await files.read(path + SIGNATURE_SUFFIX.token)
  const tsaChain = certificates.tsaChain === null ? null : await files.read(certificates.tsaChain)
  if (text?.at(-1) !== LF) {
    const reason = `The last line of "${path}${SIGNATURE_SUFFIX.text}" has no end.`
    return { signature: null, checks: [failedCheck('signature', path, 'FORMAT_FAILURE', reason)] }
  }
  const { checks, ...signature } = await verifyDetached(
    {
      subject: path,
      data: signed.bytes,
      text,
      der: await files.read(path + SIGNATURE_SUFFIX.der),
      token,
      chain: await files.read(certificates.chain),
      tsaChain,
      crls: await files.read(certificates.crls),
      publicKey: await files.read(certificates.publicKey),
      id: signed.id,
      claimedTime: signed.claimedTime,
    },
    options,
  )
  // the index's own token is in no list of digests: what its signature leaves out must stand in files that are
  const stray = path === PACKAGE_PATHS.index && token !== null ? strayCertificate(token, tsaChain) : null
  if (stray !== null) checks.push(failedCheck('timestamp', path, 'FORMAT_FAILURE', stray))
  return { signature, checks }
}

/** Certificates in a token are not covered by its signature, so each has to be one of `certificates/tsa-chain.pem`. */
function strayCertificate(token: Uint8Array, tsaChain: Uint8Array | null): string | null {
  try {
    const known = new Set(
      tsaChain === null ? [] : readPem(tsaChain, 'chain of the authority').map(({ der }) => toHex(der)),
    )
    const { certificates, lists } = parseSignedData(token, 'timestamp')
    if (!hasPlainHead(token))
      return 'The timestamp of the index has a version or a digest that a timestamp does not have.'
    if (lists.length === 0 && certificates.every(({ der }) => known.has(toHex(der)))) return null
    return 'The timestamp of the index holds certificates that "certificates/tsa-chain.pem" does not have.'
  } catch (error) {
    if (error instanceof Finding) return error.message
    throw error
  }
}

/** Version 3 (RFC 5652 section 5.1), and one digest algorithm without parameters or with NULL: the signature covers neither. */
function hasPlainHead(token: Uint8Array): boolean {
  const info = Der.parse(token, 'timestamp').fields()
  info.next(TAG.oid, 'contentType')
  const fields = info.next(context(0), 'content').inner().fields()
  const version = fields.next(TAG.integer, 'version').content
  const digests = fields.next(TAG.set, 'digestAlgorithms').children()
  const [, parameters] = digests[0]?.children() ?? []
  const plain = parameters === undefined || toHex(parameters.bytes) === '0500'
  return version.length === 1 && version[0] === 3 && digests.length === 1 && plain
}
