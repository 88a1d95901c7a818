import { z } from 'zod'
import type { StorageConfig } from './endpoint.ts'
import { type EvidenceConfig, evidenceOf, evidenceSection } from './evidence.ts'
import { type ExtractFilter, filterNode } from './extract-filter.ts'
import { type MaskRule, maskRule, maskRules } from './extract-mask.ts'
import { choice, list, text, time } from './fields.ts'
import { refuseUnsupported, standIn, storageLine, withHints } from './load.ts'
import { parseLocation } from './location.ts'
import { type Problem, problemError, problemsOf } from './problems.ts'
import { backupId, storageSection, topicSelection } from './schema.ts'
import { storageOf } from './storage.ts'
import type { TopicSelection } from './types.ts'
import { checkWindow } from './window.ts'
import { parseConfigYaml, type Tree } from './yaml.ts'

/** A file with `mode: extract`: which records of an archive to cut out, for which case, and into which package. */
export interface ExtractConfig {
  mode: 'extract'
  backup_id: string
  storage: StorageConfig
  case: { matter: string; custodian: string | null; requested_by: string | null; reason: string | null }
  extract: ExtractOptions
  evidence: EvidenceConfig
  /** The package to write: a local path that ends in `.zip`. */
  output: string
  notes: string[]
  /** The file as it was read, secrets replaced by variables' names: for the report. */
  asWritten: Record<string, unknown>
}

export interface ExtractOptions {
  topics: TopicSelection
  /** Milliseconds since the epoch, inclusive; null is open. */
  time_window_start: number | null
  time_window_end: number | null
  /** `broker`: only for topics whose `message.timestamp.type` is LogAppendTime, where the two are one. */
  time: 'record' | 'broker'
  filter: ExtractFilter | null
  mask: MaskRule[]
  /** `ndjson` is always among them. `dat` gives both encodings. */
  formats: ExtractFormat[]
}

export type ExtractFormat = 'ndjson' | 'csv' | 'parquet' | 'dat'

const caseSection = z.strictObject({
  matter: text(200),
  custodian: text(500).optional(),
  requested_by: text(500).optional(),
  reason: text(4_000).optional(),
})

const extractSection = z.strictObject({
  topics: topicSelection,
  time_window_start: time().optional(),
  time_window_end: time().optional(),
  time: choice(['record', 'broker']).default('record'),
  filter: filterNode.optional(),
  mask: maskRules.default([]),
  formats: list(choice(['ndjson', 'csv', 'parquet', 'dat']), 10).default(['ndjson']),
})

const extractFile = z.strictObject({
  mode: choice(['extract']),
  backup_id: backupId,
  storage: storageSection,
  case: caseSection,
  extract: extractSection.prefault({}),
  evidence: evidenceSection.optional(),
  output: text(4_096).regex(/\.zip$/i, 'expected a file that ends in ".zip"'),
})

/** For documentation and for "did you mean". */
export const EXTRACT_SECTIONS = {
  '': extractFile,
  case: caseSection,
  extract: extractSection,
  'extract.mask.*': maskRule,
} as const satisfies Record<string, z.ZodObject>

/**
 * An extraction's file, parsed, expanded and checked.
 * @throws as `loadConfig`, with the line
 */
export function loadExtract(
  source: { text: string; name: string },
  environment: Readonly<Record<string, string | undefined>>,
  now: Date = new Date(),
): ExtractConfig {
  const yaml = parseConfigYaml(source.text, source.name, { environment, now })
  const stop = (problems: Problem[]): never => {
    throw problemError(source.name, yaml, problems)
  }
  if (typeof yaml.tree !== 'object' || Array.isArray(yaml.tree)) {
    const message = 'expected a file with "mode: extract", "backup_id", "storage", "case", "extract" and "output"'
    return stop([{ code: 'CONFIG_INVALID_VALUE', path: [], message }])
  }
  const tree: { [key: string]: Tree } = yaml.tree
  refuseUnsupported({ storage: tree.storage }, (code, path, message, hint) =>
    stop([{ code, path, message, ...(hint === undefined ? {} : { hint }) }]),
  )
  if (tree.mode !== undefined && tree.mode !== 'extract') {
    const mode = typeof tree.mode === 'string' ? tree.mode.slice(0, 40) : null
    const other = mode === 'backup' || mode === 'restore' ? `Run "coffer ${mode}" for this file, or write` : 'Write'
    const hint = `${other} "mode: extract".`
    const message = `expected "mode: extract", got ${mode === null ? 'a list or a section' : JSON.stringify(mode)}`
    return stop([{ code: 'CONFIG_INVALID_VALUE', path: ['mode'], message, hint }])
  }
  const inline = storageLine(tree, environment)
  const parsed = extractFile.safeParse(inline === null ? tree : standIn(tree))
  if (!parsed.success) return stop(withHints(problemsOf(parsed.error.issues, yaml, EXTRACT_SECTIONS)))
  const problems: Problem[] = []
  const notes: string[] = []
  const file = parsed.data
  const { time_window_start: start, time_window_end: end } = file.extract
  checkWindow('extract', start, end, problems, notes)
  const storage = inline === null ? storageOf(file.storage, problems, notes) : parseLocation(inline, environment)
  const evidence = evidenceOf(file.evidence, problems, notes)
  if (problems.length > 0) return stop(problems)
  return {
    mode: 'extract',
    backup_id: file.backup_id,
    storage,
    case: {
      matter: file.case.matter,
      custodian: file.case.custodian ?? null,
      requested_by: file.case.requested_by ?? null,
      reason: file.case.reason ?? null,
    },
    extract: {
      topics: file.extract.topics,
      time_window_start: start ?? null,
      time_window_end: end ?? null,
      time: file.extract.time,
      filter: file.extract.filter ?? null,
      mask: file.extract.mask,
      formats: [...new Set<ExtractFormat>(['ndjson', ...file.extract.formats])],
    },
    evidence,
    output: file.output,
    notes,
    asWritten: JSON.parse(JSON.stringify(yaml.tree)) as Record<string, unknown>,
  }
}
