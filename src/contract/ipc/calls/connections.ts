import { z } from 'zod'
import { checkResult } from '../archive.ts'
import { connection, connectionInput } from '../connection.ts'
import type { CallSchemas } from './schemas.ts'

export const connectionCalls = {
  'connections.list': { input: z.null(), output: z.array(connection) },
  'connections.save': { input: connectionInput, output: connection },
  'connections.remove': { input: z.object({ id: z.uuid() }), output: z.null() },
  /** Tries each step on the way to the cluster or storage, and answers when the last one is done or one has failed. */
  'connections.check': { input: z.object({ id: z.uuid() }), output: checkResult },
} as const satisfies CallSchemas<'connections'>
