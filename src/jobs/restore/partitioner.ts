import type { RecordView } from '../../contract/record.ts'

/** Picks the target partition of a record. Stateful (round robin), and deterministic over one sequence of records. */
export type Partitioner = (view: RecordView) => number

export type PartitionStrategy = 'murmur2' | 'automatic'

/**
 * @param strategy `murmur2`: as Kafka's own default partitioner places keyed records (null keys round robin, an empty
 *   key is hashed like any other); `automatic`: everything round robin
 * @param count target partitions, at least 1
 */
export function partitionerFor(strategy: PartitionStrategy, count: number): Partitioner {
  let turn = 0
  return (view) => {
    if (strategy === 'murmur2' && view.keyLen >= 0) {
      return (murmur2(view.buf, view.keyStart, view.keyLen) & 0x7fffffff) % count
    }
    const partition = turn
    turn = turn + 1 === count ? 0 : turn + 1
    return partition
  }
}

const SEED = 0x9747b28c
const M = 0x5bd1e995

/**
 * MurmurHash2 with the seed of Apache Kafka's `Utils.murmur2` (BuiltInPartitioner.partitionForKey), as a signed
 * 32-bit integer.
 */
export function murmur2(buf: Buffer, start: number, length: number): number {
  let hash = SEED ^ length
  const whole = start + (length & ~3)
  for (let i = start; i < whole; i += 4) {
    let k = buf[i]! | (buf[i + 1]! << 8) | (buf[i + 2]! << 16) | (buf[i + 3]! << 24)
    k = Math.imul(k, M)
    k ^= k >>> 24
    k = Math.imul(k, M)
    hash = Math.imul(hash, M) ^ k
  }
  const rest = length & 3
  if (rest === 3) hash ^= buf[whole + 2]! << 16
  if (rest >= 2) hash ^= buf[whole + 1]! << 8
  if (rest >= 1) {
    hash ^= buf[whole]!
    hash = Math.imul(hash, M)
  }
  hash ^= hash >>> 13
  hash = Math.imul(hash, M)
  return hash ^ (hash >>> 15)
}
