import type { Int64 } from './record.ts'

/** The largest distance from the epoch that a date can have (ECMA-262, time values): 8.64e15 ms. */
const DATE_LIMIT = 8.64e15

/**
 * Milliseconds since the epoch as ISO 8601 in UTC (`2026-04-05T02:00:00.000Z`). A record may carry any 64-bit number
 * as its timestamp: what no calendar holds comes out as the number itself.
 */
export function isoTime(millis: Int64): string {
  return millis >= -DATE_LIMIT && millis <= DATE_LIMIT ? new Date(Number(millis)).toISOString() : String(millis)
}
