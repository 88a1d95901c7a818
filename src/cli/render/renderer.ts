import type { SerializedError } from '../../contract/errors.ts'
import type { JobResults } from '../../contract/results.ts'

/** What any job can come back with; `kind` tells them apart. */
export type AnyResult = JobResults[keyof JobResults]

/** One way to print what a verb came to. Everything it returns goes to standard output, once, at the end. */
export interface Renderer {
  result(result: AnyResult): string
  /** For standard output; null where the format has nothing to say there (standard error has it in words anyway). */
  error(error: SerializedError): string | null
}
