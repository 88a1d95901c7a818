import type { RestoreConfig } from '../../contract/config/types.ts'
import type { JobContext } from '../../contract/jobs.ts'
import { say } from '../../contract/said/said.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import { forEachConcurrent } from '../concurrency.ts'
import { ProgressMeter } from '../progress.ts'
import { emptyTally, type FlowContext, type FlowTally, runFlow } from './flow.ts'
import type { FlowPlan, RestorePlan } from './plan.ts'
import { rateLimit } from './rate-limit.ts'
import { Sink } from './sink.ts'
import type { Standing } from './standing.ts'

/** What came of writing, also where it was stopped or failed. */
export interface Written {
  tallies: Map<FlowPlan, FlowTally>
  /** Records of each partition's sequence that are surely in the target, by `topic/partition`. */
  durable: Map<string, number>
  stopped: boolean
  /** The first failure; what was written by then counts all the same. */
  failure: { error: unknown } | null
}

/** A batch is tried again for so long at least: a broker that starts anew takes as long. */
const PATIENCE_MS = 120_000
/** A rate that is held back fills batches slowly: how often they are sent as they are, so that what is durable follows. */
const SEND_EVERY_MS = 1_000
/** How often what is known to be durable is told, for the kept state. */
const TELL_EVERY_MS = 10_000

/**
 * Writes all flows, several at a time. Never throws: what was written must be told whatever happens.
 * @param walk its `segments.stop` is the user's; a failure in one flow stops the others too
 * @param checkpoint told from time to time how far each partition is
 */
export async function writeFlows(
  config: RestoreConfig,
  cluster: Cluster,
  plan: RestorePlan,
  standing: Standing,
  walk: Omit<FlowContext, 'limit' | 'meter'>,
  context: JobContext,
  checkpoint: (durable: Map<string, number>) => Promise<void>,
): Promise<Written> {
  const { restore } = config
  const failed = new AbortController()
  const stop = AbortSignal.any([walk.segments.stop, failed.signal])
  const meter = new ProgressMeter(context, {
    phase:
      plan.topics.length === 1
        ? say('phase.restoring', { topic: plan.topics[0]!.target })
        : say('phase.restoringTopics', { topics: plan.topics.length }),
    recordsTotal: plan.records,
    bytesTotal: plan.bytes,
  })
  const shared: FlowContext = {
    ...walk,
    segments: { ...walk.segments, stop },
    limit: rateLimit(
      { recordsPerSecond: restore.rate_limit_records_per_sec, bytesPerSecond: restore.rate_limit_bytes_per_sec },
      stop,
    ),
    meter,
  }
  const written: Written = { tallies: new Map(), durable: new Map(), stopped: false, failure: null }
  const sinks = new Map<string, Sink>()
  const durable = () => new Map([...sinks].map(([key, sink]) => [key, sink.durable]))
  let telling: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    telling = telling
      .then(() => checkpoint(durable()))
      .catch((error: unknown) => {
        written.failure ??= { error }
        failed.abort()
      })
  }, TELL_EVERY_MS)
  const sendAll = (): void => {
    for (const sink of sinks.values()) sink.send()
  }
  const sending = shared.limit === null ? undefined : setInterval(sendAll, SEND_EVERY_MS)
  try {
    const producer = await cluster.producer({
      compression: restore.produce_compression,
      maxRecords: restore.produce_batch_size,
      ackTimeoutMs: restore.produce_timeout_ms,
      timeoutMs: Math.max(restore.produce_timeout_ms, PATIENCE_MS),
    })
    try {
      // The longest first, so that no long one is left to run alone at the end. Their order decides nothing else.
      const flows = plan.topics.flatMap((topic) => topic.flows).sort((a, b) => b.records - a.records)
      await forEachConcurrent(flows, restore.max_concurrent_partitions, async (flow) => {
        const tally = emptyTally()
        written.tallies.set(flow, tally)
        if (stop.aborted) return
        const mine = flow.partitions.map((partition) => {
          const key = `${flow.target}/${partition}`
          const sink = new Sink(standing.starts.get(key)!, cluster, producer)
          sinks.set(key, sink)
          return sink
        })
        try {
          await runFlow(flow, mine, tally, shared)
        } catch (error) {
          written.failure ??= { error }
          failed.abort()
          await Promise.allSettled(mine.map((sink) => sink.settle()))
        }
      })
    } finally {
      await producer.close()
    }
  } catch (error) {
    written.failure ??= { error }
  } finally {
    clearInterval(timer)
    clearInterval(sending)
    await telling
    meter.stop()
  }
  written.durable = durable()
  written.stopped = walk.segments.stop.aborted
  return written
}
