import type { ActivityVerdict, SignedActivityEntry } from '../../contract/activity.ts'
import type { ActivityResult } from '../../contract/results.ts'
import { paint, table } from '../paint.ts'
import { count, moment, plural } from '../words.ts'

export function activityText(result: ActivityResult): string[] {
  switch (result.action) {
    case 'list': {
      if (result.total === 0) {
        return [
          result.lines === 0
            ? 'Nothing has been recorded yet.'
            : `None of ${plural(result.lines, 'entry', 'entries')} fits.`,
        ]
      }
      return [
        ...table(['line', 'when', 'who', 'by', 'what', 'of', 'result'], result.entries.map(cells)),
        ...(result.entries.length < result.total
          ? [paint('dim', `… and ${plural(result.total - result.entries.length, 'earlier one')}: --limit`)]
          : []),
      ]
    }
    case 'verify':
      return [...verdictLines(result.verdict), paint('dim', `journal  ${result.journal}`)]
    case 'export': {
      const { head } = result
      return [
        paint('bold', `${plural(result.lines, 'entry', 'entries')} written.`),
        ...result.files.map(({ path, sha256 }) => `  ${path}  SHA-256 ${sha256}`),
        ...(head === null ? [] : [`Last line: ${head.seq}, SHA-256 ${head.sha256}`]),
        result.whole
          ? 'The whole journal: "coffer activity verify --file FILE --public-key FILE.pub.pem" checks it anywhere.'
          : 'A selection or a table: it can be read, and not be checked as a chain.',
      ]
    }
  }
}

export function verdictLines(verdict: ActivityVerdict): string[] {
  const colour = { PASSED: 'green', FAILED: 'red', INDETERMINATE: 'yellow' } as const
  const { head } = verdict
  return [
    paint(colour[verdict.verdict], `${verdict.verdict}: ${verdict.headline}`),
    ...verdict.problems.map(({ line, reason }) => paint('red', `  line ${line}: ${reason}`)),
    ...(verdict.problems_total > verdict.problems.length
      ? [paint('red', `  and ${count(verdict.problems_total - verdict.problems.length)} more`)]
      : []),
    ...verdict.reasons.map((reason) => paint('yellow', `  ${reason}`)),
    ...verdict.keys.map(
      ({ key_id, first, last, confirmed_by: by }) =>
        `  key      ${key_id}, lines ${first} to ${last}, ${by === null ? 'not confirmed' : by === 'given' ? 'given by you' : `confirmed by the ${by}`}`,
    ),
    `  covered  ${verdict.covered === 0 ? 'no line' : `lines 1 to ${count(verdict.covered)}`} by a signature that was checked`,
    ...(head === null ? [] : [`  head     line ${head.seq}, SHA-256 ${head.sha256}`]),
    `  end      ${verdict.remembered.reason}`,
    ...verdict.remarks.map((remark) => paint('dim', `  note     ${remark}`)),
  ]
}

function cells(entry: SignedActivityEntry): string[] {
  const { actor, result } = entry
  return [
    count(entry.seq),
    moment(entry.at),
    `${actor.os_user}@${actor.host}${actor.name === null ? '' : ` (${actor.name})`}`,
    actor.via,
    entry.phase === 'event' ? entry.action : `${entry.action}, ${entry.phase}`,
    entry.subject,
    result === null
      ? ''
      : [result.verdict, result.error, `exit ${result.exit_code}`].filter((one) => one !== null).join(', '),
  ]
}
