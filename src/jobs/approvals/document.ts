import { createHash, verify, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import {
  type ApprovalSignature,
  type DecisionFile,
  decisionFile,
  type RequestFile,
  requestFile,
} from '../../contract/approvals.ts'
import { canonicalJson } from '../../contract/canonical-json.ts'
import { CofferError } from '../../contract/errors.ts'
import { readCertificate, subjectName } from '../../signing/certificate.ts'
import type { Signer } from '../../signing/signer.ts'
import { actionDigest } from './action.ts'

const MOST_BYTES = 500_000

/** @throws what the key throws */
export async function signDocument(document: object, signer: Signer): Promise<ApprovalSignature> {
  return {
    algorithm: signer.algorithm,
    key_id: signer.keyId,
    value: (await signer.sign(Buffer.from(canonicalJson(document)))).toString('base64'),
    certificates: signer.certificates.map((der) => der.toString('base64')),
  }
}

/**
 * Checks a signature over a document by the certificate in it: nothing but the file is needed.
 * @returns one sentence that says what is wrong; null where the signature holds
 */
export function signatureProblem(document: object, signature: ApprovalSignature): string | null {
  try {
    const chain = signature.certificates.map(certificateIn)
    const [certificate] = chain
    if (certificate === undefined) return 'it has no certificate'
    for (const [at, issuer] of chain.slice(1).entries()) {
      const issued = chain[at] as X509Certificate
      if (!issued.checkIssued(issuer) || !issued.verify(issuer.publicKey)) return 'its certificates form no chain'
    }
    const root = chain.at(-1) as X509Certificate
    if (chain.length > 1 && !(root.checkIssued(root) && root.verify(root.publicKey))) return 'its root is not its own'
    const spki = certificate.publicKey.export({ type: 'spki', format: 'der' })
    if (createHash('sha256').update(spki).digest('hex') !== signature.key_id) {
      return 'its certificate is of another key than it names'
    }
    const hash = { 'ECDSA-P256-SHA256': 'sha256', 'ECDSA-P384-SHA384': 'sha384', 'RSA-SHA256': 'sha256', Ed25519: null }
    const data = Buffer.from(canonicalJson(document))
    const value = Buffer.from(signature.value, 'base64')
    const key = { key: certificate.publicKey, dsaEncoding: 'der' as const }
    return verify(hash[signature.algorithm], data, key, value) ? null : 'its signature does not fit what it says'
  } catch {
    return 'its signature can not be read'
  }
}

/** @throws where it is no certificate, or more than one: OpenSSL reads over bytes that stand behind it */
function certificateIn(base64: string): X509Certificate {
  const der = Buffer.from(base64, 'base64')
  const certificate = new X509Certificate(der)
  if (!certificate.raw.equals(der) || der.toString('base64') !== base64) throw new Error('bytes behind the certificate')
  return certificate
}

/** Whom a signature's certificate names. */
export function signedBy(signature: ApprovalSignature): string | null {
  try {
    return subjectName(readCertificate(Buffer.from(signature.certificates[0] ?? '', 'base64')))
  } catch {
    return null
  }
}

/** @throws CONFIG_UNREADABLE, APPROVAL_REFUSED where it was changed; attacker-controlled */
export async function readRequest(path: string): Promise<RequestFile> {
  const file = requestIn(await readText(path), path)
  const problem = requestProblem(file)
  if (problem !== null) throw changed(path, problem)
  return file
}

/** @throws CONFIG_UNREADABLE, APPROVAL_REFUSED where it was changed; attacker-controlled */
export async function readDecision(path: string): Promise<DecisionFile> {
  const text = await readText(path)
  const file = parsed(decisionFile, text, path, 'an approval')
  const problem =
    signatureProblem(file.document, file.signature) ??
    (file.signature.key_id === file.document.approver.key_id ? null : 'it is signed by another key than it says') ??
    digestProblem(file.document.request)
  if (problem !== null) throw changed(path, problem)
  return file
}

function requestProblem({ document, signature }: RequestFile): string | null {
  if (signature === null) {
    return document.requester.key_id === null ? digestProblem(document) : 'it names a key and is not signed'
  }
  if (signature.key_id !== document.requester.key_id) return 'it is signed by another key than it says'
  return signatureProblem(document, signature) ?? digestProblem(document)
}

function digestProblem(document: RequestFile['document']): string | null {
  return actionDigest(document.action) === document.action_sha256 ? null : 'its digest is not that of its action'
}

function requestIn(text: string, path: string): RequestFile {
  return parsed(requestFile, text, path, 'a request for an approval')
}

/** Canonical to the byte: what is shown and what is signed can't differ. */
function parsed<T>(schema: z.ZodType<T>, text: string, path: string, what: string): T {
  let value: unknown
  try {
    value = JSON.parse(text)
    const found = schema.parse(value)
    if (canonicalJson(value) !== text.trimEnd()) throw new RangeError('it is not canonical JSON')
    return found
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined
    const why =
      issue !== undefined
        ? `${issue.path.length === 0 ? 'its content' : `"${issue.path.join('.')}"`} is not as expected`
        : cause instanceof RangeError
          ? cause.message
          : 'it is no JSON'
    throw new CofferError('CONFIG_UNREADABLE', `expected ${what} in "${path}": ${why}`, {
      hint: 'Give the file as "coffer approvals" wrote it, unchanged.',
      cause,
    })
  }
}

async function readText(path: string): Promise<string> {
  try {
    const bytes = await readFile(path)
    if (bytes.length > MOST_BYTES) throw new RangeError(`it has ${bytes.length} bytes`)
    return bytes.toString('utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'not allowed' : message
    throw new CofferError('CONFIG_UNREADABLE', `can't read "${path}": ${why}`, { cause })
  }
}

function changed(path: string, problem: string): CofferError {
  return new CofferError('APPROVAL_REFUSED', `"${path}" was changed: ${problem}`, {
    hint: 'Ask for the file again, by another way.',
  })
}
