/**
 * The exit codes of `coffer`: one table, one meaning each. README and `--help` print this table; a test compares them.
 */
export const EXIT = {
  done: 0,
  unexpected: 1,
  usage: 2,
  unreachable: 3,
  damaged: 4,
  checkFailed: 5,
  indeterminate: 6,
  locked: 7,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** What each exit code means, in the words that `--help` and the README use. */
export const EXIT_MEANING: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'unexpected failure',
  2: 'wrong usage or configuration',
  3: 'cannot reach or not allowed (Kafka or storage)',
  4: 'data damaged or missing',
  5: 'a check failed',
  6: 'indeterminate',
  7: 'somebody else holds the lock',
  130: 'interrupted',
}
