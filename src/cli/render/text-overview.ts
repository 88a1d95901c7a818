import type { BackupStanding, OverviewResult } from '../../contract/results.ts'
import { paint } from '../paint.ts'
import { moment, plural } from '../words.ts'

export function overviewText(result: OverviewResult): string[] {
  return result.places.flatMap((place) => {
    const head = paint('bold', place.location ?? place.name)
    if (place.error !== null) return [head, `  ${paint('red', place.error.message)} [${place.error.code}]`]
    if (place.backups.length + place.unreadable.length === 0) return [head, '  There is no backup here.']
    return [
      head,
      ...place.unreadable.map((one) => `  ${one.backup_id}  ${paint('red', one.message)} [${one.code}]`),
      ...place.backups.flatMap(backupLines),
    ]
  })
}

function backupLines(one: BackupStanding): string[] {
  const { last_good_at: good, last_proof: proof, lock } = one
  const lines = [
    `  ${paint('bold', one.backup_id)}  ${plural(one.records, 'record')} of ${plural(one.streams_total, 'topic')}`,
    `    last good backup   ${good === null ? paint('yellow', 'not recorded') : moment(good)}`,
    `    last proved restore ${proof === null ? 'none' : `${proof.overall_result} ${moment(proof.at)} by ${proof.by}`}`,
    `    lock               ${lock.mode}${lock.retain_until === null ? '' : ` until ${moment(lock.retain_until)}`}${lock.legal_hold === true ? ', legal hold' : ''}`,
  ]
  if (one.lost_offsets > 0)
    lines.push(`    ${paint('yellow', `${plural(one.lost_offsets, 'offset')} of the cluster are not in it`)}`)
  return [...lines, ...one.problems.map((problem) => `    ${paint('red', problem)}`)]
}
