import { checkText } from './checks.ts'
import type { AnyResult, Renderer } from './renderer.ts'
import { activityText } from './text-activity.ts'
import { approvalsText } from './text-approvals.ts'
import { describeText, listText, statusText, validateText } from './text-archive.ts'
import { backupPlanText, backupText } from './text-backup.ts'
import { controlsText } from './text-controls.ts'
import { custodyText, monthlyReportText } from './text-custody.ts'
import { evidenceGetText, evidenceListText, evidenceTimestampText, validationText } from './text-evidence.ts'
import { extractPlanText, extractText } from './text-extract.ts'
import { offsetResetText, offsetRollbackText } from './text-group-offsets.ts'
import { holdText, retentionText } from './text-hold.ts'
import { keysText } from './text-keys.ts'
import { overviewText } from './text-overview.ts'
import { groupSnapshotText, offsetMappingText, restorePlanText, restoreText } from './text-restore.ts'
import { scheduleText } from './text-schedule.ts'
import { groupsText, storageLockText, topicsText } from './text-topics.ts'
import { updateText } from './text-update.ts'
import { evidenceVerifyText, verifyText } from './text-verify.ts'

/** Results in words, for people. Errors stand on standard error only. */
export const textRenderer: Renderer = {
  result: (result) => `${lines(result).join('\n')}\n`,
  error: () => null,
}

function lines(result: AnyResult): string[] {
  switch (result.kind) {
    case 'backup':
      return result.dry_run ? backupPlanText(result) : backupText(result)
    case 'restore':
      return result.dry_run ? restorePlanText(result) : restoreText(result)
    case 'check':
      return checkText(result)
    case 'topics':
      return topicsText(result)
    case 'groups':
      return groupsText(result)
    case 'storage-lock':
      return storageLockText(result)
    case 'validate':
      return validateText(result)
    case 'list':
      return listText(result)
    case 'describe':
      return describeText(result)
    case 'status':
      return statusText(result)
    case 'snapshot-groups':
      return groupSnapshotText(result)
    case 'extract':
      return result.dry_run ? extractPlanText(result) : extractText(result)
    // what only the window asks for, and no verb
    case 'preview':
    case 'timeline':
      return [JSON.stringify(result)]
    case 'custody':
      return custodyText(result)
    case 'monthly-report':
      return monthlyReportText(result)
    case 'keys':
      return keysText(result)
    case 'schedule':
      return scheduleText(result)
    case 'hold':
      return holdText(result)
    case 'retention':
      return retentionText(result)
    case 'offset-reset':
      return offsetResetText(result)
    case 'offset-rollback':
      return offsetRollbackText(result)
    case 'approvals':
      return approvalsText(result)
    case 'update':
      return updateText(result)
    case 'activity':
      return activityText(result)
    case 'validation':
      return validationText(result)
    case 'evidence-list':
      return evidenceListText(result)
    case 'evidence-get':
      return evidenceGetText(result)
    case 'verify':
      return verifyText(result)
    case 'evidence-verify':
      return evidenceVerifyText(result)
    case 'evidence-timestamp':
      return evidenceTimestampText(result)
    case 'overview':
      return overviewText(result)
    case 'controls':
      return controlsText(result)
    case 'show-offset-mapping':
      return offsetMappingText(result)
  }
}
