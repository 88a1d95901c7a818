import { z } from 'zod'
import type { ConfigSource } from '../jobs.ts'
import type { StorageConfig } from './endpoint.ts'
import { type EvidenceConfig, evidenceOf, evidenceSection } from './evidence.ts'
import { refuseUnsupported, standIn, storageLine, withHints } from './load.ts'
import { parseLocation } from './location.ts'
import { type Problem, problemError, problemsOf } from './problems.ts'
import { backupId, storageSection } from './schema.ts'
import { storageOf } from './storage.ts'
import { parseConfigYaml, type Tree } from './yaml.ts'

/** What a job that only makes or signs reports needs of a file, whatever kind of file it is. */
export interface EvidenceFile {
  backup_id: string
  storage: StorageConfig
  evidence: EvidenceConfig
  notes: string[]
}

/** The other sections belong to the jobs that the file is for, which check them. */
const file = z.object({ backup_id: backupId, storage: storageSection, evidence: evidenceSection.optional() })

/**
 * `backup_id`, `storage` and `evidence` of any configuration file: a backup's, a validation's, an extraction's.
 * @throws as `loadConfig`, with the line
 */
export function loadEvidence(
  source: ConfigSource,
  environment: Readonly<Record<string, string | undefined>>,
): EvidenceFile {
  const yaml = parseConfigYaml(source.text, source.name, { environment, now: new Date() })
  const stop = (problems: Problem[]): never => {
    throw problemError(source.name, yaml, problems)
  }
  if (typeof yaml.tree !== 'object' || Array.isArray(yaml.tree)) {
    const message = 'expected a file with "backup_id", "storage" and "evidence"'
    return stop([{ code: 'CONFIG_INVALID_VALUE', path: [], message }])
  }
  const tree: { [key: string]: Tree } = yaml.tree
  const { storage: _given, ...rest } = tree
  const known = _given === undefined ? {} : { storage: _given }
  refuseUnsupported(known, (code, path, message, hint) =>
    stop([{ code, path, message, ...(hint === undefined ? {} : { hint }) }]),
  )
  const inline = storageLine(tree, environment)
  const parsed = file.safeParse(inline === null ? { ...rest, ...known } : standIn(tree))
  if (!parsed.success) return stop(withHints(problemsOf(parsed.error.issues, yaml)))
  const problems: Problem[] = []
  const notes: string[] = []
  const storage = inline === null ? storageOf(parsed.data.storage, problems, notes) : parseLocation(inline, environment)
  const evidence = evidenceOf(parsed.data.evidence, problems, notes)
  return problems.length > 0 ? stop(problems) : { backup_id: parsed.data.backup_id, storage, evidence, notes }
}
