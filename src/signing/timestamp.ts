import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { CofferError } from '../contract/errors.ts'
import type { SigningConfig } from '../contract/evidence/signing.ts'
import { certificatesIn, readCertificate } from './certificate.ts'
import { exchange } from './timestamp/http.ts'
import { timestampRequest, tokenFromResponse } from './timestamp/token.ts'

/** An RFC 3161 time-stamping authority. */
export interface TimestampAuthority {
  url: string
  /** DER roots that its certificates must lead to; none: its chain is kept and trusted by nobody yet. */
  roots: readonly Buffer[]
  /** Revocation lists that were fetched in this job, by address. */
  fetched: Map<string, Buffer>
  /**
   * Asks for a timestamp over SHA-256 of `data`, and checks all of the answer before it gives it out.
   * @returns a TimeStampToken in DER
   * @throws CofferError TIMESTAMP_FAILED with what was wrong
   */
  stamp(data: Buffer): Promise<Buffer>
}

const TIMEOUT_MS = 20_000
/** Tokens with their chains have 3 to 12 kB. */
const MAX_ANSWER_BYTES = 256 * 1024

/**
 * The authority of the configuration, null where there is none. Contacts nothing yet.
 * @param limits.timeoutMs for one exchange
 * @throws CofferError CONFIG_INVALID_VALUE for an address that is none, KEY_MISSING and CERTIFICATE_UNUSABLE for the roots
 */
export async function timestampAuthority(
  config: Pick<SigningConfig, 'timestamp_url' | 'timestamp_ca_path'>,
  limits: { timeoutMs?: number } = {},
): Promise<TimestampAuthority | null> {
  if (config.timestamp_url === null) return null
  const url = addressOf(config.timestamp_url)
  const roots = config.timestamp_ca_path === null ? [] : await readRoots(config.timestamp_ca_path)
  const stamp = async (data: Buffer) => {
    // 63 bits: a nonce that is a positive INTEGER of eight octets everywhere
    const nonce = randomBytes(8)
    nonce[0] = ((nonce[0] ?? 0) & 0x7f) | 0x40
    try {
      const { body, type } = await exchange({
        url,
        post: { type: 'application/timestamp-query', body: timestampRequest(data, nonce) },
        timeoutMs: limits.timeoutMs ?? TIMEOUT_MS,
        maxBytes: MAX_ANSWER_BYTES,
      })
      if (type !== 'application/timestamp-reply') {
        throw new RangeError(`expected an answer of type "application/timestamp-reply", got "${type.slice(0, 80)}"`)
      }
      return await tokenFromResponse(body, { data, nonce, roots, now: new Date() })
    } catch (cause) {
      throw new CofferError('TIMESTAMP_FAILED', `no timestamp from "${url}": ${(cause as Error).message}`, {
        hint: 'The signature itself is made without it; "coffer evidence timestamp" gets one later.',
        cause,
      })
    }
  }
  return { url, roots, stamp, fetched: new Map() }
}

function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new CofferError(
      'CONFIG_INVALID_VALUE',
      'expected "timestamp_url" with http or https and without a password in it',
      {
        hint: 'Such as http://timestamp.example.com/rfc3161.',
      },
    )
  }
  return url.href
}

async function readRoots(path: string): Promise<Buffer[]> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (cause) {
    throw new CofferError('KEY_MISSING', `can't read "${path}" ("evidence.signing.timestamp_ca_path")`, { cause })
  }
  const roots = certificatesIn(bytes)
  try {
    if (roots.length === 0) throw new RangeError('expected certificates')
    for (const one of roots) readCertificate(one)
  } catch (cause) {
    throw new CofferError('CERTIFICATE_UNUSABLE', `expected certificates in PEM or DER in "${path}"`, { cause })
  }
  return roots
}

/**
 * A timestamp that must not be in the way of what it is for.
 * @returns the token, or one sentence that says why there is none; neither without an authority
 */
export async function tryStamp(
  authority: TimestampAuthority | null,
  data: Buffer,
): Promise<{ token: Buffer | null; problem: string | null }> {
  if (authority === null) return { token: null, problem: null }
  try {
    return { token: await authority.stamp(data), problem: null }
  } catch (error) {
    return { token: null, problem: error instanceof Error ? error.message : String(error) }
  }
}
