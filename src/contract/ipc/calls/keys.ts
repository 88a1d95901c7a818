import { z } from 'zod'
import type { KeyOverview } from '../../results.ts'
import { errorCode } from '../error.ts'
import { MAX_NAME } from '../limits.ts'
import { said } from '../said.ts'
import { fileId, heldFile } from './files.ts'
import type { CallSchemas } from './schemas.ts'

const certificate = z.object({
  subject: z.string(),
  issuer: z.string(),
  serial: z.string(),
  not_before: z.string(),
  not_after: z.string(),
  sha256: z.string(),
})

/** Of a key only what is public. */
const keyOverview: z.ZodType<KeyOverview> = z.object({
  name: z.string(),
  status: z.enum(['usable', 'bare', 'revoked', 'expired', 'not_yet_valid']),
  algorithm: z.string(),
  key_id: z.string(),
  origin: z.enum(['created', 'imported']),
  created_at: z.string(),
  kept_in: z.enum(['keychain', 'file']),
  certificate: certificate.nullable(),
  root: certificate.nullable(),
  crl: z
    .object({
      number: z.number().nullable(),
      this_update: z.string(),
      next_update: z.string().nullable(),
      revoked: z.number(),
    })
    .nullable(),
  revoked: z.object({ at: z.string(), reason: z.string() }).nullable(),
  can_revoke: z.boolean(),
}) as z.ZodType<KeyOverview>

/** RFC 5280, 5.3.1: those that a person can mean. */
export const REVOCATION_REASONS = [
  'unspecified',
  'key-compromise',
  'affiliation-changed',
  'superseded',
  'cessation-of-operation',
  'privilege-withdrawn',
] as const

const name = z.string().trim().min(1).max(MAX_NAME)
const changed = z.object({ key: keyOverview, warnings: z.array(z.string()), sayings: z.array(said) })

export const keyCalls = {
  'keys.list': {
    input: z.null(),
    output: z.object({
      keys: z.array(keyOverview),
      unreadable: z.array(z.object({ name: z.string(), code: errorCode, message: z.string() })),
      warnings: z.array(z.string()),
    }),
  },
  /** A new key with a root certificate of its own. */
  'keys.create': {
    input: z.object({
      name,
      owner: name,
      organisation: name.nullable(),
      algorithm: z.enum(['P-256', 'P-384', 'Ed25519']),
    }),
    output: changed,
  },
  /** Out of a PEM or PKCS#12 file that the window was given; the file stays as it is. */
  'keys.import': {
    input: z.object({ name, file: fileId, passphrase: z.string().max(1_024).nullable() }),
    output: changed,
  },
  /** What an auditor needs: public key, chain, root, revocation lists, each as a file to save. */
  'keys.exportPublic': {
    input: z.object({ name }),
    output: z.object({
      files: z.array(
        heldFile.extend({
          what: z.enum(['public key', 'certificate chain', 'root certificate', 'revocation lists']),
          sha256: z.string(),
        }),
      ),
    }),
  },
  'keys.revoke': { input: z.object({ name, reason: z.enum(REVOCATION_REASONS) }), output: changed },
  /** The passphrase of keys that are kept in encrypted files, where there is no keychain: kept as connections' secrets are. */
  'keys.passphrase': { input: z.object({ passphrase: z.string().min(8).max(1_024) }), output: z.null() },
} as const satisfies CallSchemas<'keys'>
