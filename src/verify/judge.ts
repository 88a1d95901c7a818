import type { SignatureFacts, VerifyCheck } from '../contract/evidence/verdict.ts'
import { isoTime } from '../contract/time.ts'
import { worstFirst, worstOf } from './answers.ts'
import { equalBytes, toHex as hex } from './bytes.ts'
import type { VerifyOptions } from './crypto.ts'
import { asFinding, Finding, findingCheck, passedCheck } from './finding.ts'
import { type CheckedToken, checkToken } from './tsp/token.ts'
import { moment } from './words.ts'
import { type Certificate, sameCertificate, shownSerial } from './x509/certificate.ts'
import { shownName } from './x509/names.ts'
import { judgeChain } from './x509/path.ts'
import type { Anchors, Pool } from './x509/pool.ts'
import { CLOCK_TOLERANCE_MS } from './x509/revocation.ts'
import { checkVouched } from './x509/vouched.ts'

/** The signer's own clock may be this far ahead of the authority's. */
export const CLAIM_TOLERANCE_MS = 60 * 60_000

/** The facts of a signature, and each check behind them. */
export type CheckedSignature = SignatureFacts & { checks: VerifyCheck[] }

/** Time of the judging: `--at`, else the clock. */
export function controlTime({ at, now }: VerifyOptions): number {
  return at ?? now ?? Date.now()
}

export interface Stamp {
  /** null: there is none, or it does not hold. */
  token: CheckedToken | null
  /** Milliseconds; null: no time is proved. */
  proved: number | null
  authority: string | null
  /** Who vouches for the authority: its root, or itself; null: nobody whom you trust. */
  root: Certificate | null
  /** Why a timestamp that holds in itself proves nothing: a sentence. */
  unproved: string | null
  checks: VerifyCheck[]
}

/**
 * A timestamp: intact, over the right bytes, and by an authority that is trusted. One whose authority nobody vouches for
 * proves no time, and spoils nothing (EN 319 102-1 clause 5.5.4 leaves it out); one that is broken does.
 * @param latest milliseconds: the time of the judging, or what a later timestamp proves
 */
export async function judgeTimestamp(
  bytes: Uint8Array,
  stamped: Uint8Array,
  subject: string,
  pool: Pool,
  anchors: Anchors,
  latest: number,
  options: VerifyOptions,
): Promise<Stamp> {
  const checks: VerifyCheck[] = []
  const stamp: Stamp = { token: null, proved: null, authority: null, root: null, unproved: null, checks }
  try {
    stamp.token = await checkToken(bytes, stamped, pool, options.crypto)
  } catch (error) {
    checks.push(findingCheck('timestamp', subject, asFinding(error)))
    return stamp
  }
  const { time, certificate } = stamp.token
  const authority = shownName(certificate.subject)
  stamp.authority = authority
  checks.push(
    passedCheck(
      'timestamp',
      subject,
      `The timestamp of "${authority}" (${moment(time)}) is intact and over these bytes.`,
    ),
  )
  try {
    if (time > latest + CLOCK_TOLERANCE_MS) {
      throw new Finding(
        'NO_POE',
        `The timestamp (${moment(time)}) is later than the time to judge for (${moment(latest)}).`,
      )
    }
    const judgement = { purpose: 'timestamping', at: time, proved: true, claimed: null, latest } as const
    const chain = await judgeChain(certificate, pool, anchors, judgement, options.crypto)
    const expired = chain.path.slice(0, -1).find((one) => one.notAfter < latest)
    if (expired !== undefined) {
      throw new Finding(
        'OUT_OF_BOUNDS_NO_POE',
        `The certificate of the timestamp authority "${shownName(expired.subject)}" ran out on ${moment(expired.notAfter)}, and no later timestamp covers this one.`,
      )
    }
    stamp.proved = time
    stamp.root = chain.path.at(-1) ?? null
    checks.push(
      passedCheck('timestamp-chain', subject, `"${authority}" is vouched for by "${chain.anchor}", whom you trust.`),
    )
  } catch (error) {
    const finding = asFinding(error)
    const notJudged = ['NO_TRUSTED_KEY', 'NO_CERTIFICATE_CHAIN_FOUND', 'TRY_LATER'].includes(finding.sub)
    if (notJudged)
      stamp.unproved = finding.sub === 'NO_TRUSTED_KEY' ? 'Nobody told this verifier whom to trust.' : finding.message
    else checks.push(findingCheck('timestamp-chain', subject, finding))
  }
  return stamp
}

