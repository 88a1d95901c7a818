import type { z } from 'zod'
import type { CallName } from '../names.ts'

/** The calls of one area, `area.verb`: all of those that names.ts lists and no others. */
export type CallSchemas<Area extends string> = Record<
  Extract<CallName, `${Area}.${string}`>,
  { input: z.ZodType; output: z.ZodType }
>
