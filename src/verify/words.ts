import { isoTime } from '../contract/time.ts'

/** Control, format (also bidirectional), private and unassigned characters, line and paragraph separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu
const LONGEST = 200

/** A name that anybody may have chosen, fit to stand within a sentence and between its quotation marks. */
export function nameWords(name: string): string {
  const short = name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name
  return short.replaceAll('"', "'").replace(UNSEEN, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`)
}

/** `2026-11-22 21:20:04 UTC`; what no calendar holds stays a number. */
export function moment(millis: number): string {
  const iso = isoTime(millis)
  return iso.endsWith('Z') ? `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC` : iso
}
