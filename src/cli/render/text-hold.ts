import type { HoldOverviewResult, HoldResult, RetentionResult } from '../../contract/results.ts'
import { paint, table } from '../paint.ts'
import { count, moment, plural } from '../words.ts'
import { warningLines } from './checks.ts'

export function holdText(result: HoldResult | HoldOverviewResult): string[] {
  if (result.action === 'overview') {
    const rows = result.backups.map(({ backup_id: id, lock }) => [
      id,
      lock.mode === 'none' ? 'no retention' : `${lock.mode} until ${moment(lock.retain_until)}`,
      lock.legal_hold === true ? 'under hold' : lock.legal_hold === false ? 'no hold' : 'unknown',
    ])
    return table(['backup', 'kept', 'legal hold'], rows)
  }
  return [
    headline(result),
    `  objects  ${count(result.held)} of ${count(result.objects)} under legal hold, read back from ${result.location}`,
    ...(result.refusal === null ? [] : [paint('yellow', `  why      nothing can be held here: ${result.refusal}`)]),
    ...result.not_held.map((key) => paint('dim', `           without: ${key}`)),
    ...(result.not_held_total > result.not_held.length
      ? [paint('dim', `           and ${count(result.not_held_total - result.not_held.length)} more`)]
      : []),
    ...(result.custody_line === null ? [] : [`  custody  line ${result.custody_line}`]),
    ...(result.matters.length === 0
      ? []
      : [
          '',
          ...table(
            ['matter', 'since', 'by', 'objects', 'reason'],
            result.matters.map((one) => [one.matter, moment(one.since), one.by, count(one.objects), one.reason]),
          ),
        ]),
    ...warningLines(result.warnings),
  ]
}

function headline(result: HoldResult): string {
  const { backup_id: id, matter, matters } = result
  if (result.state === 'interrupted') {
    return paint('yellow', `Interrupted after ${plural(result.changed, 'object')}: the same command goes on.`)
  }
  switch (result.action) {
    case 'place':
      return paint(
        'green',
        `"${id}" is under legal hold for "${matter}": ${plural(result.changed, 'object')} newly held.`,
      )
    case 'lift':
      return matters.length === 0
        ? paint('green', `The hold for "${matter}" is lifted; nothing holds "${id}" any more.`)
        : paint(
            'yellow',
            `The hold for "${matter}" is lifted; "${id}" stays held for ${matters.map((one) => `"${one.matter}"`).join(', ')}.`,
          )
    case 'list':
      if (matters.length === 0) return paint('bold', `No matter holds "${id}".`)
      return result.not_held_total === 0
        ? paint('green', `"${id}" is under legal hold for ${plural(matters.length, 'matter')}, every object.`)
        : paint('red', `"${id}" is held by ${plural(matters.length, 'matter')}, but NOT every object is under hold.`)
  }
}

export function retentionText(result: RetentionResult): string[] {
  return [
    result.state === 'interrupted'
      ? paint('yellow', 'Interrupted: the same command goes on.')
      : paint('green', `"${result.backup_id}" is kept at least until ${moment(result.until)} (${result.mode}).`),
    `  objects  ${count(result.extended)} extended, ${count(result.already)} kept as long already, read back from ${result.location}`,
    ...(result.shortest === null ? [] : [`  weakest  ${result.shortest.mode} until ${moment(result.shortest.until)}`]),
    ...(result.custody_line === null ? [] : [`  custody  line ${result.custody_line}`]),
    ...warningLines(result.warnings),
  ]
}
