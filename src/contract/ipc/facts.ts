import { z } from 'zod'
import { ADVICE, type Verdict, type VerifyResult } from '../evidence/verdict.ts'
import { accountTotals, checkResult } from './archive.ts'
import { holdFacts, retentionFacts } from './facts-hold.ts'
import { MAX_FINDINGS } from './limits.ts'
import { said } from './said.ts'

const count = z.number()
const strings = z.array(z.string())
/** What the warnings and other sentences in lists are made of. */
const sayings = { sayings: z.array(said).exactOptional() }

const checkOutcome = z.enum(['PASSED', 'FAILED', 'WARNING', 'SKIPPED', 'INDETERMINATE'])

/** A report as it was stored, without its keys where there are many. */
const storedEvidence = z.object({
  folder: z.string(),
  keys: strings,
  reportSha256: z.string(),
  signed: z.boolean(),
  signatureAlgorithm: z.string().nullable(),
  signedBy: z.string().nullable(),
  pdfSignatureLevel: z.string().nullable(),
  retentionDays: count,
  lock: z.object({
    mode: z.enum(['COMPLIANCE', 'GOVERNANCE', 'none', 'unknown']),
    retainUntil: z.string().nullable(),
    legalHold: z.boolean().nullable(),
    reason: z.string(),
    said: said.exactOptional(),
  }),
})
export type EvidenceFacts = z.infer<typeof storedEvidence>

const backup = z.object({
  kind: z.literal('backup'),
  dryRun: z.boolean(),
  /** Goes on until it is stopped: a stop is how it ends well. */
  continuous: z.boolean(),
  backupId: z.string(),
  location: z.string(),
  state: z.enum(['complete', 'interrupted', 'planned']),
  topics: count,
  records: count,
  bytes: count.nullable(),
  storedBytes: count.nullable(),
  seconds: count.nullable(),
  gaps: count,
  warnings: strings,
  ...sayings,
})

const restore = z.object({
  kind: z.literal('restore'),
  dryRun: z.boolean(),
  backupId: z.string(),
  location: z.string(),
  state: z.enum(['complete', 'interrupted', 'passed', 'failed']),
  topics: count,
  records: count,
  bytes: count.nullable(),
  seconds: count.nullable(),
  failures: strings,
  warnings: strings,
  ...sayings,
})

const validate = z.object({
  kind: z.literal('validate'),
  backupId: z.string(),
  location: z.string(),
  deep: z.boolean(),
  verdict: z.enum(['PASSED', 'FAILED', 'INDETERMINATE']),
  reason: z.string(),
  said: said.exactOptional(),
  seconds: count,
  segments: count,
  records: count,
  bytes: count,
  account: accountTotals.nullable(),
  findings: z
    .array(
      z.object({
        severity: z.enum(['error', 'warning', 'note']),
        code: z.string(),
        topic: z.string().exactOptional(),
        partition: count.exactOptional(),
        segment: z.string().exactOptional(),
        offset: count.exactOptional(),
        reason: z.string(),
        said: said.exactOptional(),
      }),
    )
    .max(MAX_FINDINGS),
  findingsTotal: count,
})

/** A restored cluster compared with its archive (`validation run`), and the report that says so. */
const validation = z.object({
  kind: z.literal('validation'),
  backupId: z.string(),
  location: z.string(),
  reportId: z.string(),
  overall: checkOutcome,
  seconds: count,
  checks: z
    .array(z.object({ name: z.string(), outcome: checkOutcome, detail: z.string(), said: said.exactOptional() }))
    .max(MAX_FINDINGS),
  counts: z.object({
    total: count,
    passed: count,
    failed: count,
    warned: count,
    skipped: count,
    indeterminate: count,
  }),
  evidence: storedEvidence,
  notCovered: strings,
  warnings: strings,
  ...sayings,
})

