import { CofferError, ERROR_EXIT, isCofferError } from '../../../contract/errors.ts'
import { EXIT } from '../../../contract/exit-codes.ts'
import { type Said, say } from '../../../contract/said/said.ts'
import { isoTime } from '../../../contract/time.ts'
import { forEachConcurrent } from '../../concurrency.ts'
import { ProgressMeter } from '../../progress.ts'
import type { FlowPlan, TopicPlan } from '../../restore/plan.ts'
import { type Answer, detailed, type Session } from '../session.ts'
import { checkedTopics } from '../topics.ts'
import { Checkpoint } from './checkpoint.ts'
import { fingerprint, told } from './difference.ts'
import { compareFlow, countFlow, type FlowTask, foundInArchive } from './flow.ts'
import { type Lane, type Room, roomForTopic } from './lane.ts'
import { canSample, type Drawn, sampleFlow, undetected } from './sample.ts'
import { settleTopic, tellExtra } from './settle.ts'
import { addTally, differencesOf, emptyTally, NAMED, note, sorted, type Tally } from './tally.ts'

/** Flows of one topic at a time: storage and brokers answer while others are compared. */
const FLOWS_AT_ONCE = 4
/** More extra records than this are not looked for in the archive. */
const MOST_SOUGHT = 20_000

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
  const sampling: Drawn[] | null = options.sample_percentage < 100 ? [] : null
  const unsampled: string[] = []
  const checkpoint = await Checkpoint.open(session)
  const resumedFrom = sampling === null ? checkpoint.resumedFrom : null
  if (resumedFrom !== null) context.log('info', `going on with the comparison that began at ${isoTime(resumedFrom)}`)
  const records = topics.reduce((sum, topic) => sum + topic.records, 0)
  const bytes = topics.reduce((sum, topic) => sum + topic.bytes, 0)
  const totals =
    sampling === null ? { recordsTotal: records, bytesTotal: bytes } : { recordsTotal: null, bytesTotal: null }
  const meter = new ProgressMeter(context, { phase: say('phase.comparing'), ...totals })
  const total = emptyTally()
  let partitions = 0
  let respread = 0
  try {
    for (const topic of topics) {
      meter.phase(say('phase.comparingTopic', { source: topic.source, target: topic.target }))
      const done = sampling === null ? checkpoint.done(topic) : null
      const tally = done ?? (await compareTopic(session, topic, sampling, unsampled, checkpoint, meter))
      if (context.signal.aborted)
        throw new CofferError('INTERRUPTED', 'stopped; started again, it goes on where it was')
      if (done !== null) meter.add(done.expected, done.bytes)
      else if (sampling === null) checkpoint.topicDone(topic, topic.flows.map(keyOf), tally)
      if (sampling === null) session.tallies.set(topic.source, tally)
      addTally(total, tally)
      if (topic.repartitioning !== null) respread += tally.unordered
      partitions += topic.flows.reduce((sum, flow) => sum + flow.partitions.length, 0)
    }
  } catch (error) {
    await checkpoint.keep()
    throw error
  } finally {
    meter.stop()
  }
  await checkpoint.drop()
  return answer(session, total, { topics, partitions, sampling, unsampled, respread, resumedFrom })
}

async function compareTopic(
  session: Session,
  topic: TopicPlan,
  sampling: Drawn[] | null,
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
      sampling.push(sampled.drawn)
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
    ...told(say('report.partitionGone', { records: say('many.records', { count: flow.records }) })),
  })
}

