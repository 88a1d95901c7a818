import type { SerializedError } from '../../contract/errors.ts'
import type { OffsetChange, OffsetMappingEntry } from '../../contract/results.ts'
import type { AnyResult, Renderer } from './renderer.ts'

/** The formats for machines. */

export const jsonRenderer: Renderer = {
  result: (result) => `${toJson(shape(result))}\n`,
  error: (error) => `${toJson({ error: publicError(error) })}\n`,
}

const COLUMNS = [
  'topic',
  'partition',
  'target_topic',
  'target_partition',
  'source_first_offset',
  'source_last_offset',
  'target_first_offset',
  'target_last_offset',
  'records',
  'first_timestamp',
  'last_timestamp',
] as const satisfies readonly (keyof OffsetMappingEntry)[]

const CHANGE_COLUMNS = [
  'group_id',
  'topic',
  'partition',
  'current',
  'wanted',
  'state',
  'reason',
] as const satisfies readonly (keyof OffsetChange)[]

/** RFC 4180, for show-offset-mapping and offset-reset plan. */
export const csvRenderer: Renderer = {
  result: (result) => {
    if (result.kind === 'offset-reset') return csv(CHANGE_COLUMNS, result.changes)
    return csv(COLUMNS, result.kind === 'show-offset-mapping' ? result.entries : [])
  },
  error: () => null,
}

function csv<T extends string>(
  columns: readonly T[],
  rows: readonly { readonly [K in T]?: string | number | null | undefined }[],
): string {
  const lines = [columns.join(','), ...rows.map((row) => columns.map((one) => csvCell(row[one] ?? null)).join(','))]
  return lines.map((line) => `${line}\r\n`).join('')
}

function csvCell(value: string | number | null): string {
  const text = value === null ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A result as it stands; of a description the manifest in OSO's shape, with the checksums beside. */
export function shape(result: AnyResult): object {
  if (result.kind !== 'describe') return result
  const { manifest, checksums, manifest_signature } = result
  return { ...manifest, checksums, ...(manifest_signature === undefined ? {} : { manifest_signature }) }
}

export function publicError({ code, message, hint, details }: SerializedError): object {
  return { code, message, ...(hint === undefined ? {} : { hint }), ...(details === undefined ? {} : { details }) }
}

/** `JSON.rawJSON` (ECMAScript proposal json-parse-with-source, in V8 since 11.4): 64-bit integers come out exact. */
const rawJSON = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON

export function toJson(value: unknown): string {
  const text = JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? rawJSON(one.toString()) : one), 2)
  return escapeControls(text)
}

/** C1 controls and DEL, which JSON allows raw and terminals obey. Strings that hold them are always quoted here. */
export function escapeControls(text: string): string {
  return text.replace(/[\u007f-\u009f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