/** `planned`: a dry run, whose figures are upper bounds and whose fields of the package are null. */
const extract = z.object({
  kind: z.literal('extract'),
  dryRun: z.boolean(),
  state: z.enum(['complete', 'damaged', 'planned']),
  backupId: z.string(),
  location: z.string(),
  /** The file that was, or would be, written. */
  output: z.string(),
  matter: z.string(),
  /** Both ends inclusive; null: all times. */
  window: z.object({ start: z.string().nullable(), end: z.string().nullable() }).nullable(),
  filter: z.string().nullable(),
  formats: strings,
  topics: z
    .array(
      z.object({
        topic: z.string(),
        partitions: count,
        segmentsToRead: count,
        recordsAtMost: count,
        bytesAtMost: count,
      }),
    )
    .max(MAX_FINDINGS),
  topicsTotal: count,
  records: count,
  bytes: count,
  /** What has to be fetched from the storage. */
  storedBytes: count,
  segmentsToRead: count,
  segmentsSkipped: count,
  foreign: z.boolean(),
  package: z
    .object({
      packageId: z.string(),
      reportId: z.string(),
      bytes: count,
      sha256: z.string(),
      contentSha256: z.string(),
      signed: z.boolean(),
      signedBy: z.string().nullable(),
      signatureLevel: z.string().nullable(),
      custodyRecorded: z.boolean(),
      resumed: z.boolean(),
      redacted: count,
      withheld: count,
      undecodable: count,
      segmentsFailed: count,
      failures: z
        .array(z.object({ segment: z.string(), code: z.string(), reason: z.string(), said: said.exactOptional() }))
        .max(MAX_FINDINGS),
      seconds: count,
    })
    .nullable(),
  warnings: strings,
  ...sayings,
})

export const verdict: z.ZodType<Verdict> = z.enum(['passed', 'indeterminate', 'failed'])

const verifiedFile = z.object({
  file: z.string(),
  kind: z.enum(['package', 'report', 'pdf', 'archive', 'unknown']),
  verdict,
  subIndication: z.string().exactOptional(),
  reason: z.string(),
  answers: z.object({
    valid: z.string(),
    whose: z.string(),
    since: z.string(),
    changed: z.string(),
    next: z.string(),
  }),
  answer_ids: z
    .object({
      signature: z.number().int().nonnegative().nullable(),
      others: z.number().int().nonnegative(),
      whose: z.enum(['nobody', 'invalid', 'untrusted', 'trusted']),
      since: z.enum(['invalid', 'unknown', 'proved', 'unproved', 'claimed']),
      changed: z.enum(['yes', 'wrong', 'unsigned', 'unchecked', 'no']),
      next: z.array(z.enum(ADVICE)),
    })
    .exactOptional(),
  signatures: z.array(
    z.object({
      subject: z.string(),
      kind: z.enum(['pades', 'detached', 'oso-detached', 'document-timestamp']),
      format: z.string(),
      verdict,
      subIndication: z.string().exactOptional(),
      reason: z.string(),
      signer: z
        .object({ name: z.string(), organisation: z.string().nullable(), serial: z.string(), issuer: z.string() })
        .nullable(),
      keyId: z.string().nullable(),
      trusted: z.boolean(),
      time: z
        .object({
          at: z.string(),
          kind: z.enum(['proved', 'claimed', 'unproved']),
          authority: z.string().nullable(),
          uncounted: z.string().nullable(),
          same_root: z.literal(true).exactOptional(),
        })
        .nullable(),
    }),
  ),
  checks: z.array(
    z.object({
      check: z.string(),
      subject: z.string(),
      verdict,
      subIndication: z.string().exactOptional(),
      reason: z.string(),
    }),
  ),
  checks_total: count,
  facts: z
    .object({
      report_id: z.string().exactOptional(),
      backup_id: z.string().exactOptional(),
      overall_result: z.string().exactOptional(),
      records: count.exactOptional(),
      records_proved: count.exactOptional(),
      records_redacted: count.exactOptional(),
      segments_read: count.exactOptional(),
      segments_skipped: count.exactOptional(),
      all_asked: z.literal(true).exactOptional(),
      bytes: count.exactOptional(),
      sha256: z.string().exactOptional(),
    })
    .exactOptional(),
})

