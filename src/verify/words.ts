import { isoTime } from '../contract/time.ts'

/** `2026-11-22 21:20:04 UTC`; what no calendar holds stays a number. */
export function moment(millis: number): string {
  const iso = isoTime(millis)
  return iso.endsWith('Z') ? `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC` : iso
}
