import type { EvidenceReport } from '../../contract/evidence/report.ts'
import { count } from '../../contract/words.ts'
import { day, duration } from '../report/plain.ts'
import { facts } from './facts.ts'
import { mono, muted, type Sheet } from './sheet.ts'
import { SIZE } from './theme.ts'

/** How the report came to be: program, machine, clock, durations, retention, configuration. */
export function making(sheet: Sheet, report: EvidenceReport): void {
  const { coffer, tool } = report
  const { host, clock, durations, retention, tool_digest } = coffer
  sheet.heading('How this report was made', 1)
  facts(sheet, [
    ['Program', `${tool.name} ${tool.version}`],
    [
      'Digest of the program',
      tool_digest === null
        ? 'not known'
        : [mono(tool_digest.sha256, SIZE.small - 0.5), muted(`\n${tool_digest.method}`, SIZE.tiny)],
    ],
    ['Machine', `${host.name}, ${host.platform} ${host.release}`],
    ['Operating system’s user', coffer.operator.os_user],
    [
      'Clock',
      `${clock.source}${clock.offset_ms === null ? ', compared with no other' : `, ${clock.offset_ms} ms ahead of the broker’s`}`,
    ],
    ['Started', day(coffer.started_at)],
    ['Ended', day(coffer.ended_at)],
    ['Last backup run took', duration(durations.backup)],
    ['Restore took', duration(durations.restore)],
    ['Validation took', duration(durations.validation)],
    [
      'Evidence is kept for',
      retention.days === null ? 'no number of days is configured' : `${count(retention.days)} days, as configured`,
    ],
    ['Lock on the archive', lockOf(report)],
    [
      'Verifier page',
      coffer.verifier_page_sha256 === null
        ? 'none goes with this report'
        : [mono(coffer.verifier_page_sha256, SIZE.small - 0.5)],
    ],
  ])
  sheet.heading('Configuration used', 2)
  sheet.paragraph('As the file had it; secrets are replaced.', { after: 3 })
  sheet.paragraph([mono(pretty(coffer.configuration), SIZE.tiny)], { after: 8 })
}

function lockOf({ coffer: { retention } }: EvidenceReport): string {
  const { lock } = retention
  if (lock === null) return 'the storage was not asked'
  if (lock.mode === 'none' || lock.mode === 'unknown') return `${lock.mode}: ${lock.reason}`
  return `${lock.mode}${lock.retain_until === null ? '' : ` until ${day(lock.retain_until)}`}, read back from the storage: ${lock.reason}`
}

/**
 * JSON with a line for each member, lists of plain values on one, indented with spaces that a line break can't swallow.
 */
function pretty(value: unknown, indent = ''): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const plain = Object.values(value).every((item) => typeof item !== 'object' || item === null)
  if (Array.isArray(value) && plain) return `[${value.map((item) => pretty(item)).join(', ')}]`
  const inner = `${indent}\u00a0\u00a0`
  const members = Array.isArray(value)
    ? value.map((item) => `${inner}${pretty(item, inner)}`)
    : Object.entries(value).map(([name, item]) => `${inner}${JSON.stringify(name)}: ${pretty(item, inner)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return members.length === 0 ? `${open}${close}` : `${open}\n${members.join(',\n')}\n${indent}${close}`
}
