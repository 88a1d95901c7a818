import { isCofferError } from '../contract/errors.ts'
import type { Brokers } from './brokers.ts'
import { API } from './protocol/api.ts'
import { decodeDescribeLogDirs, encodeDescribeLogDirs } from './protocol/log-dirs.ts'

/**
 * Bytes of each partition on its brokers' disks, by `topic/partition`: of several replicas the largest. A broker that is
 * away or doesn't tell is left out.
 * @returns null where no broker tells this user anything
 */
export async function partitionSizes(brokers: Brokers): Promise<Map<string, number> | null> {
  const sizes = new Map<string, number>()
  let told = false
  for (const { id } of brokers.addresses) {
    try {
      const { folders, replicas } = await brokers.callBroker(id, 0, {
        api: API.describeLogDirs,
        encode: encodeDescribeLogDirs,
        decode: decodeDescribeLogDirs,
      })
      told ||= folders > 0
      for (const { topic, partition, bytes } of replicas) {
        const key = `${topic}/${partition}`
        sizes.set(key, Math.max(sizes.get(key) ?? 0, bytes))
      }
    } catch (error) {
      if (!isCofferError(error)) throw error
    }
  }
  return told ? sizes : null
}
