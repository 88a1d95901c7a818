import { z } from 'zod'

/** What a preview shows of records, masked as the package will be. */

const place = {
  topic: z.string(),
  partition: z.number(),
  offset: z.number(),
  /** Milliseconds since the epoch, as digits: a record may carry any 64-bit number. */
  timestamp: z.string(),
}

/** A line of the list. */
export const previewRow = z.object({
  ...place,
  /** JSON, text, or `0x…`; cut where it is long; null where the record has none. */
  key: z.string().nullable(),
  value: z.string().nullable(),
  redacted: z.boolean(),
})
export type PreviewRow = z.infer<typeof previewRow>

const shownBytes = z
  .object({
    kind: z.enum(['json', 'text', 'bytes']),
    /** null for bytes that are neither. For JSON its own text, numbers to the last digit. */
    text: z.string().nullable(),
    base64: z.string(),
    /** Bytes of all of it. */
    size: z.number(),
    /** Whether `text` and `base64` are all of it. */
    whole: z.boolean(),
  })
  .nullable()
export type ShownBytes = z.infer<typeof shownBytes>

export const previewRecord = z.object({
  ...place,
  key: shownBytes,
  value: shownBytes,
  headers: z.array(z.object({ name: z.string(), value: shownBytes })).max(200),
  headersTotal: z.number(),
  /** Ids of the rules that changed something, `mask-1` for the first. */
  redacted: z.array(z.string()),
  /** The whole value was taken out, since rules by JSON path can't be applied to what is no JSON. */
  withheld: z.boolean(),
})
export type PreviewRecord = z.infer<typeof previewRecord>

/** A place in the records' JSON, as a filter or mask names it. */
export const previewField = z.object({
  path: z.string(),
  kind: z.enum(['text', 'number', 'truth', 'null', 'list', 'object']),
  /** One value that was seen, in short. */
  example: z.string(),
  /** Of the sampled records, how many have it. */
  seen: z.number(),
})
export type PreviewField = z.infer<typeof previewField>