export interface SignatureToJudge {
  subject: string
  kind: SignatureFacts['kind']
  format: string
  /** Checks that were made already: digest, signature value … When one of them does not pass, no chain is judged. */
  checks: VerifyCheck[]
  certificate: Certificate | null
  /** SubjectPublicKeyInfo of the key that made it; null where that could not be found. */
  spki: Uint8Array | null
  pool: Pool
  /** Certificates that the signature is bound to. */
  bound: readonly Certificate[]
  stamp: Stamp | null
  /** Milliseconds. */
  claimed: number | null
  latest: number
}

/** Whose it is, and since when: the second half of every signature's checks. */
export async function judgeSignature(
  one: SignatureToJudge,
  anchors: Anchors,
  options: VerifyOptions,
): Promise<CheckedSignature> {
  const checks = [...one.checks, ...(one.stamp?.checks ?? [])]
  const proved = one.stamp?.proved ?? null
  let found: Holder | null = null
  if (worstOf(one.checks) !== 'failed') {
    try {
      found = await whose(one, proved, anchors, options)
      checks.push(passedCheck('chain', one.subject, found.sentence))
    } catch (error) {
      checks.push(findingCheck('chain', one.subject, withStamp(asFinding(error), one.stamp)))
    }
    try {
      const bound = [...one.bound, ...(one.stamp?.token == null ? [] : [one.stamp.token.certificate])]
      await checkVouched(one.pool, anchors, bound, options.crypto)
    } catch (error) {
      checks.push(findingCheck('certificates', one.subject, asFinding(error)))
    }
    if (proved !== null && one.claimed !== null && one.claimed > proved + CLAIM_TOLERANCE_MS) {
      checks.push(
        findingCheck(
          'time',
          one.subject,
          new Finding(
            'TIMESTAMP_ORDER_FAILURE',
            `The signer says ${moment(one.claimed)}, and the timestamp proves that it is older (${moment(proved)}): one of them is wrong.`,
          ),
        ),
      )
    }
  }
  const facts = factsOf(found?.named === false ? { ...one, certificate: null } : one, checks, found !== null, options)
  const root = one.stamp?.root ?? null
  if (facts.time === null || root === null || found?.root == null || !equalBytes(root.spki, found.root.spki))
    return facts
  return { ...facts, time: { ...facts.time, same_root: true } }
}

/** Where a proof of time is missing, and there is a timestamp: why it is none. */
function withStamp(finding: Finding, stamp: Stamp | null): Finding {
  const wantsTime = finding.sub === 'OUT_OF_BOUNDS_NO_POE' || finding.sub === 'REVOKED_NO_POE'
  const uncounted = uncountedOf(stamp)
  if (!wantsTime || uncounted === null) return finding
  return new Finding(
    finding.sub,
    `${finding.message} There is a timestamp of "${stamp?.authority}", which can't be counted: ${uncounted}`,
  )
}