/** The verifier's result as it is: its lists are bounded where they are made. */
export const verifyResult = z.object({
  kind: z.literal('verify'),
  verdict,
  files: z.array(verifiedFile),
  verified_at: z.string(),
  judged_for: z.string().exactOptional(),
  tool: z.object({ name: z.string(), version: z.string() }),
}) as z.ZodType<VerifyResult>

const monthlyReport = z.object({
  kind: z.literal('monthly-report'),
  backupId: z.string(),
  location: z.string(),
  reportId: z.string(),
  overall: checkOutcome,
  /** One sentence: what the result rests on. */
  reason: z.string(),
  said: said.exactOptional(),
  deep: z.boolean(),
  /** Earlier checks of the month that read every byte. */
  deepChecks: count,
  /** `2026-11`. */
  month: z.string(),
  runs: count,
  runsComplete: count,
  /** 0 to 1; null where there was no run. */
  successRate: count.nullable(),
  restores: count,
  validations: count,
  openFindings: z.array(z.object({ severity: z.string(), text: z.string() })).max(MAX_FINDINGS),
  openFindingsTotal: count,
  evidence: storedEvidence,
  warnings: strings,
  ...sayings,
})

/** What was done with signing keys; what there is to know of each is answered by a call, not by a job. */
const keys = z.object({
  kind: z.literal('keys'),
  action: z.enum(['create', 'list', 'import', 'export-public', 'revoke']),
  /** Folder of the key store. */
  store: z.string().nullable(),
  keys: z.array(z.object({ name: z.string(), keyId: z.string(), status: z.string() })).max(MAX_FINDINGS),
  /** Folder that the public parts were written to; null where none were. */
  output: z.string().nullable(),
  warnings: strings,
  ...sayings,
})

const custody = z.object({
  kind: z.literal('custody'),
  backupId: z.string(),
  location: z.string(),
  generations: count,
  lines: count,
  problems: strings,
  signedBy: z.string().nullable(),
  appended: z.boolean(),
  warnings: strings,
  ...sayings,
})

const evidenceGet = z.object({
  kind: z.literal('evidence-get'),
  reportId: z.string(),
  files: z.array(z.object({ key: z.string(), path: z.string(), size: count, sha256: z.string() })).max(MAX_FINDINGS),
})

const evidenceTimestamp = z.object({
  kind: z.literal('evidence-timestamp'),
  reportId: z.string(),
  location: z.string(),
  timestampUrl: z.string(),
  stored: strings,
  already: strings,
  warnings: strings,
  ...sayings,
})

const snapshotGroups = z.object({
  kind: z.literal('snapshot-groups'),
  backupId: z.string(),
  location: z.string(),
  groups: count,
  offsets: count,
  failed: z.array(z.object({ groupId: z.string(), code: z.string(), message: z.string() })).max(MAX_FINDINGS),
})

/**
 * What a finished job has to say in the window: the figures of its result (contract/results.ts), never its long lists.
 * A member for each kind of job that the window starts, and `other` for those whose answer a call gives (list, describe).
 */
export const jobFacts = z.discriminatedUnion('kind', [
  backup,
  restore,
  validate,
  validation,
  extract,
  z.object({ kind: z.literal('verify'), verified: verifyResult }),
  monthlyReport,
  keys,
  custody,
  evidenceGet,
  evidenceTimestamp,
  snapshotGroups,
  holdFacts,
  retentionFacts,
  z.object({ kind: z.literal('check'), check: checkResult }),
  /** A package of a new version; null where there was nothing newer. */
  z.object({
    kind: z.literal('update'),
    version: z.string().nullable(),
    output: z.string().nullable(),
    sha256: z.string().nullable(),
    size: count.nullable(),
  }),
  z.object({ kind: z.literal('other') }),
])
export type JobFacts = z.infer<typeof jobFacts>
