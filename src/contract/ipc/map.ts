import { z } from 'zod'
import { archiveDescription, archiveLocation, backupId, checkResult, listResult } from './archive.ts'
import { connection, connectionInput } from './connection.ts'
import { jobId, jobSummary, yamlSource } from './job.ts'
import type { CallName } from './names.ts'

/**
 * Every call between a window and its host, declared once: main and web-host serve exactly these, preload exposes
 * exactly these, and the renderer knows nothing else of the system. Both ends check both directions at run time.
 */
export const CALLS = {
  'app.info': {
    input: z.null(),
    output: z.object({
      name: z.string(),
      version: z.string(),
      host: z.enum(['desktop', 'browser']),
      profile: z.string(),
      /** Where relative paths start. */
      directory: z.string(),
    }),
  },

  'connections.list': { input: z.null(), output: z.array(connection) },
  'connections.save': { input: connectionInput, output: connection },
  'connections.remove': { input: z.object({ id: z.uuid() }), output: z.null() },
  /** Tries each step on the way to the cluster or storage, and answers when the last one is done or one has failed. */
  'connections.check': { input: z.object({ id: z.uuid() }), output: checkResult },

  'archives.list': { input: z.object({ location: archiveLocation }), output: listResult },
  'archives.describe': { input: z.object({ location: archiveLocation, backupId }), output: archiveDescription },
  /** Starts the check as a job; its verdict comes with the `finished` event. */
  'archives.validate': {
    input: z.object({ location: archiveLocation, backupId, deep: z.boolean() }),
    output: z.object({ jobId }),
  },

  /** Starts what the file's `mode` says: a backup or a restore. */
  'jobs.startFromYaml': {
    input: z.object({ source: yamlSource, dryRun: z.boolean() }),
    output: z.object({ jobId }),
  },
  /** Asks for a clean stop at a durable point, or (`atOnce`) ends the job's thread. */
  'jobs.cancel': { input: z.object({ jobId, atOnce: z.boolean() }), output: z.null() },
  /** The jobs of this session, newest first. */
  'jobs.list': { input: z.null(), output: z.array(jobSummary) },
} as const satisfies Record<CallName, { input: z.ZodType; output: z.ZodType }>

export type CallInput<K extends CallName> = z.infer<(typeof CALLS)[K]['input']>
export type CallOutput<K extends CallName> = z.infer<(typeof CALLS)[K]['output']>

/** Whether a string from the other side names a call; what an object inherits (`constructor`, …) is none. */
export function isCallName(name: string): name is CallName {
  return Object.hasOwn(CALLS, name)
}

/** The host's side: an implementation of every call. */
export type CallHandlers = { [K in CallName]: (input: CallInput<K>) => Promise<CallOutput<K>> }
