/** A position of a consumer group, where it stands and where it is put. */
export interface OffsetChange {
  group_id: string
  topic: string
  partition: number
  /** null: the group has none there. */
  current: number | null
  /** null: nothing is committed there, and `reason` says why. */
  wanted: number | null
  /** `same`: it stands there already. */
  state: 'same' | 'changed' | 'left'
  /** What there is to say of it: clamped, left as it is. */
  reason?: string
}

export interface OffsetResetResult {
  kind: 'offset-reset'
  action: 'plan' | 'execute' | 'script'
  backup_id: string
  location: string
  /** Whose map of offsets was used. */
  restore_id: string
  /** Of a plan and a script: nothing was committed. */
  dry_run: boolean
  changes: OffsetChange[]
  /** `coffer offset-rollback rollback` takes it: where the groups stood before. null where nothing was committed. */
  undo_snapshot_id: string | null
  /** Of a script without an output file. */
  script: string | null
  output: string | null
  warnings: string[]
}

export interface OffsetSnapshotFacts {
  snapshot_id: string
  created_at: string
  description: string | null
  cluster_id: string | null
  groups: number
  offsets: number
}

export interface OffsetRollbackResult {
  kind: 'offset-rollback'
  action: 'snapshot' | 'list' | 'show' | 'rollback' | 'verify' | 'delete'
  location: string
  /** Of `list`: all, newest first; else the one. */
  snapshots: OffsetSnapshotFacts[]
  /** What `snapshot` and `show` are about. */
  snapshot_id: string | null
  positions: { group_id: string; topic: string; partition: number; offset: number }[]
  dry_run: boolean
  /** Of `rollback` and `verify`. */
  changes: OffsetChange[]
  /** Of `verify`: whether the groups stand where the snapshot has them. */
  verdict: 'PASSED' | 'FAILED' | null
  /** Of `rollback`: where the groups stood before. */
  undo_snapshot_id: string | null
  warnings: string[]
}
