import { z } from 'zod'
import { jobId } from '../job.ts'
import { MAX_NAME } from '../limits.ts'
import { fileId } from './files.ts'
import type { CallSchemas } from './schemas.ts'

/** A certificate or key by which this user trusts signatures, until they take it back. */
export const trusted = z.object({
  /** SHA-256 of the certificate, or of the bare key, lowercase hex: what two people compare over the telephone. */
  sha256: z.string(),
  kind: z.enum(['certificate', 'key']),
  /** The certificate's subject, or the name of the file that a bare key came in. */
  name: z.string(),
  /** ISO 8601 UTC: since when it is trusted. */
  since: z.string(),
  /** The root of one of this profile's own keys: trusted as long as the key is here. */
  own: z.boolean(),
})
export type Trusted = z.infer<typeof trusted>

const trustedList = z.array(trusted)

export const verifyCalls = {
  /** Starts verifying held files, offline, by what this user trusts; the verdict comes with `finished`. */
  'verify.start': {
    input: z.object({
      files: z.array(fileId).min(1).max(50),
      /** To judge certificates for, milliseconds; null: by each signature's proved time, else now. */
      at: z.number().int().nullable(),
    }),
    output: z.object({ jobId }),
  },
  'verify.trusted': { input: z.null(), output: trustedList },
  /** Every certificate and key in the files is trusted from now on. @throws CERTIFICATE_UNUSABLE for anything else */
  'verify.trust': { input: z.object({ files: z.array(fileId).min(1).max(20) }), output: trustedList },
  'verify.distrust': { input: z.object({ sha256: z.string().max(MAX_NAME) }), output: trustedList },
} as const satisfies CallSchemas<'verify'>
