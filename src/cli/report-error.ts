import type { SerializedError } from '../contract/errors.ts'
import { paint } from './paint.ts'

/**
 * An error in words, for standard error: `error: <message> [CODE]`, the other problems of the same file, `hint: …`, and
 * with `verbose` the stack.
 */
export function errorLines(error: SerializedError, verbose: boolean): string[] {
  const also = error.details?.also
  return [
    `${paint('red', 'error:')} ${error.message} [${error.code}]`,
    ...(Array.isArray(also) ? also.map((one) => `${paint('red', 'also:')}  ${String(one)}`) : []),
    ...(error.hint === undefined ? [] : [`${paint('bold', 'hint:')}  ${error.hint}`]),
    ...(verbose && error.stack !== undefined ? error.stack.split('\n') : []),
  ]
}
