import type { LoadedManifest } from '../../archive/manifest/store.ts'
import type { ReportMonthly, ReportRun } from '../../contract/evidence/report.ts'
import type { Said } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { timelineOf } from '../../evidence/report/input.ts'
import { type CustodyChain, readCustody } from '../../journal/custody.ts'
import { type Generation, generationsOf } from '../../journal/generations.ts'
import type { Storage } from '../../storage/storage.ts'
import { deepCheckOf } from '../custody/deep-check.ts'
import { testedAs } from '../custody/tested-restore.ts'
import { gapsOf } from '../describe/gaps.ts'
import { runState } from '../list/overview.ts'

/** A month in UTC; `end` is the first millisecond after it. */
export interface Month {
  name: string
  start: number
  end: number
}

/** What an archive can tell of a month. */
export interface History {
  /** The last run that began before the month's end: the archive as the month left it. */
  last: Generation | null
  /** Every run so far. */
  timeline: ReportRun[]
  runs: ReportRun[]
  coverage: ReportMonthly['coverage']
  /** More gaps than were listed: then `coverage` counts too few. */
  gapsUnlisted: number
  restores: ReportMonthly['restores']
  validations: ReportMonthly['validations']
  deepChecks: NonNullable<ReportMonthly['deep_checks']>
  custody: CustodyChain
  /** Sentences: where the chain of generations ends too early. */
  broken: Said[]
}

/** @param name `2026-11` */
export function monthOf(name: string): Month {
  const [year = 0, month = 0] = name.split('-').map(Number)
  return { name, start: Date.UTC(year, month - 1), end: Date.UTC(year, month) }
}

/** The last month that is over at `now`. */
export function lastMonth(now: number): Month {
  const date = new Date(now)
  return monthOf(isoTime(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1)).slice(0, 7))
}

/** Reads the manifests of all runs one after another, and the chain of custody. */
export async function readHistory(
  storage: Storage,
  loaded: LoadedManifest,
  month: Month,
  signal: AbortSignal,
): Promise<History> {
  const broken: Said[] = []
  const timeline: ReportRun[] = []
  let last: Generation | null = null
  for await (const generation of generationsOf(storage, loaded, (why) => broken.push(why))) {
    signal.throwIfAborted()
    const state = timeline.length === 0 ? await runState(storage, generation.manifest) : generation.state
    timeline.unshift(...timelineOf([generation.manifest]).map((run) => ({ ...run, state })))
    if (last === null && generation.coffer.run.started_at < month.end) last = generation
  }
  const within = (iso: string) => Date.parse(iso) >= month.start && Date.parse(iso) < month.end
  const custody = await readCustody(storage, loaded.manifest.backup_id)
  const validated = custody.entries.filter((entry) => entry.action === 'validated')
  const restores = custody.entries
    .filter((entry) => entry.action === 'restored' && within(entry.at))
    .map((entry) => {
      const { restore_id, records } = entry.details
      return {
        restore_id: typeof restore_id === 'string' ? restore_id : entry.subject,
        at: entry.at,
        by: whoDid(entry.actor),
        records: typeof records === 'number' ? records : 0,
        validated: testedAs(entry, custody.entries),
      }
    })
  const validations = validated
    .filter((entry) => within(entry.at))
    .map((entry) => ({
      report_id: entry.subject,
      at: entry.at,
      overall_result: String(entry.details.overall_result ?? 'unknown'),
      by: whoDid(entry.actor),
    }))
  const deepChecks = custody.entries.flatMap((entry) => {
    const outcome = within(entry.at) ? deepCheckOf(entry) : null
    return outcome === null ? [] : [{ subject: entry.subject, at: entry.at, by: whoDid(entry.actor), outcome }]
  })
  const { coverage, gapsUnlisted } = await coverageOf(storage, last, timeline)
  const runs = timeline.filter((run) => within(run.started_at))
  return { last, timeline, runs, coverage, gapsUnlisted, restores, validations, deepChecks, custody, broken }
}

async function coverageOf(
  storage: Storage,
  last: Generation | null,
  timeline: readonly ReportRun[],
): Promise<Pick<History, 'coverage' | 'gapsUnlisted'>> {
  if (last === null) return { coverage: [], gapsUnlisted: 0 }
  const { gaps, total } = await gapsOf(storage, last.manifest)
  const ends = new Map(timeline.map((run) => [run.generation, run.ended_at ?? run.started_at]))
  const coverage = last.manifest.topics.map(({ name, partitions }) => {
    const generations = partitions.flatMap((one) => (one.account ?? []).map((entry) => entry.generation))
    return {
      topic: name,
      partitions: partitions.length,
      records: partitions.reduce((sum, one) => sum + one.segments.reduce((all, part) => all + part.record_count, 0), 0),
      last_backup_at: ends.get(generations.reduce((most, one) => Math.max(most, one), 0)) ?? null,
      gaps: gaps.filter((gap) => gap.topic === name).length,
    }
  })
  return { coverage, gapsUnlisted: total - gaps.length }
}

function whoDid(actor: { os_user: string; host: string; name: string | null }): string {
  const who = `${actor.os_user}@${actor.host}`
  return actor.name === null ? who : `${actor.name} (${who})`
}
