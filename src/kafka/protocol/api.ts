/**
 * The requests that Coffer sends, with the versions it can write and read (kafka.apache.org/protocol). The highest
 * version that the broker has too is used. From `flexible` on, headers carry tagged fields (KIP-482).
 */
export interface Api {
  readonly key: number
  readonly name: string
  readonly min: number
  readonly max: number
  readonly flexible: number
}

const NEVER = 99

export const API = {
  produce: { key: 0, name: 'Produce', min: 7, max: 8, flexible: NEVER },
  fetch: { key: 1, name: 'Fetch', min: 11, max: 12, flexible: 12 },
  /** From version 13 on topics have ids in place of names (KIP-516); where the broker has no such version, as `fetch`. */
  fetchById: { key: 1, name: 'Fetch', min: 11, max: 13, flexible: 12 },
  listOffsets: { key: 2, name: 'ListOffsets', min: 4, max: 5, flexible: NEVER },
  metadata: { key: 3, name: 'Metadata', min: 8, max: 12, flexible: 9 },
  offsetCommit: { key: 8, name: 'OffsetCommit', min: 7, max: 7, flexible: NEVER },
  offsetFetch: { key: 9, name: 'OffsetFetch', min: 5, max: 5, flexible: NEVER },
  findCoordinator: { key: 10, name: 'FindCoordinator', min: 2, max: 2, flexible: NEVER },
  describeGroups: { key: 15, name: 'DescribeGroups', min: 4, max: 4, flexible: NEVER },
  listGroups: { key: 16, name: 'ListGroups', min: 2, max: 2, flexible: NEVER },
  apiVersions: { key: 18, name: 'ApiVersions', min: 0, max: 3, flexible: 3 },
  createTopics: { key: 19, name: 'CreateTopics', min: 4, max: 4, flexible: NEVER },
  deleteRecords: { key: 21, name: 'DeleteRecords', min: 1, max: 1, flexible: NEVER },
  initProducerId: { key: 22, name: 'InitProducerId', min: 1, max: 1, flexible: NEVER },
  epochEnd: { key: 23, name: 'OffsetForLeaderEpoch', min: 3, max: 3, flexible: NEVER },
  describeConfigs: { key: 32, name: 'DescribeConfigs', min: 1, max: 2, flexible: NEVER },
  describeLogDirs: { key: 35, name: 'DescribeLogDirs', min: 1, max: 1, flexible: NEVER },
  incrementalAlterConfigs: { key: 44, name: 'IncrementalAlterConfigs', min: 0, max: 0, flexible: NEVER },
  describeCluster: { key: 60, name: 'DescribeCluster', min: 0, max: 0, flexible: 0 },
  consumerGroupDescribe: { key: 69, name: 'ConsumerGroupDescribe', min: 0, max: 0, flexible: 0 },
} as const satisfies Record<string, Api>

/** What a broker says it speaks: API key → lowest and highest version. */
export type ApiVersions = ReadonlyMap<number, { min: number; max: number }>
