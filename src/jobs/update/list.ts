import { createHash } from 'node:crypto'
import { canonicalJson } from '../../contract/canonical-json.ts'
import { isCofferError } from '../../contract/errors.ts'
import { isoTime } from '../../contract/time.ts'
import { UPDATE_FORMAT, type UpdateList, updateList } from '../../contract/updates.ts'
import { nodeCrypto } from '../../signing/node-crypto.ts'
import { verifyDetached } from '../../verify/detached.ts'
import { parseStrictJson } from '../../verify/json.ts'
import type { KnownPublisherKey } from './publisher-key.ts'
import { refused } from './refused.ts'
import { firstProblem } from './settings.ts'

/** Objects in lists in objects in lists in an object. */
const DEPTH = 6
/** A publisher's clock may be this far ahead of this one. */
const CLOCK_TOLERANCE_MS = 24 * 3_600_000

export interface CheckedList {
  list: UpdateList
  /** Of its bytes. */
  sha256: string
}

/**
 * Reads a list of versions that came from elsewhere. The signature comes first: of what the publisher's key has not signed
 * no byte is understood.
 * @param now milliseconds
 * @throws UPDATE_REFUSED
 */
export async function readList(
  bytes: Uint8Array,
  signature: Uint8Array,
  expected: { key: KnownPublisherKey; channel: string; now: number },
): Promise<CheckedList> {
  await mustBeSigned(bytes, signature, expected.key)
  const list = parseList(bytes)
  if (list.channel !== expected.channel) {
    throw refused('channel', 'update.channel', { expected: expected.channel, got: list.channel })
  }
  if (Date.parse(list.published_at) > expected.now + CLOCK_TOLERANCE_MS) {
    const values = { published: list.published_at, now: isoTime(expected.now) }
    const hint = 'Set the clock: by a wrong one nobody can tell whether a list is still good.'
    throw refused('not_yet', 'update.notYet', values, { hint })
  }
  if (Date.parse(list.expires_at) <= expected.now) {
    const hint = 'Ask the publisher for the current list: an old one hides newer versions.'
    throw refused('expired', 'update.expired', { until: list.expires_at }, { hint })
  }
  return { list, sha256: createHash('sha256').update(bytes).digest('hex') }
}

async function mustBeSigned(data: Uint8Array, der: Uint8Array, key: KnownPublisherKey): Promise<void> {
  const input = { subject: 'the list', data, text: null, der, token: null, chain: null, crls: null, id: null }
  const trust = { certificates: [], keys: [{ spki: key.spki, name: 'publisher' }] }
  const checked = await verifyDetached(
    { ...input, publicKey: key.spki, claimedTime: null },
    { trust, at: null, crypto: nodeCrypto },
  )
  if (checked.verdict === 'passed' && checked.trusted && checked.keyId === key.key_id) return
  const details = { why: checked.reason }
  throw refused('signature', 'update.notSigned', { key: key.key_id.slice(0, 16) }, { details })
}

function parseList(bytes: Uint8Array): UpdateList {
  let value: unknown
  try {
    value = parseStrictJson(bytes, { depth: DEPTH })
  } catch (error) {
    if (!isCofferError(error)) throw error
    throw refused('format', 'update.unread', { why: error.message })
  }
  const format = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined
  if (format !== UPDATE_FORMAT) {
    const got = typeof format === 'string' ? format.slice(0, 100) : String(typeof format)
    throw refused('format', 'update.format', { expected: UPDATE_FORMAT, got })
  }
  const parsed = updateList.safeParse(value)
  if (!parsed.success) throw refused('format', 'update.wrong', { why: firstProblem(parsed.error) })
  if (canonicalJson(parsed.data) !== Buffer.from(bytes).toString('utf8')) {
    throw refused('format', 'update.notCanonical')
  }
  return parsed.data
}
