import { resolve } from 'node:path'

/** What a packaged Coffer was started for. */
export type Started =
  /** With a verb, as `coffer backup …`: no window, the same as the command line. */
  | { as: 'command'; args: string[] }
  /** With evidence (by double click), hidden (at login), or just so. */
  | { as: 'window'; files: string[]; hidden: boolean }

const EVIDENCE = /\.(zip|evidence|pdf|json|sig)$/i

/**
 * @param args of the process, without the program itself (and, in a checkout, without the application's folder)
 * @param directory where relative paths start
 */
export function readCommandLine(args: readonly string[], directory: string): Started {
  const [first] = args
  // A verb is a bare word. Chromium's own switches come with dashes, files with a separator or an ending.
  if (first !== undefined && (/^[a-z][a-z-]*$/.test(first) || /^(--help|-h|--version)$/.test(first))) {
    return { as: 'command', args: [...args] }
  }
  return { as: 'window', files: evidenceIn(args, directory), hidden: args.includes('--hidden') }
}

/** Evidence among the arguments that a second start hands over. */
export function evidenceIn(args: readonly string[], directory: string): string[] {
  return args.filter((arg) => !arg.startsWith('-') && EVIDENCE.test(arg)).map((arg) => resolve(directory, arg))
}
