import { stringify } from 'yaml'
import type { SerializedError } from '../../contract/errors.ts'
import type { OffsetMappingEntry } from '../../contract/results.ts'
import type { AnyResult, Renderer } from './renderer.ts'

/** The formats for machines. */

export const jsonRenderer: Renderer = {
  result: (result) => `${toJson(shape(result))}\n`,
  error: (error) => `${toJson({ error: publicError(error) })}\n`,
}

export const yamlRenderer: Renderer = {
  // through JSON, so that both formats say the same, and no object's own way to YAML comes in between
  result: (result) =>
    escapeControls(stringify(JSON.parse(toJson(shape(result))), { lineWidth: 0, aliasDuplicateObjects: false })),
  error: (error) => escapeControls(stringify(JSON.parse(toJson({ error: publicError(error) })), { lineWidth: 0 })),
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

/** RFC 4180, for show-offset-mapping. */
export const csvRenderer: Renderer = {
  result: (result) => {
    const entries = result.kind === 'show-offset-mapping' ? result.entries : []
    const lines = [
      COLUMNS.join(','),
      ...entries.map((entry) => COLUMNS.map((column) => csvCell(entry[column])).join(',')),
    ]
    return lines.map((line) => `${line}\r\n`).join('')
  },
  error: () => null,
}

function csvCell(value: string | number | null): string {
  const text = value === null ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A result as it stands; of a description the manifest in OSO's shape, with the checksums beside. */
function shape(result: AnyResult): object {
  return result.kind === 'describe' ? { ...result.manifest, checksums: result.checksums } : result
}

function publicError({ code, message, hint, details }: SerializedError): object {
  return { code, message, ...(hint === undefined ? {} : { hint }), ...(details === undefined ? {} : { details }) }
}

/** `JSON.rawJSON` (ECMAScript proposal json-parse-with-source, in V8 since 11.4): 64-bit integers come out exact. */
const rawJSON = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON

function toJson(value: unknown): string {
  const text = JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? rawJSON(one.toString()) : one), 2)
  return escapeControls(text)
}

/** C1 controls and DEL, which JSON allows raw and terminals obey. Strings that hold them are always quoted here. */
function escapeControls(text: string): string {
  return text.replace(/[\u007f-\u009f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
