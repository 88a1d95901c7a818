import { z } from 'zod'
import { updateLook, updateVersion } from '../../updates.ts'
import { variableState } from '../connection.ts'
import { jobId } from '../job.ts'
import { MAX_NAME, MAX_PATH } from '../limits.ts'
import { fileId } from './files.ts'
import type { CallSchemas } from './schemas.ts'

/** New versions (docs/updates.md). The host asks the publisher's address, where it is switched on; the page asks nobody. */

const publisherKey = z.object({
  /** SHA-256 of its SubjectPublicKeyInfo, lowercase hex: what two people compare. */
  keyId: z.string(),
  algorithm: z.string(),
  /** PEM. */
  pem: z.string().max(20_000),
})

const standing = z.object({
  enabled: z.boolean(),
  address: z.string().nullable(),
  key: publisherKey.nullable(),
  channel: z.string(),
  daily: z.boolean(),
  /** As it is set: an address or `none`; null: as the environment says. */
  proxy: z.string().nullable(),
  /** By which the address is asked, without credentials; null: none. */
  proxyUsed: z.string().nullable(),
  /** Where a user name and password for it are, if its address has none; null: nowhere. */
  proxyLogin: variableState.shape.from.exclude(['missing']).nullable(),
  /** The organisation's file that decides it; null: it is decided here. */
  organisation: z.string().nullable(),
  running: z.string(),
  last: updateLook.nullable(),
  /** What the last look found and is still good; null: nothing. `fitting`: names of the files that this machine can use. */
  offer: z.object({ newest: updateVersion, fitting: z.array(z.string()) }).nullable(),
})
export type UpdateStanding = z.infer<typeof standing>

export const updateCalls = {
  'updates.get': { input: z.null(), output: standing },
  /** What a file has for a key, to be compared before it is believed. @throws CERTIFICATE_UNUSABLE, USAGE */
  'updates.readKey': { input: z.object({ file: fileId }), output: publisherKey },
  /** `keyId`: the fingerprint that was shown and compared. @throws USAGE where the key is another, or the address none */
  'updates.on': {
    input: z.object({
      address: z.string().trim().min(1).max(MAX_PATH),
      pem: z.string().max(20_000),
      keyId: z.string().max(64),
      channel: z.string().trim().max(100),
      daily: z.boolean(),
      /** An address, `none`, or `system`. */
      proxy: z.string().trim().min(1).max(MAX_PATH),
    }),
    output: standing,
  },
  /** Kept as connections' secrets are, and never given back. An empty user name takes both away. */
  'updates.proxyLogin': {
    input: z.object({ user: z.string().trim().max(256), password: z.string().max(1_024) }),
    output: standing,
  },
  'updates.off': { input: z.null(), output: standing },
  /** @throws UPDATES_OFF, UPDATE_UNREACHABLE, UPDATE_REFUSED */
  'updates.check': { input: z.null(), output: standing },
  /** A job, whose end tells where the file lies. It is checked, and not installed. */
  'updates.fetch': { input: z.object({ name: z.string().min(1).max(MAX_NAME) }), output: z.object({ jobId }) },
} as const satisfies CallSchemas<'updates'>
