import { createPublicKey, verify } from 'node:crypto'
import {
  ACTIVITY_PHASES,
  ACTIVITY_WAYS,
  type ActivityEntry,
  type SignedActivityEntry,
} from '../../contract/activity.ts'
import { canonicalJson } from '../../contract/canonical-json.ts'
import { say } from '../../contract/said/said.ts'
import {
  hasOnly,
  isFacts,
  isHash,
  isObject,
  isText,
  isTime,
  isTool,
  nullOr,
  parseChainLine,
  Wrong,
  wrongField,
} from '../chain.ts'

/** A line holds some hundred bytes; what is larger is none. */
export const MAX_LINE_BYTES = 64 * 1024

/** Says about whom a line with `action` speaks of the journal itself. */
export const OWN_ACTIONS = { torn: 'journal torn', cut: 'journal cut', key: 'journal key' } as const

/** Before what is signed, so that a signature for the journal is one for nothing else. */
const PURPOSE = 'coffer-activity/1\n'

/** Signs lines; the private key stays with whoever made this. */
export interface ActivitySigner {
  /** SHA-256 of the SubjectPublicKeyInfo, lowercase hex. */
  keyId: string
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Buffer
  sign(data: Buffer): Buffer
}

/** What an Ed25519 signature of a line is made over. */
export function signedBytes(entry: ActivityEntry): Buffer {
  return Buffer.from(PURPOSE + canonicalJson({ ...entry, signature: undefined }))
}

/** The line as it is stored, without its line feed. */
export function activityLine(entry: ActivityEntry, signer: ActivitySigner | null): Buffer {
  const signature = signer === null ? null : signer.sign(signedBytes(entry)).toString('base64')
  const line: SignedActivityEntry = { ...entry, signature }
  return Buffer.from(canonicalJson(line))
}

/** @param publicKey SubjectPublicKeyInfo, DER */
export function isSignedBy(line: SignedActivityEntry, publicKey: Buffer): boolean {
  const { signature, ...entry } = line
  if (signature === null) return false
  try {
    const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' })
    return verify(null, signedBytes(entry), key, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

const RULES: Record<string, (item: unknown) => boolean> = {
  seq: (item) => Number.isSafeInteger(item) && Number(item) >= 1,
  at: isTime,
  clock: (item) => item === 'system',
  actor: (item) =>
    isObject(item) &&
    hasOnly(item, ['host', 'name', 'os_user', 'pid', 'via']) &&
    isText(item.os_user) &&
    isText(item.host) &&
    nullOr(isText)(item.name) &&
    ACTIVITY_WAYS.some((way) => way === item.via) &&
    Number.isSafeInteger(item.pid),
  tool: isTool,
  action: (item) => isText(item) && /^[a-z][a-z0-9 -]{0,99}$/.test(item),
  phase: (item) => ACTIVITY_PHASES.some((phase) => phase === item),
  subject: isText,
  run: nullOr(isText),
  before: nullOr(isFacts),
  after: nullOr(isFacts),
  result: nullOr(
    (item) =>
      isObject(item) &&
      hasOnly(item, ['error', 'exit_code', 'message', 'verdict']) &&
      Number.isSafeInteger(item.exit_code) &&
      nullOr(isText)(item.error) &&
      nullOr(isText)(item.verdict) &&
      nullOr(isText)(item.message),
  ),
  details: isFacts,
  key: nullOr(isHash),
  unsigned: nullOr(isText),
  previous: nullOr(isHash),
  signature: nullOr((item) => isText(item) && /^[A-Za-z0-9+/]{86}==$/.test(item)),
}

/** A stored line, checked. @returns the line, or what is wrong with it */
export function parseActivityLine(bytes: Buffer): SignedActivityEntry | Wrong {
  if (bytes.length > MAX_LINE_BYTES) {
    return new Wrong(say('journal.tooLong', { most: MAX_LINE_BYTES, got: bytes.length }))
  }
  return parseChainLine<SignedActivityEntry>(bytes, (value) => {
    const wrong = wrongField(value, RULES, say('custody.activityLine'))
    if (wrong !== null) return wrong
    const { signature, key, unsigned } = value as SignedActivityEntry
    const told = signature === null ? key === null && unsigned !== null : key !== null && unsigned === null
    return told ? null : say('custody.signatureOrReason')
  })
}
