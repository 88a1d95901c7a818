import { z } from 'zod'
import { archiveLocation, backupId } from '../archive.ts'
import { errorCode } from '../error.ts'
import { verifyResult } from '../facts.ts'
import { jobId } from '../job.ts'
import { MAX_FINDINGS, MAX_NAME } from '../limits.ts'
import { said } from '../said.ts'
import { fileId, heldFile } from './files.ts'
import type { CallSchemas } from './schemas.ts'

/** Evidence reports in the connected storages: listed, opened, verified, and made for a month. */

/** Reports of one storage that a list shows, the newest. */
export const MAX_REPORTS = 5_000

const count = z.number()
const time = z.string().nullable()
const connectionId = z.uuid()
const reportId = z
  .string()
  .regex(/^(validation|extraction|monthly)-[A-Za-z0-9-]{1,100}$/, 'expected the id of a report')
const error = z.object({ code: errorCode, message: z.string() })
const reportKind = z.enum(['validation', 'extraction', 'monthly'])

const reportRow = z.object({
  connectionId,
  /** The storage's name here. */
  place: z.string(),
  reportId,
  kind: reportKind,
  storedAt: z.string(),
  /** As the report says; it is not verified in a list. */
  generatedAt: time,
  /** `2026-11`, where it is the report of a month. */
  month: z.string().nullable(),
  overall: z.string().nullable(),
  backupId: z.string().nullable(),
  /** `json`, `pdf`, `sig` … */
  files: z.array(z.string()),
  signed: z.boolean(),
  complete: z.boolean(),
})
export type ReportRow = z.infer<typeof reportRow>

/** What a report says of itself, for people who can't or won't read its PDF. Nothing here is verified. */
const reportFacts = z.object({
  reportId: z.string(),
  kind: z.string(),
  generatedAt: z.string(),
  tool: z.string(),
  overall: z.string(),
  backupId: z.string(),
  createdAt: count.nullable(),
  totals: z.object({ topics: count, partitions: count, segments: count, records: count }),
  operator: z.object({
    osUser: z.string(),
    name: z.string().nullable(),
    role: z.string().nullable(),
    meaning: z.string().nullable(),
  }),
  signedBy: z.string().nullable(),
  algorithm: z.string().nullable(),
  checks: z
    .array(z.object({ name: z.string(), outcome: z.string(), detail: z.string(), said: said.exactOptional() }))
    .max(MAX_FINDINGS),
  controls: z.object({ supported: count, notSupported: count, notCovered: count }),
  notCovered: z.array(z.string()).max(MAX_FINDINGS),
  lock: z.object({ mode: z.string(), until: time, reason: z.string(), said: said.exactOptional() }).nullable(),
  streams: z.array(z.object({ topic: z.string(), partitions: count, records: count })).max(MAX_FINDINGS),
  streamsTotal: count,
  monthly: z
    .object({
      month: z.string(),
      runs: count,
      runsComplete: count,
      restores: count,
      validations: count,
      /** Checks that read every byte; null in reports that do not say. */
      deepChecks: z
        .array(z.object({ at: z.string(), by: z.string(), outcome: z.string() }))
        .max(MAX_FINDINGS)
        .nullable(),
      findings: z.array(z.object({ severity: z.string(), text: z.string() })).max(MAX_FINDINGS),
    })
    .nullable(),
  matter: z.string().nullable(),
  /** What `notCovered` and the findings are made of, where they are the program's own. */
  sayings: z.array(said),
})
export type ReportFacts = z.infer<typeof reportFacts>

export const MAX_TIMESTAMP_URL = 2_000
const timestampUrl = z
  .string()
  .max(MAX_TIMESTAMP_URL)
  .regex(/^https?:\/\/[^\s/@]+(\/\S*)?$/, 'expected an address that begins with https:// or http://')

const short = z.string().trim().min(1).max(MAX_NAME)

/** Who signs, as 21 CFR 11.50 asks: the printed name, and what the signature means; the time is the signature's own. */
const signing = z.object({
  key: short,
  name: short,
  role: short,
  meaning: z.string().trim().min(1).max(500),
  timestampUrl: timestampUrl.nullable(),
})

export const reportCalls = {
  /** All reports in connected storages, newest first. A storage that can't be read says why. */
  'reports.list': {
    input: z.null(),
    output: z.object({
      places: z.array(z.object({ connectionId, name: z.string(), total: count, error: error.nullable() })),
      reports: z.array(reportRow),
    }),
  },
  /** Fetches a report's files from its storage, as they are there now, and reads its data. */
  'reports.open': {
    input: z.object({ location: archiveLocation, reportId }),
    output: z.object({
      place: z.string(),
      files: z.array(z.object({ ending: z.string(), sha256: z.string(), file: heldFile })),
      /** null: there is no data (JSON), or it can't be read. */
      facts: reportFacts.nullable(),
    }),
  },
  /** Verifies fetched files, offline, by what this user trusts. */
  'reports.verify': {
    input: z.object({ files: z.array(fileId).min(1).max(50) }),
    output: z.object({
      verified: verifyResult,
      /** Roots of this profile's own keys and what its user has named as trusted. */
      trusted: count,
    }),
  },
  /** Gets the timestamp that a signature lacks, from an authority. */
  'reports.timestamp': {
    input: z.object({ location: archiveLocation, reportId, timestampUrl }),
    output: z.object({ jobId }),
  },
  /** Keys that can sign a report; `passphrase`: whether the key store's passphrase is known to the host. */
  'reports.signers': {
    input: z.null(),
    output: z.object({
      keys: z.array(
        z.object({
          name: z.string(),
          owner: z.string(),
          usable: z.boolean(),
          status: z.string(),
          keptIn: z.enum(['keychain', 'file']),
        }),
      ),
      passphrase: z.boolean(),
    }),
  },
  /** Makes the report of a month over a backup's history, signed or (`signing` null) not. */
  'reports.makeMonthly': {
    input: z.object({
      connectionId,
      backupId,
      /** `2026-11` */
      month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'expected a month such as "2026-11"'),
      /** Read every byte of the archive for it. */
      deep: z.boolean(),
      page: z.enum(['A4', 'Letter']),
      signing: signing.nullable(),
      /** Of the key store, where the host does not know it: kept as the values of connections are. */
      passphrase: z.string().max(1_024).nullable(),
    }),
    output: z.object({ jobId }),
  },
} as const satisfies CallSchemas<'reports'>
