import type { SubIndication, VerifyCheck, VerifyCheckId } from '../../contract/evidence/verdict.ts'

/** Why a package, or a part of it, can't pass. Thrown and caught within verify/package; it becomes a check's line. */
export class Refusal extends Error {
  readonly sub: SubIndication

  /** @param reason one sentence for a compliance officer, with the offending value quoted */
  constructor(sub: SubIndication, reason: string) {
    super(reason)
    this.name = 'Refusal'
    this.sub = sub
  }
}

export function failedCheck(check: VerifyCheckId, subject: string, sub: SubIndication, reason: string): VerifyCheck {
  return { check, subject, verdict: 'failed', subIndication: sub, reason }
}

export function unknownCheck(check: VerifyCheckId, subject: string, sub: SubIndication, reason: string): VerifyCheck {
  return { check, subject, verdict: 'indeterminate', subIndication: sub, reason }
}

export function passedCheck(check: VerifyCheckId, subject: string, reason: string): VerifyCheck {
  return { check, subject, verdict: 'passed', reason }
}

/** Hostile text fit for one line of a message: quoted, control and format characters written out, cut where it is long. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? 'nothing' : String(value)
  const short = text.length > 120 ? `${text.slice(0, 120)}…` : text
  return JSON.stringify(short).replaceAll(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}

/** `1,234,567` */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 record`, `2 records` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${grouped(value)} ${value === 1 ? one : many}`
}
