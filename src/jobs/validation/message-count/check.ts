import { randomInt } from 'node:crypto'
import { CofferError } from '../../../contract/errors.ts'
import { english, type Said, say } from '../../../contract/said/said.ts'
import type { FlowPlan, TopicPlan } from '../../restore/plan.ts'
import { keyOf, taskOf } from '../content/check.ts'
import { countExpected, countTarget } from '../content/count.ts'
import { undetected } from '../content/sample.ts'
import { type Answer, detailed, type Session } from '../session.ts'
import { checkedTopics } from '../topics.ts'

/** Discrepancies that are listed; all are counted. */
const LISTED = 100

interface Discrepancy {
  topic: string
  target_topic: string
  target_partitions: number[]
  expected: number
  restored: number
  reason: string
}

/**
 * Whether the target holds as many records as the archive has for it: records that a committed consumer reads, never a
 * difference of watermarks, against the archive's own count within window and filters.
 */
export async function checkMessageCount(session: Session): Promise<Answer> {
  const { config, scope, context } = session
  const options = config.checks.message_count
  const topics = checkedTopics(scope.prepared.plan.topics, options.topics, 'checks.message_count.topics')
  let flows = topics.flatMap((topic) => topic.flows.map((flow) => ({ topic, flow })))
  const all = flows.length
  const sampled = options.mode === 'sample'
  if (sampled) flows = sample(flows, Math.max(1, Math.ceil((all * options.sample_percentage) / 100)))
  let expected = 0
  let restored = 0
  let compacted = 0
  const discrepancies: Discrepancy[] = []
  let firstWhy: Said | undefined
  for (const { topic, flow } of flows) {
    const one = await countOne(session, topic, flow)
    if (context.signal.aborted) throw new CofferError('INTERRUPTED', 'the count was stopped before its end')
    expected += one.expected
    restored += one.found
    if (one.expected === one.found) continue
    const places = flow.partitions.map((partition) => session.places.get(`${flow.target}/${partition}`))
    const byCompaction = one.found < one.expected && places.some((place) => place?.compacted === true)
    if (byCompaction) compacted += one.expected - one.found
    const why = places.some((place) => place === undefined)
      ? 'report.partitionMissing'
      : byCompaction
        ? 'report.targetCompacted'
        : places.some((place) => (place?.deleted ?? 0) > 0)
          ? 'report.logDeleted'
          : one.found > one.expected
            ? 'report.more'
            : 'report.fewer'
    firstWhy ??= say(why)
    discrepancies.push({
      topic: topic.source,
      target_topic: topic.target,
      target_partitions: flow.partitions,
      expected: one.expected,
      restored: one.found,
      reason: english(say(why)),
    })
  }
  const off = discrepancies.reduce((sum, one) => sum + Math.abs(one.expected - one.restored), 0)
  const parts = [
    say('report.counted', {
      topics: say('many.topics', { count: topics.length }),
      expected,
      restored,
      discrepancies: say('many.discrepancies', { count: discrepancies.length }),
    }),
  ]
  if (sampled) parts.push(sampleWords(flows.length, all, discrepancies.length))
  const [first] = discrepancies
  if (first !== undefined) {
    const place = `${first.target_topic}/${first.target_partitions.join(',')}`
    const { expected, restored, reason } = first
    parts.push(say('report.firstCount', { place, expected, restored, why: firstWhy ?? reason }))
  }
  return {
    outcome: outcomeOf(session, { off, compacted, expected, restored, threshold: options.fail_threshold, topics }),
    ...detailed(parts),
    data: {
      check: 'MessageCountCheck',
      mode: options.mode,
      topics: topics.length,
      partitions: flows.length,
      partitions_total: all,
      expected,
      restored,
      difference: off,
      fail_threshold: options.fail_threshold,
      sampled,
      discrepancies: discrepancies.slice(0, LISTED),
      discrepancies_total: discrepancies.length,
    },
  }
}

/** The bound is of a sample in which nothing was found. */
function sampleWords(taken: number, flows: number, discrepancies: number): Said {
  const all = say('many.partitions', { count: flows })
  if (discrepancies > 0) return say('report.sample', { taken, all })
  return say('report.countSample', { taken, all, unseen: undetected([{ segments: flows, taken }]) })
}

function outcomeOf(
  session: Session,
  facts: { off: number; compacted: number; expected: number; restored: number; threshold: number; topics: TopicPlan[] },
): Answer['outcome'] {
  const { off, compacted, expected, restored, threshold } = facts
  if (off - compacted > threshold) return 'FAILED'
  if (compacted > threshold) {
    // Only a comparison of content can tell what compaction took from what is missing.
    const explained = facts.topics.reduce((sum, topic) => sum + (session.tallies.get(topic.source)?.compacted ?? 0), 0)
    if (explained === compacted) return 'WARNING'
    return facts.topics.every((topic) => session.tallies.has(topic.source)) ? 'FAILED' : 'INDETERMINATE'
  }
  if (expected === 0 && restored === 0) return 'INDETERMINATE'
  return off > 0 ? 'WARNING' : 'PASSED'
}

async function countOne(
  session: Session,
  topic: TopicPlan,
  flow: FlowPlan,
): Promise<{ expected: number; found: number }> {
  const known = session.counted.get(keyOf(flow))
  if (known !== undefined) return known
  const task = taskOf(session, topic, flow, session.config.checks.content.allow_appended)
  const expected = await countExpected(flow, session.walk)
  const found = task === null ? 0 : await countTarget(task, session.cluster, session.walk.segments.stop)
  session.counted.set(keyOf(flow), { expected, found })
  return { expected, found }
}

function sample<T>(items: readonly T[], wanted: number): T[] {
  const rest = [...items]
  const taken: T[] = []
  while (taken.length < wanted && rest.length > 0) taken.push(...rest.splice(randomInt(rest.length), 1))
  return taken
}
