import type { ControlEvidence, ControlStanding, FrameworkStanding } from '../../contract/results/controls.ts'
import { say } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { FRAMEWORKS } from '../../evidence/controls/assess.ts'
import type { ControlData } from '../../evidence/controls/framework.ts'
import type { ReadReport } from './read.ts'

const MOST_BACKUPS = 20

/**
 * How every control stands by some reports. For each backup its newest report counts that came to a result on the control;
 * over all backups, one that speaks against it outweighs the others, and the newest of a kind is the evidence.
 */
export function standingOfControls(reports: readonly ReadReport[]): FrameworkStanding[] {
  const newestFirst = [...reports].sort((a, b) => b.at - a.at || (a.reportId < b.reportId ? -1 : 1))
  return FRAMEWORKS.map(({ id, title, edition, controls }) => ({
    id,
    title,
    edition,
    controls: controls.map((control) => standingOf(id, control, newestFirst)),
  }))
}

function standingOf(framework: string, data: ControlData, newestFirst: readonly ReadReport[]): ControlStanding {
  const { control, title, citation, asks, beyond, all = [], any = [] } = data
  const key = `${framework} ${control}`
  const judged = new Map<string, ControlEvidence>()
  for (const report of newestFirst) {
    const said = report.controls.get(key)
    const backup = JSON.stringify([report.place, report.backupId])
    if (said === undefined || said.state === 'not covered' || judged.has(backup)) continue
    judged.set(backup, {
      place: report.place,
      backup_id: report.backupId,
      report_id: report.reportId,
      at: isoTime(report.at),
      state: said.state,
      reason: said.reason,
      ...(said.said === undefined ? {} : { said: said.said }),
      signature: report.signature,
      signed_by: report.signedBy,
    })
  }
  // the map keeps the order of the reports: newest first
  const backups = [...judged.values()].sort((a, b) => rank(a) - rank(b))
  const [evidence] = backups
  const open = newestFirst.map((report) => report.controls.get(key)).find((one) => (one?.reason ?? '') !== '')
  return {
    control,
    title,
    citation,
    asks,
    beyond,
    rests_on: [...all, ...any],
    state: evidence?.state ?? 'not covered',
    ...reasonOf(evidence ?? open ?? (all.length + any.length === 0 ? { reason: beyond, said: [] } : NOTHING)),
    evidence: evidence ?? null,
    backups: backups.slice(0, MOST_BACKUPS),
    backups_total: backups.length,
  }
}

const NOTHING = { reason: 'No report says anything of it.', said: [say('control.noReport')] }

function reasonOf({
  reason,
  said,
}: Pick<ControlEvidence, 'reason' | 'said'>): Pick<ControlStanding, 'reason' | 'said'> {
  return { reason, ...(said === undefined ? {} : { said }) }
}

const rank = ({ state }: ControlEvidence): number => (state === 'not supported' ? 0 : 1)
