import { z } from 'zod'
import type { Said, SaidValue, Saying } from '../said/said.ts'
import { MAX_TEXT } from './limits.ts'

const value: z.ZodType<SaidValue> = z.lazy(() =>
  z.union([z.string().max(MAX_TEXT), z.number(), z.array(z.string().max(MAX_TEXT)), z.array(said), said]),
)

/** A sentence of the engine by its name and what it is filled with. */
export const said: z.ZodType<Said> = z.lazy(() =>
  z.object({ id: z.string().max(100), values: z.record(z.string(), value).exactOptional() }),
) as z.ZodType<Saying> as z.ZodType<Said>
