/**
 * JSON with exact 64-bit integers: a number that JavaScript can't hold becomes a bigint on the way in, and is written
 * out digit by digit on the way back. Timestamps in Kafka are any signed 64-bit integer.
 */

/** A literal of 16 digits or more outside a word: only then is the slow way needed. */
const LONG_INTEGER = /(?:^|[\s:[,])-?\d{16,}/
const INTEGER = /^-?\d{1,40}$/

/** @throws SyntaxError as JSON.parse does; RangeError where it is nested too deeply for the stack */
export function parseJson(text: string): unknown {
  if (!LONG_INTEGER.test(text)) return JSON.parse(text)
  return JSON.parse(text, exact as Parameters<typeof JSON.parse>[1])
}

function exact(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context.source === undefined) return value
  return INTEGER.test(context.source) ? BigInt(context.source) : value
}

/** @param indent spaces per level; 0 for one line */
export function stringifyJson(value: unknown, indent = 2): string {
  return JSON.stringify(value, (_key, item) => (typeof item === 'bigint' ? rawJson(item.toString()) : item), indent)
}

/** JSON.rawJSON of ES2026, which TypeScript's library does not know yet. */
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON
