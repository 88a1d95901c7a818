import type { ConfigSource } from '../jobs.ts'
import { evidenceOf } from './evidence.ts'
import { refuseUnsupported, restoreOf, standIn, storageLine, withHints } from './load.ts'
import { parseLocation } from './location.ts'
import { type Problem, problemError, problemsOf } from './problems.ts'
import { storageOf } from './storage.ts'
import { VALIDATION_SECTIONS, type ValidationConfig, validationFile } from './validation.ts'
import { parseConfigYaml, type Tree } from './yaml.ts'

/**
 * A file for `validation run`, parsed, expanded and checked.
 * @param overrides what the command line says instead of the file
 * @throws as `loadConfig`, with the line
 */
export function loadValidation(
  source: ConfigSource,
  environment: Readonly<Record<string, string | undefined>>,
  overrides: { pitr?: number | null; triggeredBy?: string | null } = {},
  now: Date = new Date(),
): ValidationConfig {
  const yaml = parseConfigYaml(source.text, source.name, { environment, now })
  const stop = (problems: Problem[]): never => {
    throw problemError(source.name, yaml, problems)
  }
  const problem = (code: Problem['code'], path: Problem['path'], message: string, hint?: string): never =>
    stop([{ code, path, message, ...(hint === undefined ? {} : { hint }) }])
  if (typeof yaml.tree !== 'object' || Array.isArray(yaml.tree)) {
    return problem('CONFIG_INVALID_VALUE', [], 'expected a file with "backup_id", "storage" and "target"')
  }
  const tree: { [key: string]: Tree } = yaml.tree
  if (tree.mode !== undefined) {
    problem(
      'CONFIG_UNKNOWN_KEY',
      ['mode'],
      'unknown key "mode": a file for a validation has none',
      'This looks like a file for another verb; one for "validation run" has "backup_id", "storage", "target" and "checks".',
    )
  }
  const { checks: _checks, ...others } = tree
  refuseUnsupported(others, problem)
  const inline = storageLine(tree, environment)
  const parsed = validationFile.safeParse(inline === null ? tree : standIn(tree))
  if (!parsed.success) return stop(withHints(problemsOf(parsed.error.issues, yaml, VALIDATION_SECTIONS)))
  const file = parsed.data
  const problems: Problem[] = []
  const notes: string[] = []
  const storage = inline === null ? storageOf(file.storage, problems, notes) : parseLocation(inline, environment)
  const restore = restoreOf(
    { backup_id: file.backup_id, target: file.target, restore: file.restore ?? VALIDATION_SECTIONS.restore.parse({}) },
    {},
    storage,
    notes,
    problems,
  )
  const pitr = overrides.pitr ?? file.pitr_timestamp ?? null
  if (restore !== null && pitr !== null) {
    const { time_window_end: end } = restore.restore
    if (end !== null && end !== pitr) {
      problems.push({
        code: 'CONFIG_CONFLICT',
        path: ['pitr_timestamp'],
        message: `the point in time (${new Date(pitr).toISOString()}) is not "restore.time_window_end" (${new Date(end).toISOString()})`,
        hint: 'A restore to a point in time ends its window there: give one of them, or the same twice.',
      })
    }
    restore.restore.time_window_end = pitr
  }
  if (file.checks.message_count.mode === 'exact' && file.checks.message_count.sample_percentage !== 100) {
    notes.push('"checks.message_count.sample_percentage" is ignored: the mode is exact')
  }
  if (file.evidence === undefined) notes.push('there is no "evidence" section: the report is JSON, and not signed')
  const evidence = evidenceOf(file.evidence, problems, notes)
  if (problems.length > 0 || restore === null) return stop(problems)
  const { slack, pagerduty } = file.notifications ?? {}
  return {
    backup_id: file.backup_id,
    storage,
    restore,
    restore_given: file.restore !== undefined,
    restore_id: file.restore_id ?? null,
    checks: file.checks,
    groups_asked: hasGroups(tree.checks),
    evidence,
    notifications: {
      slack: slack ?? null,
      pagerduty: pagerduty === undefined ? null : { ...pagerduty, events_url: pagerduty.events_url ?? null },
    },
    pitr_timestamp: pitr,
    triggered_by: overrides.triggeredBy ?? file.triggered_by ?? null,
    notes,
  }
}

function hasGroups(checks: Tree): boolean {
  return typeof checks === 'object' && !Array.isArray(checks) && checks.consumer_group_offsets !== undefined
}
