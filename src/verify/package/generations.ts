import type { VerifyCheck } from '../../contract/evidence/verdict.ts'
import type { ManifestFacts } from './manifest.ts'
import { counted, failedCheck, passedCheck, quoted, unknownCheck } from './refusal.ts'

const CHECK = 'manifest-chain'

/** Where the manifest of an earlier generation lies in a package. */
export function previousPath(generation: number): string {
  return `manifest/previous-${String(generation).padStart(6, '0')}.json`
}

export interface Generation {
  facts: ManifestFacts
  sha256: string
}

/**
 * Follows the chain of generations back (docs/archive-format.md section 4): each has the SHA-256 that the next one
 * states, and nothing that it says of a segment or an account was changed later. Two are in memory at a time.
 * @param paths of the earlier manifests that the package has
 * @param load reads one of them
 */
export async function checkGenerations(
  present: ManifestFacts,
  paths: readonly string[],
  load: (path: string) => Promise<Generation>,
): Promise<VerifyCheck[]> {
  const unused = new Set(paths)
  let later = present
  let steps = 0
  while (later.previous !== null) {
    const path = previousPath(later.previous.generation)
    if (!unused.delete(path)) {
      const reason = `The manifest of generation ${later.previous.generation} is not in the package: what the runs before said can't be compared.`
      return [unknownCheck(CHECK, path, 'FILE_MISSING', reason)]
    }
    const found = await load(path)
    const problem = linkProblem(later, found)
    if (problem !== null) return [failedCheck(CHECK, path, problem.sub, problem.reason)]
    later = found.facts
    steps++
  }
  const [left] = unused
  if (left !== undefined) return [failedCheck(CHECK, left, 'FORMAT_FAILURE', strange(left))]
  if (present.generation === null) return []
  if (later.generation !== null && later.generation !== 1) {
    const reason = `Generation ${later.generation} names none before it, so the chain of runs is cut.`
    return [failedCheck(CHECK, 'manifest/manifest.json', 'HASH_FAILURE', reason)]
  }
  const reason =
    steps === 0
      ? 'The manifest is of the first run: there is none before it.'
      : `The manifest and ${counted(steps, 'earlier one')} form an unbroken chain of hashes, and no run changed what an earlier one said.`
  return [passedCheck(CHECK, 'manifest/manifest.json', reason)]
}

function linkProblem(
  later: ManifestFacts,
  { facts, sha256 }: Generation,
): { sub: 'HASH_FAILURE' | 'FORMAT_FAILURE' | 'COVERAGE_FAILURE'; reason: string } | null {
  const { previous } = later
  if (previous === null) return null
  if (sha256 !== previous.sha256) {
    return {
      sub: 'HASH_FAILURE',
      reason: `The manifest of generation ${previous.generation} is not the one that the next run hashed.`,
    }
  }
  if ((facts.generation ?? 0) !== previous.generation || facts.backupId !== later.backupId) {
    return {
      sub: 'FORMAT_FAILURE',
      reason: `The manifest that lies at generation ${previous.generation} is of another run or backup.`,
    }
  }
  for (const segment of facts.segments.values()) {
    if (later.segments.get(segment.key)?.text !== segment.text) return changed(segment.key)
  }
  const accounts = new Map(later.partitions.map((item) => [`${item.topic}/${item.partition}`, item.accountTexts]))
  for (const { topic, partition, accountTexts } of facts.partitions) {
    const now = accounts.get(`${topic}/${partition}`) ?? []
    if (accountTexts.some((entry, i) => now[i] !== entry)) return changed(`${topic}/${partition}`)
  }
  return null
}

function changed(what: string): { sub: 'COVERAGE_FAILURE'; reason: string } {
  return {
    sub: 'COVERAGE_FAILURE',
    reason: `A later run tells another story of ${quoted(what)} than an earlier one did.`,
  }
}

function strange(path: string): string {
  return `${quoted(path)} is no generation that the manifest leads to.`
}
