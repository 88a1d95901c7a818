import { CofferError, ERROR_EXIT, isCofferError } from '../../../contract/errors.ts'
import { EXIT } from '../../../contract/exit-codes.ts'
import { isoTime } from '../../../contract/time.ts'
import { count, plural } from '../../../contract/words.ts'
import { forEachConcurrent } from '../../concurrency.ts'
import { ProgressMeter } from '../../progress.ts'
import type { FlowPlan, TopicPlan } from '../../restore/plan.ts'
import type { Answer, Session } from '../session.ts'
import { checkedTopics } from '../topics.ts'
import { Checkpoint } from './checkpoint.ts'
import { fingerprint } from './difference.ts'
import { compareFlow, countFlow, type FlowTask, foundInArchive } from './flow.ts'
import { type Lane, type Room, roomForTopic } from './lane.ts'
import { canSample, sampleFlow, undetected } from './sample.ts'
import { settleTopic, tellExtra } from './settle.ts'
import { addTally, differencesOf, emptyTally, NAMED, note, sorted, type Tally } from './tally.ts'

/** Flows of one topic at a time: storage and brokers answer while others are compared. */
const FLOWS_AT_ONCE = 4
/** More extra records than this are not looked for in the archive. */
const MOST_SOUGHT = 20_000

interface Sampling {
  segments: number
  taken: number
}

/**
 * Every record that the restore should have written, against what a committed consumer reads from the target: key,
 * value, headers in their order, timestamp, and the order of the records.
 * @throws INTERRUPTED; SEGMENT_DAMAGED, OBJECT_MISSING, ARCHIVE_DIFFERS; KAFKA_…, STORAGE_…
 */
export async function checkContent(session: Session): Promise<Answer> {
  const { config, scope, context } = session
  const options = config.checks.content
  const { plan } = scope.prepared
  const topics = checkedTopics(plan.topics, options.topics, 'checks.content.topics')
  const sampling: Sampling | null = options.sample_percentage < 100 ? { segments: 0, taken: 0 } : null
  const unsampled: string[] = []
  const checkpoint = await Checkpoint.open(session)
  const resumedFrom = sampling === null ? checkpoint.resumedFrom : null
  if (resumedFrom !== null) context.log('info', `going on with the comparison that began at ${isoTime(resumedFrom)}`)
  const records = topics.reduce((sum, topic) => sum + topic.records, 0)
  const bytes = topics.reduce((sum, topic) => sum + topic.bytes, 0)
  const totals =
    sampling === null ? { recordsTotal: records, bytesTotal: bytes } : { recordsTotal: null, bytesTotal: null }
  const meter = new ProgressMeter(context, { phase: 'comparing with the target', ...totals })
  const total = emptyTally()
  let partitions = 0
  try {
    for (const topic of topics) {
      meter.phase(`comparing ${topic.source} with ${topic.target}`)
      const done = sampling === null ? checkpoint.done(topic.source) : null
      const tally = done ?? (await compareTopic(session, topic, sampling, unsampled, checkpoint, meter))
      if (context.signal.aborted)
        throw new CofferError('INTERRUPTED', 'stopped; started again, it goes on where it was')
      if (done !== null) meter.add(done.expected, done.bytes)
      else if (sampling === null) checkpoint.topicDone(topic.source, topic.flows.map(keyOf), tally)
      if (sampling === null) session.tallies.set(topic.source, tally)
      addTally(total, tally)
      partitions += topic.flows.reduce((sum, flow) => sum + flow.partitions.length, 0)
    }
  } catch (error) {
    await checkpoint.keep()
    throw error
  } finally {
    meter.stop()
  }
  await checkpoint.drop()
  return answer(session, total, { topics, partitions, sampling, unsampled, resumedFrom })
}

