import { z } from 'zod'
import { CONCLUSIONS } from '../evidence/questions.ts'
import { errorCode } from '../ipc/error.ts'
import { said } from '../ipc/said.ts'
import { caseData, caseState } from './spec.ts'

/** What is kept of a request in its folder's `case.json`. */

/** A package that was asked for: written before its extraction starts, so that a crash leaves a trace of it. */
export const packageRun = z.object({
  /** The file in `packages/`. */
  file: z.string().max(300),
  startedAt: z.string(),
  /** `running` also where the program ended before the extraction did: then it can be gone on with. */
  outcome: z.enum(['running', 'complete', 'damaged', 'stopped', 'failed']),
  endedAt: z.string().nullable(),
  jobId: z.string(),
  /** The extraction's file as it was run. */
  yaml: z.string(),
  error: z.object({ code: errorCode, message: z.string(), hint: z.string().nullable() }).nullable(),
  facts: z
    .object({
      packageId: z.string(),
      records: z.number(),
      redacted: z.number(),
      bytes: z.number(),
      sha256: z.string(),
      signed: z.boolean(),
      signedBy: z.string().nullable(),
      signatureLevel: z.string().nullable(),
      segmentsFailed: z.number(),
      window: z.object({ start: z.string().nullable(), end: z.string().nullable() }).nullable(),
      filter: z.string().nullable(),
      /** What the filter's words are made of; absent in what earlier versions kept. */
      filterSaid: said.exactOptional(),
      backupId: z.string(),
      location: z.string(),
      seconds: z.number(),
    })
    .nullable(),
  /** The last verdict, by whom it was trusted. */
  verified: z
    .object({
      at: z.string(),
      verdict: z.enum(['passed', 'indeterminate', 'failed']),
      /** Absent in what earlier versions kept. */
      conclusion: z.enum(CONCLUSIONS).exactOptional(),
      reason: z.string(),
      /** The key of this user whose root vouches for the signer; null: another whom they trust does, or nobody. */
      trusted: z.string().nullable(),
    })
    .nullable(),
})
export type PackageRun = z.infer<typeof packageRun>

export const caseNote = z.object({ at: z.string(), by: z.string(), text: z.string().max(10_000) })
export type CaseNote = z.infer<typeof caseNote>

export const caseFile = z.object({
  format: z.literal(1),
  id: z.uuid(),
  createdAt: z.string(),
  updatedAt: z.string(),
  state: caseState,
  data: caseData,
  packages: z.array(packageRun).max(1_000),
  notes: z.array(caseNote).max(10_000),
})
export type CaseFile = z.infer<typeof caseFile>
