import { z } from 'zod'
import { archiveLocation, backupId, checkResult } from './archive.ts'
import { errorCode } from './error.ts'
import { MAX_FINDINGS, MAX_NAME, MAX_WARNINGS } from './limits.ts'
import { said } from './said.ts'

/** What a restore was told in the window: everything that decides what is written where, and nothing secret. */

/** A topic's name, as Kafka allows it. */
const topicName = z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/)
const archivedName = z.string().min(1).max(249)
/** Rows of a preview that cross the bridge; the totals count all. */
export const MAX_PREVIEW_ROWS = 1_000
/** Characters of a file that a restore makes: a mapping of 100,000 streams. */
export const MAX_RESTORE_FILE = 16_000_000

const time = z.iso.datetime({ offset: true })

export const restoreChoices = z.object({
  location: archiveLocation,
  backupId,
  /** A connection of the kind `target`. */
  targetId: z.uuid(),
  /** Archived names; null: every stream. */
  streams: z.array(archivedName).min(1).max(100_000).nullable(),
  /** Both ends inclusive; null: open. */
  window: z.object({ start: time.nullable(), end: time.nullable() }),
  /** Archived name → name on the target, for those that get another one. */
  mapping: z.record(archivedName, topicName),
  /** Name on the target → number of partitions, for those that get another number. */
  partitions: z.record(topicName, z.number().int().min(1).max(100_000)),
  createTopics: z.boolean(),
  /** Writes behind the records of topics that are not empty, which is refused otherwise. */
  allowNonEmpty: z.boolean(),
  /** Which consumer groups get their positions: none, all of the backup's snapshot, or those named. */
  groups: z.union([z.literal('none'), z.literal('all'), z.array(z.string().min(1).max(1_000)).min(1).max(10_000)]),
})
export type RestoreChoices = z.infer<typeof restoreChoices>

const count = z.number()

const previewTopic = z.object({
  source: z.string(),
  target: z.string(),
  action: z.enum(['create', 'write_to_empty', 'write_to_non_empty', 'resume', 'refused']),
  sourcePartitions: count,
  targetPartitions: count,
  records: count,
  bytes: count,
  reason: z.string().nullable(),
  said: said.exactOptional(),
  /** Of the error that the reason is about. */
  code: errorCode.exactOptional(),
})
export type PreviewTopic = z.infer<typeof previewTopic>

/** A dry run of the restore that contacted the target and changed nothing. */
export const restorePreview = z.object({
  /** `FAILED`: the restore would be refused, or would lose something. */
  verdict: z.enum(['PASSED', 'FAILED']),
  location: z.string(),
  target: z.object({
    clusterId: z.string().nullable(),
    kafkaVersion: z.string().nullable(),
    brokers: z.array(z.string()).max(MAX_FINDINGS),
  }),
  /** What needs a look first: refused, then not empty. */
  topics: z.array(previewTopic).max(MAX_PREVIEW_ROWS),
  topicsTotal: count,
  /** How many topics would be written to that hold records of somebody else. */
  notEmpty: count,
  /** Upper bounds with a time window, exact otherwise. */
  records: count,
  bytes: count,
  seconds: count.nullable(),
  segmentsToRead: count,
  segmentsSkipped: count,
  /** Settings of created topics that are not the archived ones, and why. */
  differences: z
    .array(
      z.object({
        topic: z.string(),
        name: z.string(),
        archived: z.string().nullable(),
        applied: z.string().nullable(),
        reason: z.string(),
        said: said.exactOptional(),
      }),
    )
    .max(MAX_PREVIEW_ROWS),
  differencesTotal: count,
  /** Each thing that was looked at; what failed first. */
  check: checkResult,
  stepsTotal: count,
  warnings: z.array(z.string()).max(MAX_WARNINGS),
  /** What the warnings are made of. */
  sayings: z.array(said).max(MAX_WARNINGS).exactOptional(),
})
export type RestorePreview = z.infer<typeof restorePreview>

/** Name of a key of the key store that signs the report; null: it is not signed. */
export const signWith = z.string().min(1).max(MAX_NAME).nullable()
