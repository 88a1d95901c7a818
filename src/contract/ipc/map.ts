import type { z } from 'zod'
import { activityCalls } from './calls/activity.ts'
import { appCalls } from './calls/app.ts'
import { approvalCalls } from './calls/approvals.ts'
import { archiveCalls } from './calls/archives.ts'
import { connectionCalls } from './calls/connections.ts'
import { controlCalls } from './calls/controls.ts'
import { fileCalls } from './calls/files.ts'
import { holdCalls } from './calls/holds.ts'
import { jobCalls } from './calls/jobs.ts'
import { keyCalls } from './calls/keys.ts'
import { overviewCalls } from './calls/overview.ts'
import { clusterCalls, planCalls, scheduleCalls, storageCalls } from './calls/plans.ts'
import { draftCalls, settingCalls, vaultCalls } from './calls/profile.ts'
import { reportCalls } from './calls/reports.ts'
import { requestCalls } from './calls/requests.ts'
import { restoreCalls } from './calls/restore.ts'
import { updateCalls } from './calls/updates.ts'
import { verifyCalls } from './calls/verify.ts'
import type { CallName } from './names.ts'

/**
 * Every call between a window and its host, declared once (an area a file in calls/): main and web-host serve exactly
 * these, preload exposes exactly these, and the renderer knows nothing else of the system. Both ends check both
 * directions at run time.
 */
export const CALLS = {
  ...appCalls,
  ...overviewCalls,
  ...keyCalls,
  ...connectionCalls,
  ...archiveCalls,
  ...clusterCalls,
  ...storageCalls,
  ...planCalls,
  ...scheduleCalls,
  ...jobCalls,
  ...activityCalls,
  ...holdCalls,
  ...restoreCalls,
  ...approvalCalls,
  ...fileCalls,
  ...verifyCalls,
  ...reportCalls,
  ...controlCalls,
  ...vaultCalls,
  ...draftCalls,
  ...settingCalls,
  ...requestCalls,
  ...updateCalls,
} as const satisfies Record<CallName, { input: z.ZodType; output: z.ZodType }>

export type CallInput<K extends CallName> = z.infer<(typeof CALLS)[K]['input']>
export type CallOutput<K extends CallName> = z.infer<(typeof CALLS)[K]['output']>

/** Whether a string from the other side names a call; what an object inherits (`constructor`, …) is none. */
export function isCallName(name: string): name is CallName {
  return Object.hasOwn(CALLS, name)
}

/** The host's side: an implementation of every call. */
export type CallHandlers = { [K in CallName]: (input: CallInput<K>) => Promise<CallOutput<K>> }

/** The part of it that is one area's: `AreaHandlers<'jobs'>` are all of `jobs.…`. */
export type AreaHandlers<Area extends string> = Pick<CallHandlers, Extract<CallName, `${Area}.${string}`>>
