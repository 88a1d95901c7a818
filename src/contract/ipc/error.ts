import { z } from 'zod'
import { ERROR_EXIT, type ErrorCode, type SerializedError } from '../errors.ts'
import { said } from './said.ts'

export const errorCode: z.ZodType<ErrorCode> = z.enum(Object.keys(ERROR_EXIT) as [ErrorCode, ...ErrorCode[]])

/** An error on its way to the renderer. Zod drops what is not named: a stack never gets there. */
export const serializedError: z.ZodType<SerializedError> = z.object({
  code: errorCode,
  message: z.string(),
  said: said.exactOptional(),
  hint: z.string().exactOptional(),
  details: z.record(z.string(), z.unknown()).exactOptional(),
})