/** What the checks of a signature come to. */
export function factsOf(
  one: SignatureToJudge,
  checks: VerifyCheck[],
  trusted: boolean,
  { crypto }: VerifyOptions,
): CheckedSignature {
  const verdict = worstOf(checks)
  const worst = verdict === 'passed' ? undefined : worstFirst(checks)[0]
  const { certificate } = one
  return {
    subject: one.subject,
    kind: one.kind,
    format: one.format,
    verdict,
    ...(worst?.subIndication === undefined ? {} : { subIndication: worst.subIndication }),
    reason: worst?.reason ?? checks.findLast((check) => check.check.endsWith('chain'))?.reason ?? 'Every check passed.',
    signer:
      certificate === null
        ? null
        : {
            name: shownName(certificate.subject),
            organisation: certificate.subject.organisation,
            serial: shownSerial(certificate.serial),
            issuer: shownName(certificate.issuer),
          },
    keyId: one.spki === null ? null : hex(crypto.sha256(one.spki)),
    trusted,
    time: timeOf(one.stamp, one.claimed),
    checks,
  }
}

/** Who made a signature. */
interface Holder {
  sentence: string
  /** Whether somebody who is trusted vouches for the name in the certificate. Anybody can put a name beside another's key. */
  named: boolean
  /** Who vouches for it; null: a bare key. */
  root: Certificate | null
}

async function whose(
  one: SignatureToJudge,
  proved: number | null,
  anchors: Anchors,
  options: VerifyOptions,
): Promise<Holder> {
  const { certificate, spki } = one
  if (certificate !== null) {
    const judgement = {
      purpose: 'signing',
      at: proved ?? one.latest,
      proved: proved !== null,
      claimed: one.claimed,
      latest: one.latest,
    } as const
    const chain = await judgeChain(certificate, one.pool, anchors, judgement, options.crypto)
    const name = shownName(certificate.subject)
    const named = !chain.direct || anchors.certificates.some((trusted) => sameCertificate(trusted, certificate))
    const vouched = chain.direct
      ? `Signed with a key that you trust ("${chain.anchor}").${named ? '' : ` Nobody whom you trust vouches for the name in its certificate ("${name}").`}`
      : `Signed by "${name}", for whom "${chain.anchor}" vouches, whom you trust.`
    const root = chain.path.at(-1) ?? null
    return { sentence: chain.notes.length === 0 ? vouched : `${vouched} ${sentence(chain.notes)}`, named, root }
  }
  if (anchors.keys.length + anchors.certificates.length === 0) {
    throw new Finding(
      'NO_TRUSTED_KEY',
      "It is intact, but nobody told this verifier whom to trust, so it can't say who signed it.",
    )
  }
  const key = anchors.keys.find((trusted) => spki !== null && hex(trusted.spki) === hex(spki))
  const holder = anchors.certificates.find((trusted) => spki !== null && hex(trusted.spki) === hex(spki))
  if (key === undefined && holder === undefined) {
    throw new Finding('NO_CERTIFICATE_CHAIN_FOUND', 'It was signed with a key that is not among those that you trust.')
  }
  if (holder !== undefined && key === undefined) {
    return whose({ ...one, certificate: holder }, proved, anchors, options)
  }
  return { sentence: `Signed with a key that you trust ("${key?.name}").`, named: false, root: null }
}

function sentence(notes: readonly string[]): string {
  const text = notes.join('; ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function timeOf(stamp: Stamp | null, claimed: number | null): SignatureFacts['time'] {
  const authority = stamp?.authority ?? null
  if (stamp?.proved != null) return { at: isoTime(stamp.proved), kind: 'proved', authority, uncounted: null }
  const uncounted = uncountedOf(stamp)
  if (claimed !== null) return { at: isoTime(claimed), kind: 'claimed', authority, uncounted }
  const stamped = stamp?.token?.time ?? null
  return stamped === null ? null : { at: isoTime(stamped), kind: 'unproved', authority, uncounted }
}

/** Why a timestamp proves nothing; null where there is none, or it counts. */
function uncountedOf(stamp: Stamp | null): string | null {
  if (stamp === null || stamp.proved !== null) return null
  return stamp.unproved ?? stamp.checks.find((one) => one.verdict !== 'passed')?.reason ?? null
}