async function compareTopic(
  session: Session,
  topic: TopicPlan,
  sampling: Sampling | null,
  unsampled: string[],
  checkpoint: Checkpoint,
  meter: ProgressMeter,
): Promise<Tally> {
  const { cluster, walk, config } = session
  const { content } = config.checks
  const tally = emptyTally()
  const compared: { task: FlowTask; lanes: Lane[] }[] = []
  const tell = (records: number, bytes: number) => meter.add(records, bytes)
  const room = roomForTopic()
  const lost: FlowTask[] = []
  await forEachConcurrent(topic.flows, FLOWS_AT_ONCE, async (flow) => {
    try {
      await compareOne(flow)
    } catch (error) {
      // A damaged segment is one partition's failure; the others are compared all the same.
      if (!isCofferError(error) || ERROR_EXIT[error.code] !== EXIT.damaged) throw error
      tally.unreadable++
      tally.problems.push(error.message)
    }
  })
  // One at a time: each takes a large table.
  for (const task of lost) {
    if (walk.segments.stop.aborted) break
    session.context.log('info', `the order in "${topic.target}" is another than in the archive: counting its records`)
    const counted = await countFlow(task, cluster, walk, { tell: () => {} })
    addTally(tally, counted)
    session.counted.set(keyOf(task.flow), { expected: counted.expected, found: counted.found })
  }
  if (walk.segments.stop.aborted) return tally
  const { extra } = settleTopic(compared, tally)
  await settleExtra(session, extra, tally)
  return tally

  async function compareOne(flow: FlowPlan): Promise<void> {
    const task = taskOf(session, topic, flow, content.allow_appended, room)
    if (task === null) {
      lostTopic(tally, topic, flow)
      return
    }
    if (sampling !== null && canSample(task, walk)) {
      const sampled = await sampleFlow(task, content.sample_percentage, cluster, walk, { tell })
      sampling.segments += sampled.segments
      sampling.taken += sampled.taken
      addTally(tally, sampled.tally)
      compared.push(...sampled.compared)
      return
    }
    if (sampling !== null) unsampled.push(`${topic.target}/${flow.partitions.join(',')}`)
    const key = keyOf(flow)
    const position = sampling === null ? checkpoint.position(key) : null
    const one = await compareFlow(task, cluster, walk, position, {
      tell,
      checkpoint: (at) => {
        if (sampling === null) checkpoint.moved(key, at)
      },
    })
    if (walk.segments.stop.aborted) return
    if (one.lanes.some((lane) => lane.lost)) {
      lost.push(task)
      return
    }
    addTally(tally, one.tally)
    compared.push({ task, lanes: one.lanes })
    if (sampling === null) session.counted.set(key, { expected: one.tally.expected, found: one.tally.found })
  }
}

/** Extra records that the archive has somewhere are there more than once: a restore that ran twice. */
async function settleExtra(
  session: Session,
  extra: ReturnType<typeof settleTopic>['extra'],
  tally: Tally,
): Promise<void> {
  const seek = extra.length <= MOST_SOUGHT
  for (const [flow, loose] of Map.groupBy(extra, (one) => one.task.flow)) {
    const wanted = new Set(loose.map(({ record }) => record.whole))
    const found = seek
      ? await foundInArchive(flow, session.walk, wanted, (view) => fingerprint(view, 0).whole)
      : new Map<string, { partition: number; offset: number }>()
    for (const one of loose) tellExtra(tally, one, found.get(one.record.whole) ?? null)
  }
}

/** A flow is known by its first target partition. */
export function keyOf(flow: FlowPlan): string {
  return `${flow.target}/${flow.partitions[0] ?? 0}`
}

/** null where a target partition doesn't exist. */
export function taskOf(
  session: Session,
  topic: TopicPlan,
  flow: FlowPlan,
  allowAppended: boolean,
  room: Room = roomForTopic(),
): FlowTask | null {
  const places = flow.partitions.map((partition) => session.places.get(`${flow.target}/${partition}`))
  if (places.some((place) => place === undefined)) return null
  return { flow, source: topic.source, places: places as FlowTask['places'], allowAppended, room }
}

function lostTopic(tally: Tally, topic: TopicPlan, flow: FlowPlan): void {
  tally.expected += flow.records
  tally.missing += flow.records
  note(tally, {
    kind: 'missing',
    topic: topic.source,
    partition: flow.sources[0]?.partition ?? null,
    source_offset: null,
    target_topic: topic.target,
    target_partition: flow.partitions[0] ?? null,
    target_offset: null,
    what: `the target partition does not exist, and ${plural(flow.records, 'record')} with it`,
  })
}

