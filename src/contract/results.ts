import type { VerifyResult } from './evidence/verdict.ts'
import type { ActivityResult } from './results/activity.ts'
import type { ApprovalsResult } from './results/approvals.ts'
import type { DescribeResult, ListResult, StatusResult } from './results/archive.ts'
import type { BackupPlanResult, BackupResult } from './results/backup.ts'
import type { CheckResult } from './results/check.ts'
import type { ControlsResult } from './results/controls.ts'
import type { CustodyResult, MonthlyReportResult } from './results/custody.ts'
import type {
  EvidenceGetResult,
  EvidenceListResult,
  EvidenceTimestampResult,
  ValidationResult,
} from './results/evidence.ts'
import type { ExtractPlanResult, ExtractResult } from './results/extract.ts'
import type { OffsetResetResult, OffsetRollbackResult } from './results/group-offsets.ts'
import type { GroupSnapshotResult, GroupsShownResult, OffsetMappingResult } from './results/groups.ts'
import type { HoldOverviewResult, HoldResult, RetentionResult } from './results/hold.ts'
import type { KeysResult } from './results/keys.ts'
import type { OverviewResult } from './results/overview.ts'
import type { PreviewResult } from './results/preview.ts'
import type { RestorePlanResult, RestoreResult } from './results/restore.ts'
import type { ScheduleResult } from './results/schedule.ts'
import type { TimelineResult } from './results/timeline.ts'
import type { StorageLockResult, TopicsResult } from './results/topics.ts'
import type { UpdateResult } from './results/update.ts'
import type { ValidateResult } from './results/validate.ts'
import type { EvidenceVerifyResult } from './results/verify.ts'

export type * from './results/activity.ts'
export type * from './results/approvals.ts'
export type * from './results/archive.ts'
export type * from './results/backup.ts'
export type * from './results/check.ts'
export type * from './results/controls.ts'
export type * from './results/custody.ts'
export type * from './results/evidence.ts'
export type * from './results/extract.ts'
export type * from './results/facts.ts'
export type * from './results/group-offsets.ts'
export type * from './results/groups.ts'
export type * from './results/hold.ts'
export type * from './results/keys.ts'
export type * from './results/overview.ts'
export type * from './results/preview.ts'
export type * from './results/restore.ts'
export type * from './results/schedule.ts'
export type * from './results/timeline.ts'
export type * from './results/topics.ts'
export type * from './results/update.ts'
export type * from './results/validate.ts'
export type * from './results/verify.ts'

/**
 * What each job returns. `--json` prints a result as it stands (describe: see there), so the names here are a contract
 * with scripts. Times are ISO 8601 in UTC (`isoTime`), bytes are uncompressed record bytes unless the name says
 * `stored`, durations are seconds. Nothing here is ever a secret. Lists that could grow with the data are bounded by
 * the job, which says so (`…_total` counts what was found, the list what is shown).
 */
export interface JobResults {
  backup: BackupResult | BackupPlanResult
  restore: RestoreResult | RestorePlanResult
  'snapshot-groups': GroupSnapshotResult
  check: CheckResult
  topics: TopicsResult
  'storage-lock': StorageLockResult
  validate: ValidateResult
  list: ListResult
  describe: DescribeResult
  status: StatusResult
  groups: GroupsShownResult
  'show-offset-mapping': OffsetMappingResult
  extract: ExtractResult | ExtractPlanResult
  preview: PreviewResult
  'package-records': PreviewResult
  timeline: TimelineResult
  keys: KeysResult
  custody: CustodyResult
  'monthly-report': MonthlyReportResult
  schedule: ScheduleResult
  activity: ActivityResult
  hold: HoldResult | HoldOverviewResult
  retention: RetentionResult
  'offset-reset': OffsetResetResult
  'offset-rollback': OffsetRollbackResult
  approvals: ApprovalsResult
  validation: ValidationResult
  'evidence-list': EvidenceListResult
  'evidence-get': EvidenceGetResult
  'evidence-timestamp': EvidenceTimestampResult
  verify: VerifyResult
  'evidence-verify': EvidenceVerifyResult
  overview: OverviewResult
  controls: ControlsResult
  update: UpdateResult
}
