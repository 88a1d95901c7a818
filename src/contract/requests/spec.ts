import { z } from 'zod'
import { archiveLocation, backupId } from '../ipc/archive.ts'

/**
 * What a person has chosen in the window for an extraction, as it is kept in the case's folder: also half done and wrong,
 * since a wizard remembers everything. `extractionTree` (yaml.ts) makes the extraction's file of it.
 */

const MAX_TESTS = 100
const MAX_DEPTH = 5
const text = z.string().max(10_000)
/** Of a part of the form, for the window alone. */
const partId = z.string().min(1).max(40)

export const filterTest = z.object({
  type: z.literal('test'),
  id: partId,
  on: z.enum(['json', 'key', 'header', 'contains']),
  /** JSON path or header name; unused for the others. */
  place: z.string().max(2_000),
  is: z.enum(['equals', 'in', 'prefix', 'matches', 'greater_than', 'less_than', 'exists']),
  /** `contains` has its text here too. */
  text,
  /** For `in`. */
  texts: z.array(text).max(1_000),
  negate: z.boolean(),
})
export type FilterTest = z.infer<typeof filterTest>

export interface FilterGroup {
  type: 'group'
  id: string
  /** `none`: none of the parts may hold. */
  mode: 'all' | 'any' | 'none'
  parts: FilterPart[]
}
export type FilterPart = FilterTest | FilterGroup

const groupOf = (depth: number): z.ZodType<FilterGroup> =>
  z.object({
    type: z.literal('group'),
    id: partId,
    mode: z.enum(['all', 'any', 'none']),
    parts: z.array(depth === 0 ? filterTest : z.union([filterTest, groupOf(depth - 1)])).max(MAX_TESTS),
  })
/** The outermost group; groups in it at most five deep. */
export const filterGroup = groupOf(MAX_DEPTH)

export const maskChoice = z.object({
  id: partId,
  on: z.enum(['json', 'key', 'header']),
  place: z.string().max(2_000),
  how: z.enum(['remove', 'replace', 'keep_last', 'hash']),
  /** For `replace`. */
  text,
  /** For `keep_last`. */
  characters: z.number().int().min(1).max(64),
})
export type MaskChoice = z.infer<typeof maskChoice>

export const extractionSpec = z.object({
  location: archiveLocation.nullable(),
  backupId: backupId.nullable(),
  /** null: all of the archive. */
  topics: z.array(z.string().min(1).max(249)).max(100_000).nullable(),
  /** Milliseconds since the epoch, both ends included; null is open. */
  start: z.number().int().nullable(),
  end: z.number().int().nullable(),
  /** IANA name of the zone that the window was chosen in; it decides nothing but how times are shown. */
  zone: z.string().min(1).max(60),
  time: z.enum(['record', 'broker']),
  filter: filterGroup,
  mask: z.array(maskChoice).max(100),
  formats: z.array(z.enum(['csv', 'parquet', 'dat'])).max(3),
  /** Name of a key of the key store; null: not signed. */
  key: z.string().max(100).nullable(),
  role: z.string().max(200),
  meaning: z.string().max(500),
})
export type ExtractionSpec = z.infer<typeof extractionSpec>

export const emptySpec = (zone: string): ExtractionSpec => ({
  location: null,
  backupId: null,
  topics: null,
  start: null,
  end: null,
  zone,
  time: 'record',
  filter: { type: 'group', id: 'all', mode: 'all', parts: [] },
  mask: [],
  formats: ['csv'],
  key: null,
  role: '',
  meaning: '',
})

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)

/** What a request is: the words of whoever asked, and of whoever answers. */
export const caseData = z.object({
  matter: z.string().trim().min(1).max(200),
  /** What it is about, in a few words; may be empty. */
  title: z.string().trim().max(200),
  custodian: z.string().trim().max(500),
  requestedBy: z.string().trim().max(500),
  askedOn: day.nullable(),
  reason: z.string().trim().max(4_000),
  due: day.nullable(),
})
export type CaseData = z.infer<typeof caseData>

export const caseState = z.enum(['open', 'answered', 'closed'])
export type CaseState = z.infer<typeof caseState>
