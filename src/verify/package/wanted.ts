import { selectTopics } from '../../contract/config/topics.ts'
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
  { topics }: PackageCoverage,
  names: readonly string[],
  now: () => number = () => performance.now(),
): string[] | Refusal {
  const tooMuch = new Refusal(
    'LIMIT_REACHED',
    'The coverage selects topics by more, or longer, patterns than are tried.',
  )
  if (topics.include.length + topics.exclude.length > MAX_PATTERNS || names.some(({ length }) => length > MAX_NAME))
    return tooMuch
  const deadline = now() + MAX_MS
  const step = () => {
    if (now() > deadline) throw tooMuch
  }
  try {
    return selectTopics(new Set(names), topics, step)
  } catch (error) {
    if (error === tooMuch) return tooMuch
    if (!isCofferError(error)) throw error
    return new Refusal('COVERAGE_FAILURE', 'The coverage selects topics by a pattern that is none.')
  }
}
