import type { ReportCheck } from '../../contract/evidence/report.ts'
import { plural } from '../../contract/words.ts'
import { isSampled } from '../report/overall.ts'
import { day, duration } from '../report/plain.ts'
import type { Assessed } from './assess.ts'
import type { Fact, Support } from './framework.ts'

/** How a check or a fact stands, and why, as a part of a sentence. */
export interface Standing {
  state: 'passed' | 'failed' | 'open'
  reason: string
}

export const NOT_PART = ' was not part of this report'
export const NO_PERIOD = 'this is no report over a period'

/** Absences that a complete account may not have. */
const LOSSES = ['deleted_during', 'unexplained', 'unaccounted']

export function standingOf(assessed: Assessed): (support: Support) => Standing {
  return (support) => (isFact(support) ? FACTS[support](assessed) : checkStanding(support, assessed.checks))
}

function isFact(support: Support): support is Fact {
  return support.startsWith('fact:')
}

const open = (reason: string): Standing => ({ state: 'open', reason })
const passed = (reason: string): Standing => ({ state: 'passed', reason })
const failed = (reason: string): Standing => ({ state: 'failed', reason })

/** An integrity check that did not read every segment supports nothing that rests on bytes. */
function checkStanding(name: string, checks: readonly ReportCheck[]): Standing {
  const own = checks.filter((check) => check.check_name === name)
  if (own.some((check) => check.outcome === 'FAILED')) return failed(`${name} failed`)
  if (own.length === 0) return open(`${name}${NOT_PART}`)
  if (own.every((check) => check.outcome === 'SKIPPED')) return open(`${name} was skipped`)
  const other = own.find((check) => check.outcome !== 'PASSED')
  if (other?.outcome === 'WARNING') return open(`${name} passed with warnings, which somebody must judge`)
  if (other !== undefined) return open(`${name} could not come to a result`)
  if (name === 'IntegrityCheck' && own.some((check) => check.data?.deep !== true)) {
    return open('the integrity check did not read every segment')
  }
  const sampled = own.some((check) => isSampled(check))
  return passed(sampled ? `${name} passed on a sample` : `${name} passed`)
}

const FACTS: Readonly<Record<Fact, (assessed: Assessed) => Standing>> = {
  'fact:compliance-lock': ({ retention: { lock } }) => {
    if (lock === null) return open('the storage was not asked for a retention lock')
    if (lock.mode === 'unknown')
      return open(`the storage could not say whether there is a retention lock (${lock.reason})`)
    if (lock.mode === 'none') return failed('the storage says that there is no retention lock')
    if (lock.mode === 'GOVERNANCE') return failed('the lock is in GOVERNANCE mode, which privileged users can lift')
    if (lock.retain_until === null) return open('the storage names a lock in COMPLIANCE mode and no end of it')
    return passed(`the storage says that the archive is locked in COMPLIANCE mode until ${day(lock.retain_until)}`)
  },
  'fact:timed-recovery': ({ restore, checks }) => {
    if (restore?.start == null || restore.end == null)
      return open('no restore with its start and end is part of this report')
    const content = checkStanding('ContentCheck', checks)
    if (content.state !== 'passed') return content
    return passed(
      `the restore took ${duration((restore.end - restore.start) / 1000)}, and ContentCheck passed on what it restored`,
    )
  },
  'fact:named-signature': ({ signing, operator }) => {
    if (signing === null) return open('the report is not signed')
    if (operator.name === null || operator.meaning === null) return open('the signature names no person or no meaning')
    return passed('the report is made to be signed, with the name of the signer, the date and the meaning')
  },
  'fact:complete-account': ({ account }) => {
    if (account.length === 0) return open('there is no account of offsets')
    const lost = LOSSES.map((kind) => account.reduce((sum, entry) => sum + (entry.absent[kind] ?? 0), 0))
    const total = lost.reduce((sum, count) => sum + count, 0)
    if (account.some((entry) => (entry.absent.unaccounted ?? 0) > 0)) {
      return open(`nobody can say what became of ${plural(total, 'offset')}`)
    }
    if (total > 0) return failed(`${plural(total, 'offset')} in the archived range are lost or unexplained`)
    if (account.some((entry) => !addsUp(entry))) return failed('the account of offsets does not add up')
    return passed(`every offset of ${plural(account.length, 'partition')} is accounted for`)
  },
  'fact:regular-backups': ({ monthly }) => {
    if (monthly === undefined) return open(NO_PERIOD)
    if (monthly.runs === 0) return failed(`there was no run in ${monthly.month}`)
    const unfinished = monthly.runs - monthly.runs_complete
    if (unfinished > 0)
      return open(`${plural(unfinished, 'run')} of ${monthly.runs} in ${monthly.month} did not complete`)
    return passed(`${plural(monthly.runs, 'run')} in ${monthly.month}, all complete`)
  },
  'fact:tested-restore': ({ monthly }) => {
    if (monthly === undefined) return open(NO_PERIOD)
    const tested = monthly.restores.filter((restore) => restore.validated === 'PASSED').length
    if (tested > 0)
      return passed(`${plural(tested, 'restore')} in ${monthly.month} ${tested === 1 ? 'was' : 'were'} validated`)
    return open(`no restore in ${monthly.month} was validated`)
  },
}

function addsUp(entry: Assessed['account'][number]): boolean {
  const absent = Object.values(entry.absent).reduce((sum, count) => sum + count, 0)
  return entry.archived + absent === entry.to - entry.from
}
