import type { AbsentKind, AccountTotals, GapResult } from '../../contract/results.ts'
import { paint } from '../paint.ts'
import { count, plural } from '../words.ts'

/** What each kind of absence is, in the words of a report. */
const ABSENCE: Record<AbsentKind, string> = {
  aborted: 'written by transactions that were aborted',
  control: 'transaction markers without data',
  compacted: 'replaced by later records with the same key (compaction)',
  deleted_before: 'deleted by Kafka before the first backup',
  deleted_during: 'deleted by Kafka while the backup ran',
  unexplained: 'missing without an explanation',
}

/** Kinds that mean that something was lost, as against what Kafka does by design. */
const LOSS: readonly AbsentKind[] = ['deleted_during', 'unexplained']

/** One sentence: `Every offset is accounted for: of 88 offsets, 60 are archived, 20 were …, 8 are …`. */
export function accountSentence(account: AccountTotals): string {
  const absent = (Object.entries(account.absent) as [AbsentKind, number][]).filter(([, offsets]) => offsets > 0)
  const total = absent.reduce((sum, [, offsets]) => sum + offsets, account.archived)
  const parts = [
    `${count(account.archived)} archived`,
    ...absent.map(([kind, offsets]) => `${count(offsets)} ${ABSENCE[kind]}`),
  ]
  if (account.offsets === 0) return 'There were no offsets to account for.'
  const lost = absent.filter(([kind]) => LOSS.includes(kind)).reduce((sum, [, offsets]) => sum + offsets, 0)
  const lead =
    total !== account.offsets
      ? paint('red', `The account of offsets does not add up (${count(total)} of ${count(account.offsets)})`)
      : lost > 0
        ? paint('red', `${plural(lost, 'offset is', 'offsets are')} LOST`)
        : 'Every offset is accounted for'
  return `${lead}: of ${plural(account.offsets, 'offset')}, ${parts.join('; ')}.`
}

/** Each gap in a line, the losses in red and first. */
export function gapLines(gaps: readonly GapResult[], total: number): string[] {
  if (total === 0) return []
  const lost = gaps.filter((gap) => LOSS.includes(gap.kind))
  const known = gaps.filter((gap) => !LOSS.includes(gap.kind))
  const line = (gap: GapResult) =>
    `  ${gap.topic}/${gap.partition}: offsets ${count(gap.from)} to ${count(gap.to - 1)} (${count(gap.to - gap.from)}) ${ABSENCE[gap.kind]}: ${gap.reason}`
  const head = `${plural(total, 'GAP', 'GAPS')}: these offsets are not in the archive`
  return [
    '',
    lost.length > 0 ? paint('red', head) : paint('yellow', head),
    ...lost.map((gap) => paint('red', line(gap))),
    ...known.map(line),
    ...(total > gaps.length ? [`  … and ${count(total - gaps.length)} more`] : []),
  ]
}
