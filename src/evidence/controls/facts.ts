import type { ReportCheck } from '../../contract/evidence/report.ts'
import type { SaidId } from '../../contract/said/english.ts'
import { type Said, type SaidValues, say } from '../../contract/said/said.ts'
import { isSampled } from '../report/overall.ts'
import type { Assessed } from './assess.ts'
import type { Fact, Support } from './framework.ts'

/** How a check or a fact stands, and why, as a part of a sentence. */
export interface Standing {
  state: 'passed' | 'failed' | 'open'
  said: Said
}

/** Absences that a complete account may not have. */
const LOSSES = ['deleted_during', 'unexplained', 'unaccounted']

export function standingOf(assessed: Assessed): (support: Support) => Standing {
  return (support) => (isFact(support) ? FACTS[support](assessed) : checkStanding(support, assessed.checks))
}

function isFact(support: Support): support is Fact {
  return support.startsWith('fact:')
}

const open = (id: SaidId, values?: SaidValues): Standing => ({ state: 'open', said: say(id, values) })
const passed = (id: SaidId, values?: SaidValues): Standing => ({ state: 'passed', said: say(id, values) })
const failed = (id: SaidId, values?: SaidValues): Standing => ({ state: 'failed', said: say(id, values) })

/** An integrity check that did not read every segment supports nothing that rests on bytes. */
function checkStanding(check: string, checks: readonly ReportCheck[]): Standing {
  const own = checks.filter((one) => one.check_name === check)
  if (own.some((one) => one.outcome === 'FAILED')) return failed('control.checkFailed', { check })
  if (own.length === 0) return open('control.notPart', { count: 1, checks: [check] })
  if (own.every((one) => one.outcome === 'SKIPPED')) return open('control.checkSkipped', { check })
  const other = own.find((one) => one.outcome !== 'PASSED')
  if (other?.outcome === 'WARNING') return open('control.checkWarned', { check })
  if (other !== undefined) return open('control.checkOpen', { check })
  if (check === 'IntegrityCheck' && own.some((one) => one.data?.deep !== true)) return open('control.notDeep')
  const sampled = own.some((one) => isSampled(one))
  return passed(sampled ? 'control.checkSampled' : 'control.checkPassed', { check })
}

const FACTS: Readonly<Record<Fact, (assessed: Assessed) => Standing>> = {
  'fact:compliance-lock': ({ retention: { lock }, generatedAt }) => {
    if (lock === null) return open('control.lockNotAsked')
    if (lock.mode === 'unknown') return open('control.lockUnknown', { reason: lock.said ?? lock.reason })
    if (lock.mode === 'none') return failed('control.lockNone')
    if (lock.mode === 'GOVERNANCE') return failed('control.lockGovernance')
    if (lock.retain_until === null) return open('control.lockNoEnd')
    const until = lock.retain_until
    // a lock that has ended is still told by the storage, and keeps nothing
    if (Date.parse(until) <= generatedAt) return failed('control.lockEnded', { until })
    return passed('control.lockCompliance', { until })
  },
  'fact:timed-recovery': ({ restore, checks }) => {
    if (restore?.start == null || restore.end == null) return open('control.noRestore')
    const content = checkStanding('ContentCheck', checks)
    if (content.state !== 'passed') return content
    return passed('control.restoreTook', { seconds: (restore.end - restore.start) / 1000 })
  },
  'fact:named-signature': ({ signing, operator }) => {
    if (signing === null) return open('control.reportUnsigned')
    if (operator.name === null || operator.meaning === null) return open('control.signatureNamesNobody')
    return passed('control.signatureNames')
  },
  'fact:complete-account': ({ account }) => {
    if (account.length === 0) return open('control.noAccount')
    const lost = LOSSES.map((kind) => account.reduce((sum, entry) => sum + (entry.absent[kind] ?? 0), 0))
    const count = lost.reduce((sum, one) => sum + one, 0)
    if (account.some((entry) => (entry.absent.unaccounted ?? 0) > 0)) {
      return open('control.offsetsUnaccounted', { count })
    }
    if (count > 0) return failed('control.offsetsLost', { count })
    if (account.some((entry) => !addsUp(entry))) return failed('control.accountDiffers')
    return passed('control.accountWhole', { count: account.length })
  },
  'fact:regular-backups': ({ monthly }) => {
    if (monthly === undefined) return open('control.noPeriod')
    const { month, runs, runs_complete } = monthly
    if (runs === 0) return failed('control.noRun', { month })
    if (runs > runs_complete) return open('control.runsOpen', { count: runs - runs_complete, all: runs, month })
    return passed('control.runsComplete', { count: runs, month })
  },
  'fact:tested-restore': ({ monthly }) => {
    if (monthly === undefined) return open('control.noPeriod')
    const { month } = monthly
    const count = monthly.restores.filter((restore) => restore.validated === 'PASSED').length
    if (count > 0) return passed('control.restoresTested', { count, month })
    return open('control.restoresUntested', { month })
  },
}

function addsUp(entry: Assessed['account'][number]): boolean {
  const absent = Object.values(entry.absent).reduce((sum, count) => sum + count, 0)
  return entry.archived + absent === entry.to - entry.from
}