function answer(
  session: Session,
  total: Tally,
  facts: {
    topics: readonly TopicPlan[]
    partitions: number
    sampling: Sampling | null
    unsampled: string[]
    resumedFrom: number | null
  },
): Answer {
  const { sampling } = facts
  const differences = differencesOf(total)
  const { fail_threshold: threshold } = session.config.checks.content
  const { differences: named, ...figures } = total
  const data: Record<string, unknown> = {
    check: 'ContentCheck',
    restore_id: session.scope.state?.restore_id ?? null,
    topics: facts.topics.length,
    partitions: facts.partitions,
    ...figures,
    differences_total: differences,
    differences: sorted(named).slice(0, NAMED),
    fail_threshold: threshold,
    sampled: sampling !== null,
    ...(facts.resumedFrom === null ? {} : { resumed_from: isoTime(facts.resumedFrom) }),
  }
  const parts = [
    `${plural(facts.topics.length, 'topic')}, ${plural(facts.partitions, 'partition')}; ${plural(total.expected, 'record')} compared byte by byte with ${count(total.found)} in the target`,
    `${plural(differences, 'difference')}${words(total)}`,
  ]
  if (total.compacted > 0) parts.push(`${plural(total.compacted, 'older record')} removed by the target's compaction`)
  if (total.unfollowed > 0) {
    parts.push(
      `of ${plural(total.unfollowed, 'record')} gone from the compacted target there are too many to follow whether a later one of their key is there`,
    )
  }
  if (total.deleted > 0) parts.push(`${count(total.deleted)} of the missing ones were deleted from the target's log`)
  if (total.appended > 0) parts.push(`${plural(total.appended, 'record')} appended after the restore, not compared`)
  const [problem] = total.problems
  if (problem !== undefined) {
    parts.push(`${plural(total.unreadable, 'partition')} could not be read from the archive: ${problem}`)
  }
  if (total.unordered > 0) parts.push(`${plural(total.unordered, 'partition')} compared without their order`)
  if (sampling !== null) {
    const unseen = undetected(sampling.segments, sampling.taken)
    const share = sampling.segments === 0 ? 0 : (100 * unseen) / sampling.segments
    data.sample = {
      segments: sampling.segments,
      compared: sampling.taken,
      confidence: 0.95,
      may_differ: unseen,
      compared_whole: facts.unsampled,
    }
    parts.push(
      `a sample, not exact: ${count(sampling.taken)} of ${plural(sampling.segments, 'segment')}; without a difference among them, with 95 % confidence at most ${count(unseen)} (${share.toFixed(1)} %) of all hold one`,
    )
  }
  const first = sorted(named)[0]
  if (first !== undefined) parts.push(`first: ${placeWords(first)}: ${first.what}`)
  return { outcome: outcomeOf(total, differences, threshold, facts.topics), detail: parts.join('; '), data }
}

function outcomeOf(
  total: Tally,
  differences: number,
  threshold: number,
  topics: readonly TopicPlan[],
): Answer['outcome'] {
  if (differences > threshold || total.unreadable > 0) return 'FAILED'
  // All are there, in another order: that is a promise of Kafka broken, unless they were to be spread anew.
  if (total.unordered > 0) return topics.some((topic) => topic.repartitioning !== null) ? 'WARNING' : 'FAILED'
  // Nothing was compared with nothing: that proves nothing.
  if ((total.expected === 0 && total.found === 0) || total.unfollowed > 0) return 'INDETERMINATE'
  return differences > 0 || total.compacted > 0 ? 'WARNING' : 'PASSED'
}

function words({ missing, extra, changed, misplaced, duplicates }: Tally): string {
  const parts = [
    [missing, 'missing'],
    [extra, duplicates > 0 ? `extra (${count(duplicates)} of them restored more than once)` : 'extra'],
    [changed, 'changed'],
    [misplaced, 'misplaced'],
  ] as const
  const some = parts.filter(([number]) => number > 0).map(([number, word]) => `${count(number)} ${word}`)
  return some.length === 0 ? '' : ` (${some.join(', ')})`
}

function placeWords(one: Tally['differences'][number]): string {
  const source = one.source_offset === null ? one.topic : `${one.topic}/${one.partition} offset ${one.source_offset}`
  const target =
    one.target_offset === null ? '' : `, target ${one.target_topic}/${one.target_partition} offset ${one.target_offset}`
  return `${one.kind} ${source}${target}`
}
