import { activityVerbs } from './activity.ts'
import { approvalVerbs } from './approvals.ts'
import { custodyVerbs } from './custody.ts'
import { evidenceVerbs } from './evidence.ts'
import { extract } from './extract.ts'
import { groupOffsetVerbs } from './group-offsets.ts'
import { holdVerbs } from './hold.ts'
import { keyVerbs } from './keys.ts'
import { controls, describe, list, overview, showOffsetMapping, status, validate } from './read.ts'
import { backup, check, restore, snapshotGroups, threePhaseRestore, validateRestore } from './run.ts'
import { scheduleVerbs } from './schedule.ts'
import { updateVerbs } from './update.ts'
import type { Verb } from './verb.ts'
import { verifyVerbs } from './verify.ts'

/** Every verb but `help` and `version`, in the order of the help. */
export const VERBS: readonly Verb[] = [
  backup,
  restore,
  validate,
  list,
  overview,
  describe,
  status,
  check,
  validateRestore,
  threePhaseRestore,
  snapshotGroups,
  showOffsetMapping,
  ...groupOffsetVerbs,
  ...evidenceVerbs,
  ...verifyVerbs,
  controls,
  extract,
  ...custodyVerbs,
  ...holdVerbs,
  ...keyVerbs,
  ...scheduleVerbs,
  ...activityVerbs,
  ...approvalVerbs,
  ...updateVerbs,
]
