import { z } from 'zod'
import { jobId } from '../job.ts'
import { MAX_NAME } from '../limits.ts'
import { fileId, heldFile } from './files.ts'
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

const short = z.string().max(1_000)
const long = z.string().max(20_000)
const MAX_FILES = 50

/** What a verdict on paper says beside the verifier's own sentences, in the window's language. */
const verdictWords = z.object({
  /** BCP 47. */
  language: z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'expected a language tag'),
  kind: short,
  title: short,
  madeBy: short,
  judgedFor: short.nullable(),
  result: short,
  file: short,
  question: short,
  answer: short,
  verdict: short,
  signatures: short,
  checks: short,
  verdicts: z.object({ passed: short, indeterminate: short, failed: short }),
  aboutTitle: short,
  about: long,
  attached: short,
  /** `Page %1 of %2` */
  pageOf: short,
  files: z
    .array(
      z.object({
        headline: short,
        rows: z
          .array(
            z.object({
              question: short,
              answer: long,
              sign: short,
              verdict: z.enum(['passed', 'indeterminate', 'failed']).nullable(),
            }),
          )
          .max(20),
      }),
    )
    .max(MAX_FILES),
})
export type VerdictWords = z.infer<typeof verdictWords>

export const verifyCalls = {
  /** Starts verifying held files, offline, by what this user trusts; the verdict comes with `finished`. */
  'verify.start': {
    input: z.object({
      files: z.array(fileId).min(1).max(MAX_FILES),
      /** To judge certificates for, milliseconds; null: by each signature's proved time, else now. */
      at: z.number().int().nullable(),
    }),
    output: z.object({ jobId }),
  },
  /** The verdict of a verification of this session as a PDF. @throws USAGE where there is none under this id */
  'verify.pdf': {
    input: z.object({
      jobId,
      name: z.string().min(1).max(MAX_NAME),
      page: z.enum(['A4', 'Letter']),
      words: verdictWords,
    }),
    output: heldFile,
  },
  'verify.trusted': { input: z.null(), output: trustedList },
  /** Every certificate and key in the files is trusted from now on. @throws CERTIFICATE_UNUSABLE for anything else */
  'verify.trust': { input: z.object({ files: z.array(fileId).min(1).max(20) }), output: trustedList },
  'verify.distrust': { input: z.object({ sha256: z.string().max(MAX_NAME) }), output: trustedList },
} as const satisfies CallSchemas<'verify'>
