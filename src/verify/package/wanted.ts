import { matcher } from '../../contract/config/topics.ts'
import { isCofferError } from '../../contract/errors.ts'
import type { PackageCoverage } from '../../contract/evidence/package.ts'
import { Refusal } from './refusal.ts'

/** As many as a configuration may have. */
const MAX_PATTERNS = 10_000
/** Kafka's. */
const MAX_NAME = 249
/** A file from anybody may name patterns and topics that take longer together than anybody waits. */
const MAX_MS = 20_000

/**
 * The topics of an archive that a search asked for. One test of a name is bounded by its length; all of them by time.
 * @param names of the manifest's topics
 * @returns why that can't be said, where a pattern is none, or there are too many
 */
export function wantedTopics(
  { topics: { include, exclude } }: PackageCoverage,
  names: readonly string[],
  now: () => number = () => performance.now(),
): string[] | Refusal {
  const tooMuch = new Refusal(
    'LIMIT_REACHED',
    'The coverage selects topics by more, or longer, patterns than are tried.',
  )
  if (include.length + exclude.length > MAX_PATTERNS || names.some(({ length }) => length > MAX_NAME)) return tooMuch
  const deadline = now() + MAX_MS
  let isLate = false
  const late = () => {
    isLate ||= now() > deadline
    return isLate
  }
  const compile = (pattern: string) => (late() ? () => false : matcher(pattern))
  const some = (tests: readonly ReturnType<typeof matcher>[], name: string) =>
    tests.some((test) => late() || test(name))
  try {
    const [included, excluded] = [include.map(compile), exclude.map(compile)]
    const wanted = [...new Set(names)].filter(
      (name) => !isLate && (included.length === 0 || some(included, name)) && !some(excluded, name),
    )
    return isLate ? tooMuch : wanted
  } catch (error) {
    if (!isCofferError(error)) throw error
    return new Refusal('COVERAGE_FAILURE', 'The coverage selects topics by a pattern that is none.')
  }
}
