import { z } from 'zod'
import { CUSTODY_ACTIONS, type CustodyEntry } from '../../evidence/custody.ts'
import { caseNote, packageRun } from '../../requests/case.ts'
import { previewField, previewRecord, previewRow } from '../../requests/preview.ts'
import { caseData, caseState, extractionSpec } from '../../requests/spec.ts'
import { accountTotals, archiveLocation, backupId } from '../archive.ts'
import { errorCode } from '../error.ts'
import { jobFacts, verifyResult } from '../facts.ts'
import { jobId } from '../job.ts'
import { MAX_COUNTED_BYTES, MAX_FINDINGS, MAX_PATH, MAX_TEXT } from '../limits.ts'
import { said } from '../said.ts'
import { heldFile } from './files.ts'
import type { CallSchemas } from './schemas.ts'

/** Requests of authorities and courts: a case folder each, what is extracted for it, and who did what with it. */

const count = z.number()
const id = z.uuid()
const fileName = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[^/\\]+$/)

const summary = z.object({
  id,
  folder: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  state: caseState,
  data: caseData,
  packages: count,
  /** Whether a package is being made, or was and can be gone on with. */
  unfinished: z.boolean(),
})
export type RequestSummary = z.infer<typeof summary>

/** A package of a case as it lies there now. */
const shownPackage = packageRun.omit({ yaml: true }).extend({
  /** Bytes; null where the file is not there. */
  size: count.nullable(),
  path: z.string(),
  /** Not there yet, and what was done is kept: starting it again goes on. */
  resumable: z.boolean(),
})
export type ShownPackage = z.infer<typeof shownPackage>

