import { ID } from '../failures/support.ts'
import type { Dice } from './world.ts'

/** Any backup of the round's topics. */
export function backupConfig(
  bootstrap: string,
  prefix: string,
  storage: object,
  dice: Dice,
  continuous: boolean,
): object {
  const { chance, pick } = dice
  return {
    mode: 'backup',
    backup_id: ID,
    source: { bootstrap_servers: [bootstrap], topics: { include: [`${prefix}-*`] } },
    storage,
    backup: {
      compression: pick(['zstd', 'zstd', 'none']),
      compression_level: pick(['adaptive', 1, 3, 9]),
      segment_max_bytes: pick([20_000, 200_000, 134_217_728]),
      fetch_max_bytes: pick([1000, 65_536, 52_428_800]),
      max_concurrent_partitions: pick([1, 2, 8]),
      ...(chance(0.5) ? { segment_max_records: pick([1, 7, 100, 10_000]) } : {}),
      ...(continuous
        ? { continuous: true, poll_interval_ms: 50, sync_interval_secs: 1, segment_max_interval_ms: 300 }
        : {}),
    },
  }
}

/** Any restore of them into topics of other names, groups included; of a window of time now and then. */
export function restoreConfig(
  bootstrap: string,
  mapped: ReadonlyMap<string, string>,
  storage: object,
  dice: Dice,
  window: { start: number; end: number } | null,
): object {
  const { pick } = dice
  return {
    mode: 'restore',
    backup_id: ID,
    target: { bootstrap_servers: [bootstrap] },
    storage,
    restore: {
      create_topics: true,
      auto_consumer_groups: true,
      ...(window === null ? {} : { time_window_start: window.start, time_window_end: window.end }),
      topic_mapping: Object.fromEntries(mapped),
      produce_batch_size: pick([1, 10, 1000]),
      produce_compression: pick(['none', 'gzip', 'snappy', 'lz4', 'zstd']),
      max_concurrent_partitions: pick([1, 2, 8]),
    },
  }
}
