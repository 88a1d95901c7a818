import type { CallOutput } from '../../../contract/ipc/map.ts'
import type { ControlStanding, FrameworkStanding } from '../../../contract/results.ts'

export type Controls = CallOutput<'controls.get'>

const DAY_MS = 24 * 60 * 60_000
/** Evidence that is older is said to be. */
export const FRESH_DAYS = 90

/** Whole days since the evidence was made; null without any. */
export function ageDays({ evidence }: ControlStanding, now: number): number | null {
  if (evidence === null) return null
  return Math.max(0, Math.floor((now - Date.parse(evidence.at)) / DAY_MS))
}

/** Whether a report of the last 90 days supports it. */
export function isFresh(control: ControlStanding, now: number): boolean {
  const age = ageDays(control, now)
  return control.state === 'supported' && age !== null && age < FRESH_DAYS
}

export function countFresh(frameworks: readonly FrameworkStanding[], now: number) {
  const controls = frameworks.flatMap((one) => one.controls)
  return {
    all: controls.length,
    fresh: controls.filter((one) => isFresh(one, now)).length,
    supported: controls.filter((one) => one.state === 'supported').length,
    against: controls.filter((one) => one.state === 'not supported').length,
    /** Of the fresh ones: what rests on reports that nobody signed, or somebody unknown. */
    unvouched: controls.filter((one) => isFresh(one, now) && one.evidence?.signature !== 'valid').length,
  }
}

const COLUMNS = [
  'framework',
  'control',
  'title',
  'citation',
  'asks',
  'state',
  'reason',
  'report',
  'report_made_at',
  'age_days',
  'backup',
  'storage',
  'signature',
  'signed_by',
  'beyond',
] as const

/** A line for each control, as a spreadsheet reads it (RFC 4180). */
export function controlsCsv(frameworks: readonly FrameworkStanding[], now: number): string {
  const lines = frameworks.flatMap((framework) =>
    framework.controls.map((one) => [
      `${framework.title} (${framework.edition})`,
      one.control,
      one.title,
      one.citation,
      one.asks,
      one.state,
      one.reason,
      one.evidence?.report_id ?? '',
      one.evidence?.at ?? '',
      String(ageDays(one, now) ?? ''),
      one.evidence?.backup_id ?? '',
      one.evidence?.place ?? '',
      one.evidence?.signature ?? '',
      one.evidence?.signed_by ?? '',
      one.beyond,
    ]),
  )
  return `${[[...COLUMNS], ...lines].map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`
}

/** A name in a report is somebody else's text: what a spreadsheet would run as a formula gets an apostrophe before it. */
export function csvCell(text: string): string {
  const safe = /^[\s]*[=+\-@]/.test(text) || /^[\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
