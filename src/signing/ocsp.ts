import { createHash, randomBytes } from 'node:crypto'
import { equalBytes } from '../verify/bytes.ts'
import { parseOcspResponse } from '../verify/x509/ocsp.ts'
import { emptyPool } from '../verify/x509/pool.ts'
import { revocationOf } from '../verify/x509/revocation.ts'
import { type Certificate, ocspUrls, subjectName } from './certificate.ts'
import { DerError, Fields, readBits, readDer } from './der/read.ts'
import { nothing, octets, oid, sequence, tagged } from './der/write.ts'
import { nodeCrypto } from './node-crypto.ts'
import { OID } from './oids.ts'
import { messageOf, received } from './received.ts'
import { exchange } from './timestamp/http.ts'

/** An answer has 0.5 to 5 kB. */
const MAX_ANSWER_BYTES = 256 * 1024
/** RFC 9654 clause 2.1 asks for 32 octets; responders that know only RFC 6960 take them too. */
const NONCE_BYTES = 32

/**
 * OCSPRequest (RFC 6960 clause 4.1.1) for one certificate. Its id is by SHA-1, which every responder knows; it names the
 * certificate and proves nothing.
 */
export function ocspRequest(certificate: Certificate, issuer: Certificate, nonce: Buffer): Buffer {
  const sha1 = (bytes: Buffer) => octets(createHash('sha1').update(bytes).digest())
  const spki = new Fields(readDer(Buffer.from(issuer.strict.spki), 0x30))
  spki.take(0x30)
  const id = sequence(
    sequence(oid(OID.sha1), nothing()),
    sha1(certificate.issuer),
    sha1(readBits(spki.take(0x03))),
    certificate.serial,
  )
  const extensions = sequence(sequence(oid(OID.ocspNonce), octets(octets(nonce))))
  return sequence(sequence(sequence(sequence(id)), tagged(2, extensions)))
}

/**
 * The answer in an OCSPResponse, after all that RFC 6960 clause 3.2 asks of a requester, in the verifier's own judgement:
 * whole, signed by the issuer or by one whom it allowed to, about this certificate, current; our nonce, where it has one.
 * @param at the time that the answer must be good for
 * @returns what it says of the certificate
 * @throws DerError with what is wrong
 */
export async function checkAnswer(
  der: Buffer,
  asked: { certificate: Certificate; issuer: Certificate; nonce: Buffer; at: Date },
): Promise<'good' | 'revoked'> {
  const { certificate, issuer, nonce, at } = asked
  const answer = received(() => parseOcspResponse(der))
  if (answer.nonce !== null && !equalBytes(answer.nonce, nonce)) {
    throw new DerError('the answer is to another request (its nonce differs)')
  }
  const pool = { ...emptyPool(), certificates: [...answer.certificates], answers: [answer] }
  const latest = Math.max(at.getTime(), Date.now())
  const found = await revocationOf(certificate.strict, issuer.strict, pool, at.getTime(), latest, nodeCrypto)
  if (found.state !== 'unknown') return found.state
  const about = answer.answers.some(({ serial }) => serial === certificate.strict.serial)
  throw new DerError(about ? messageOf(found.finding) : 'the answer is about another certificate')
}

/**
 * Asks the responders that the certificate names.
 * @returns the answer in DER and what it says; else one sentence for each responder: why there is none
 */
export async function fetchAnswer(
  certificate: Certificate,
  issuer: Certificate,
  at: Date,
  timeoutMs: number,
): Promise<{ der: Buffer; state: 'good' | 'revoked' } | { problems: string[] }> {
  const problems: string[] = []
  for (const url of ocspUrls(certificate).slice(0, 2)) {
    try {
      const nonce = randomBytes(NONCE_BYTES)
      const { body, type } = await exchange({
        url,
        post: { type: 'application/ocsp-request', body: ocspRequest(certificate, issuer, nonce) },
        timeoutMs,
        maxBytes: MAX_ANSWER_BYTES,
      })
      if (type !== 'application/ocsp-response') {
        throw new DerError(`expected an answer of type "application/ocsp-response", got "${type.slice(0, 80)}"`)
      }
      return { der: body, state: await checkAnswer(body, { certificate, issuer, nonce, at }) }
    } catch (error) {
      problems.push(
        `no OCSP answer for "${subjectName(certificate)}" from "${url}": ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
  return { problems }
}