const custodyEntry: z.ZodType<CustodyEntry> = z.object({
  seq: count,
  at: z.string(),
  action: z.enum(CUSTODY_ACTIONS),
  actor: z.object({ os_user: z.string(), host: z.string(), name: z.string().nullable(), role: z.string().nullable() }),
  tool: z.object({ name: z.string(), version: z.string() }),
  subject: z.string(),
  sha256: z.string().nullable(),
  location: z.string().nullable(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  previous: z.string().nullable(),
})

const detail = z.object({
  summary,
  packages: z.array(shownPackage).max(1_000),
  notes: z.array(caseNote),
  /** Files in `packages/` that no extraction of this case made. */
  strangers: z.array(z.string()).max(MAX_FINDINGS),
  spec: extractionSpec.nullable(),
})
export type RequestDetail = z.infer<typeof detail>

const custody = z.object({
  /** The last ones, oldest first. */
  entries: z.array(custodyEntry).max(1_000),
  total: count,
  problems: z.array(z.object({ key: z.string(), reason: z.string(), said: said.exactOptional() })).max(MAX_FINDINGS),
})
export type CaseCustody = z.infer<typeof custody>

const gapKind = z.enum(['aborted', 'control', 'compacted', 'deleted_before', 'deleted_during', 'unexplained'])
const timeline = z.object({
  first: count.nullable(),
  last: count.nullable(),
  step: z.enum([
    '1-second',
    '10-seconds',
    '1-minute',
    '10-minutes',
    '1-hour',
    '6-hours',
    '1-day',
    '1-week',
    '1-month',
    '1-quarter',
    '1-year',
  ]),
  zone: z.string(),
  edges: z.array(count).max(2_000),
  records: z.array(count).max(2_000),
  exact: z.array(z.boolean()).max(2_000),
  unread_bytes: count,
  unreadable: count,
  streams: z
    .array(z.object({ topic: z.string(), records: count, segments: count, counts: z.array(count).max(2_000) }))
    .max(20),
  streams_total: count,
  losses: z
    .array(
      z.object({
        topic: z.string(),
        partition: count,
        kind: gapKind,
        from: count,
        to: count,
        reason: z.string(),
        after: count.nullable(),
        before: count.nullable(),
      }),
    )
    .max(MAX_FINDINGS),
  losses_total: count,
  quiet: z.array(z.object({ from: count, to: count, lost: z.enum(['none', 'some', 'unknown']) })).max(20),
  account: accountTotals.nullable(),
  broker_time: z.boolean(),
})
export type Timeline = z.infer<typeof timeline>

const windowFigures = z.object({
  least: count,
  most: count,
  about: count,
  segments: count,
  segments_total: count,
  stored_bytes: count,
  bytes: count,
})
export type WindowFigures = z.infer<typeof windowFigures>

const archivePart = {
  location: archiveLocation,
  backupId,
  topics: z.array(z.string().max(249)).max(100_000).nullable(),
}
const previewId = z.string().regex(/^[\w-]{22}$/, 'expected the id of a preview')

const previewState = z.object({
  running: z.boolean(),
  /** Rows that can be read by now. */
  rows: count,
  recordsRead: count,
  recordsTotal: count.nullable(),
  bytesRead: count,
  bytesTotal: count.nullable(),
  segmentsTotal: count.nullable(),
  /** Everything that can hold a match has been looked at. */
  complete: z.boolean(),
  /** It has as many rows as a preview keeps. */
  full: z.boolean(),
  seconds: count,
  failures: z
    .array(z.object({ segment: z.string(), code: z.string(), reason: z.string(), said: said.exactOptional() }))
    .max(MAX_FINDINGS),
  failuresTotal: count,
  error: z.object({ code: errorCode, message: z.string(), hint: z.string().exactOptional() }).nullable(),
})
export type PreviewState = z.infer<typeof previewState>

const signer = z.object({
  name: z.string(),
  subject: z.string().nullable(),
  algorithm: z.string(),
  status: z.enum(['usable', 'bare', 'revoked', 'expired', 'not_yet_valid']),
  until: z.string().nullable(),
  /** Bytes of the root's certificate, hashed: what somebody who is given the package has to trust. */
  rootSha256: z.string().nullable(),
})
export type Signer = z.infer<typeof signer>

export const requestCalls = {
  'requests.list': {
    input: z.null(),
    output: z.object({
      requests: z.array(summary),
      unreadable: z.array(z.object({ folder: z.string(), message: z.string() })),
    }),
  },
  'requests.get': { input: z.object({ id }), output: detail },
  /** A new case folder, in the profile or in the given folder. */
  'requests.create': {
    input: z.object({ data: caseData, parent: z.string().trim().min(1).max(MAX_PATH).nullable() }),
    output: z.object({ id }),
  },
  'requests.update': {
    input: z.object({ id, data: caseData.nullable(), state: caseState.nullable() }),
    output: z.null(),
  },
  /** Remembers what was chosen in the wizard, finished or not. */
  'requests.keep': { input: z.object({ id, spec: extractionSpec }), output: z.null() },
  'requests.addNote': { input: z.object({ id, text: z.string().trim().min(1).max(10_000) }), output: z.null() },
  'requests.custody': { input: z.object({ id }), output: custody },
  /** Enters what a person did, which no job can see. */
  'requests.addCustody': {
    input: z.object({
      id,
      action: z.enum(['viewed', 'exported', 'transferred']),
      file: fileName,
      note: z.string().trim().max(2_000),
      location: z.string().max(MAX_PATH).nullable(),
    }),
    output: z.null(),
  },
  'requests.timeline': {
    input: z.object({
      ...archivePart,
      zone: z.string().max(60),
      range: z.object({ from: z.number().int(), to: z.number().int() }).nullable(),
      /** Stored bytes that may be read for exact counts. */
      readBytes: z.number().int().min(0).max(MAX_COUNTED_BYTES),
    }),
    output: timeline,
  },
  /** What a window would take: an extraction reads no more than that. */
  'requests.window': {
    input: z.object({ ...archivePart, start: z.number().int().nullable(), end: z.number().int().nullable() }),
    output: windowFigures,
  },
  /** Starts looking for records; what it replaces is ended. */
  'requests.preview': {
    input: z.object({
      id,
      spec: extractionSpec,
      /** Without the filter: a sample to choose fields from. */
      sample: z.boolean(),
      replaces: previewId.nullable(),
    }),
    output: z.object({ previewId }),
  },
  /** The records that a package holds, as a preview. */
  'requests.openPackage': {
    input: z.object({ id, file: fileName }),
    output: z.object({ previewId }),
  },
  'requests.previewState': { input: z.object({ previewId }), output: previewState },
  'requests.previewRows': {
    input: z.object({ previewId, from: z.number().int().min(0), count: z.number().int().min(1).max(500) }),
    output: z.array(previewRow).max(500),
  },
  'requests.previewRecord': {
    input: z.object({ previewId, row: z.number().int().min(0) }),
    output: previewRecord.nullable(),
  },
  /** The fields that the first records have. */
  'requests.previewFields': { input: z.object({ previewId }), output: z.array(previewField).max(500) },
  /** Goes on where it stopped. */
  'requests.previewMore': { input: z.object({ previewId }), output: z.null() },
  'requests.previewEnd': { input: z.object({ previewId }), output: z.null() },
  'requests.signers': { input: z.null(), output: z.array(signer).max(1_000) },
  /** A first key of one's own, under a name made of its owner's. */
  'requests.makeSigner': {
    input: z.object({ owner: z.string().trim().min(1).max(60), organisation: z.string().trim().max(60) }),
    output: z.object({ name: z.string() }),
  },
  /** The extraction's file, and what is wrong with it as it stands. */
  'requests.yaml': {
    input: z.object({ id, spec: extractionSpec }),
    output: z.object({
      text: z.string().max(MAX_TEXT),
      problem: z.object({ message: z.string(), hint: z.string().nullable() }).nullable(),
    }),
  },
  /** Whether there is a key for rules that replace by a hash. */
  'requests.maskKey': { input: z.null(), output: z.object({ there: z.boolean() }) },
  /** Such a key, kept where the other secrets are; one way only. */
  'requests.setMaskKey': { input: z.object({ key: z.string().min(16).max(1_000) }), output: z.null() },
  /** A dry run: what would be read, at most. */
  'requests.estimate': { input: z.object({ id, spec: extractionSpec }), output: jobFacts },
  'requests.extract': { input: z.object({ id, spec: extractionSpec }), output: z.object({ jobId }) },
  /** Goes on with a package that was interrupted. */
  'requests.resume': { input: z.object({ id, file: fileName }), output: z.object({ jobId }) },
  /** Forgets a package that was never finished, and what there is of it. */
  'requests.discard': { input: z.object({ id, file: fileName }), output: z.null() },
  'requests.verify': {
    input: z.object({ id, file: fileName }),
    output: z.object({ result: verifyResult, trusted: z.string().nullable() }),
  },
  /** The package for the window: to be saved elsewhere or shown in its folder. Say what was done by `addCustody`. */
  'requests.hold': { input: z.object({ id, file: fileName }), output: heldFile },
} as const satisfies CallSchemas<'requests'>
