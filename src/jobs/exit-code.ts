import { EXIT, type ExitCode } from '../contract/exit-codes.ts'

/** What could not be read of several things, as one exit code: its own where all of it has the same one, else damaged. */
export function oneExitCode(codes: readonly ExitCode[]): ExitCode {
  const [first, ...others] = new Set(codes)
  return first === undefined ? EXIT.done : others.length === 0 ? first : EXIT.damaged
}
