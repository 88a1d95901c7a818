import { checkAccount } from '../../archive/account-check.ts'
import { Findings } from '../../archive/check/findings.ts'
import { checkRunCut } from '../../archive/check/partitions.ts'
import type { Manifest, TopicEntry } from '../../archive/types.ts'
import type { ExtractConfig, ExtractOptions } from '../../contract/config/extract.ts'
import { selectTopics } from '../../contract/config/topics.ts'
import type { TopicSelection } from '../../contract/config/types.ts'
import { type Reason, type Said, say } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import type { ExtractPlan } from './plan.ts'
import type { Counts } from './work.ts'

/** Of what is wrong in an archive's account, so much is told in sentences. */
const MAX_TOLD = 10
/** Kafka's timestamp of a record that has none (message format 0, or a producer that sets it). */
const NO_TIMESTAMP = -1

export interface GapFacts {
  config: ExtractConfig
  plan: ExtractPlan
  counts: Counts
  ruledOut: number
  /** The one that was read, then the earlier ones. */
  manifests: readonly [Manifest, ...Manifest[]]
  accountProblems: readonly PlacedProblem[]
}

/** What an extraction leaves out or can't say, a sentence each. `telling`: to be seen when it is made, too. */
export function extractionGaps(facts: GapFacts): { telling: Said[]; others: Said[] } {
  const { config, plan, counts, ruledOut, manifests, accountProblems } = facts
  const { mask, time } = config.extract
  const [manifest] = manifests
  const telling = accountProblems
    .slice(0, MAX_TOLD)
    .map(({ place, said, reason }) => say('gap.accountDiffers', { place, why: said ?? reason }))
  const others: Said[] = []
  if (counts.blind > 0) telling.push(say('gap.blind', { count: counts.blind }))
  if (counts.unordered > 0) telling.push(say('gap.unordered', { count: counts.unordered }))
  if (counts.repeated > 0) telling.push(say('gap.repeated', { count: counts.repeated }))
  telling.push(...timeGaps(chosenTopics(manifest, plan), config.extract), ...reachGaps(manifest, plan))
  others.push(...lastRunGap(manifest, config.extract))
  if (ruledOut > 0) others.push(say('gap.ruledOut', { count: ruledOut }))
  if (plan.foreign) others.push(say('gap.foreignRoots'))
  if (counts.suspects > 0) others.push(say('gap.suspects', { count: counts.suspects }))
  if (counts.withheld > 0) {
    others.push(say('gap.withheld', { records: say('many.records', { count: counts.withheld }) }))
  }
  if (mask.length > 0) others.push(say('gap.masked'))
  if (time === 'record') others.push(say('gap.recordTime'))
  else others.push(say('gap.brokerTime'), ...brokerGaps(manifests, plan))
  return { telling, others }
}

export interface PlacedProblem extends Reason {
  /** `topic/partition` */
  place: string
}

/**
 * Where the account of the topics that were asked for does not add up, is not that of their segments, or ends before the
 * cut of a complete run: then records may be missing from the archive.
 */
export function accountProblemsOf(manifest: Manifest, plan: ExtractPlan, asked: TopicSelection): PlacedProblem[] {
  const cut = new Findings()
  checkRunCut(manifest, cut)
  return [
    ...chosenTopics(manifest, plan).flatMap(({ name, partitions }) =>
      partitions.flatMap((partition) =>
        checkAccount(partition).map((problem) => ({ ...problem, place: `${name}/${partition.partition_id}` })),
      ),
    ),
    ...cut
      .list()
      .filter(({ topic }) => topic !== undefined && selectTopics([topic], asked).length > 0)
      .map((finding) => ({ ...finding, place: `${finding.topic}/${finding.partition}` })),
  ]
}

function chosenTopics(manifest: Manifest, plan: ExtractPlan): TopicEntry[] {
  return manifest.topics.filter(({ name }) => plan.topics.includes(name))
}

/** A record without a time lies in no window that has a beginning. */
function timeGaps(topics: readonly TopicEntry[], { time_window_start: start }: ExtractOptions): Said[] {
  if (start === null || start <= NO_TIMESTAMP) return []
  // other programs state the first and the last record's time alone
  const timeless = topics.filter(({ partitions }) =>
    partitions.some(({ segments }) =>
      segments.some(({ min_timestamp: min, start_timestamp, end_timestamp }) =>
        (min === undefined ? [start_timestamp, end_timestamp] : [min]).includes(NO_TIMESTAMP),
      ),
    ),
  )
  return timeless.length === 0 ? [] : [say('gap.noTime', { topics: timeless.map(({ name }) => name) })]
}

/** Topics that an earlier run archived and the last one did not look at. */
function reachGaps({ topics, coffer }: Manifest, plan: ExtractPlan): Said[] {
  const read = new Set(Object.keys(coffer?.run.cut ?? {}))
  if (read.size === 0) return []
  const left = topics.filter(
    ({ name, partitions }) =>
      plan.topics.includes(name) && partitions.some(({ partition_id }) => !read.has(`${name}/${partition_id}`)),
  )
  return left.length === 0 ? [] : [say('gap.notInLastRun', { topics: left.map(({ name }) => name) })]
}

/** A window may go on where the archive does not. */
function lastRunGap({ coffer }: Manifest, { time_window_end: end }: ExtractOptions): Said[] {
  if (coffer === undefined) return []
  const { started_at, ended_at } = coffer.run
  if (end !== null && end < started_at) return []
  const began = isoTime(started_at)
  return [
    ended_at === null ? say('gap.lastRunOpen', { began }) : say('gap.lastRun', { began, ended: isoTime(ended_at) }),
  ]
}

/** Topics that once kept the producer's time: what was archived then carries it still. */
function brokerGaps([, ...earlier]: readonly Manifest[], plan: ExtractPlan): Said[] {
  const once = plan.topics.filter((topic) =>
    earlier.some(({ topics }) => {
      const type = topics
        .find(({ name }) => name === topic)
        ?.configuration?.find(({ name }) => name === 'message.timestamp.type')
      return type !== undefined && type.value !== 'LogAppendTime'
    }),
  )
  return once.length === 0 ? [] : [say('gap.notAlwaysBroker', { topics: once })]
}