function answer(
  session: Session,
  total: Tally,
  facts: {
    topics: readonly TopicPlan[]
    partitions: number
    sampling: Drawn[] | null
    unsampled: string[]
    respread: number
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
    differences: sorted(named)
      .slice(0, NAMED)
      .map(({ said: _, ...difference }) => difference),
    fail_threshold: threshold,
    sampled: sampling !== null,
    ...(facts.resumedFrom === null ? {} : { resumed_from: isoTime(facts.resumedFrom) }),
  }
  const partitions = (count: number) => say('many.partitions', { count })
  const records = (count: number) => say('many.records', { count })
  const parts = [
    say('report.compared', {
      topics: say('many.topics', { count: facts.topics.length }),
      partitions: partitions(facts.partitions),
      records: records(total.expected),
      found: total.found,
    }),
    words(total, differences),
  ]
  if (total.compacted > 0) parts.push(say('report.compactedAway', { count: total.compacted }))
  if (total.unfollowed > 0) {
    parts.push(say('report.unfollowed', { records: records(total.unfollowed) }))
  }
  if (total.deleted > 0) parts.push(say('report.deleted', { deleted: total.deleted }))
  if (total.appended > 0) parts.push(say('report.appended', { records: records(total.appended) }))
  const [problem] = total.problems
  if (problem !== undefined) {
    parts.push(say('report.unread', { partitions: partitions(total.unreadable), why: problem }))
  }
  if (total.unordered > 0) parts.push(say('report.unordered', { partitions: partitions(total.unordered) }))
  if (sampling !== null) {
    const { said, figures } = sampleWords(sampling, differences)
    data.sample = { ...figures, compared_whole: facts.unsampled }
    parts.push(said)
  }
  const first = sorted(named)[0]
  if (first !== undefined) parts.push(say('report.first', { place: placeWords(first), what: first.said ?? first.what }))
  return { outcome: outcomeOf(total, threshold, facts.respread), ...detailed(parts), data }
}

/** The bound is of a sample in which nothing was found; where something was, the rest may hold more of it. */
function sampleWords(drawn: readonly Drawn[], differences: number): { said: Said; figures: Record<string, unknown> } {
  const all = drawn.reduce((sum, flow) => sum + flow.segments, 0)
  const taken = drawn.reduce((sum, flow) => sum + flow.taken, 0)
  const segments = say('many.segments', { count: all })
  if (differences > 0) {
    const figures = { segments: all, compared: taken, confidence: null, may_differ: null }
    return { said: say('report.sample', { taken, all: segments }), figures }
  }
  const unseen = undetected(drawn)
  const share = all === 0 ? 0 : (100 * unseen) / all
  return {
    said: say('report.contentSample', { taken, segments, unseen, share: share.toFixed(1) }),
    figures: { segments: all, compared: taken, confidence: 0.95, may_differ: unseen },
  }
}

/** @param respread of the target partitions without their order those whose topics were to be spread anew */
export function outcomeOf(total: Tally, threshold: number, respread: number): Answer['outcome'] {
  const differences = differencesOf(total)
  if (differences > threshold || total.unreadable > 0) return 'FAILED'
  // All are there, in another order: that is a promise of Kafka broken, unless they were to be spread anew.
  if (total.unordered > respread) return 'FAILED'
  // Nothing was compared with nothing: that proves nothing.
  if ((total.expected === 0 && total.found === 0) || total.unfollowed > 0) return 'INDETERMINATE'
  return differences > 0 || total.compacted > 0 || total.unordered > 0 ? 'WARNING' : 'PASSED'
}

function words({ missing, extra, changed, misplaced, duplicates }: Tally, count: number): Said {
  const differences = say('many.differences', { count })
  const kinds = [
    ...(missing > 0 ? [say('report.kindMissing', { records: missing })] : []),
    ...(extra > 0 && duplicates > 0 ? [say('report.kindExtraTwice', { records: extra, twice: duplicates })] : []),
    ...(extra > 0 && duplicates === 0 ? [say('report.kindExtra', { records: extra })] : []),
    ...(changed > 0 ? [say('report.kindChanged', { records: changed })] : []),
    ...(misplaced > 0 ? [say('report.kindMisplaced', { records: misplaced })] : []),
  ]
  return kinds.length === 0 ? differences : say('report.differences', { differences, kinds })
}

const PLACE = {
  missing: 'report.placeMissing',
  extra: 'report.placeExtra',
  changed: 'report.placeChanged',
  misplaced: 'report.placeMisplaced',
  duplicate: 'report.placeDuplicate',
} as const

function placeWords(one: Tally['differences'][number]): Said {
  const { topic, partition, source_offset, target_topic, target_partition, target_offset } = one
  const source =
    source_offset === null
      ? say('report.at', { source: topic })
      : say('report.atOffset', { source: topic, partition: String(partition), offset: source_offset })
  const target = { target: target_topic, partition: String(target_partition) }
  const where = target_offset === null ? source : say('report.alsoAt', { source, ...target, offset: target_offset })
  return say(PLACE[one.kind], { where })
}
