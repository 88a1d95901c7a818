import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { loadExtract } from '../../contract/config/extract.ts'
import { loadConfig } from '../../contract/config/load.ts'
import { loadEvidence } from '../../contract/config/load-evidence.ts'
import { loadValidation } from '../../contract/config/load-validation.ts'
import { isCofferError } from '../../contract/errors.ts'
import type { ConfigSource } from '../../contract/jobs.ts'
import type { ScheduledKind } from '../../contract/schedule.ts'

/**
 * Reads a schedule's file as its job will, so that a mistake is told to whoever makes the schedule, not to the night.
 * An unset `${VAR}` is none: the service may have it.
 * @throws CONFIG_UNREADABLE, and as `loadConfig`
 */
export async function checkScheduledFile(
  kind: ScheduledKind,
  path: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const source: ConfigSource = { text: await readFile(path, 'utf8'), name: path, directory: dirname(path) }
  try {
    load(kind, source, environment)
  } catch (error) {
    if (!isCofferError(error, 'CONFIG_UNSET_VARIABLE')) throw error
    checkAround(kind, source, environment)
  }
}

/** The file with stand-ins for what is not set. A value may be wrong because of one, the rest may not. */
function checkAround(kind: ScheduledKind, source: ConfigSource, environment: Readonly<Record<string, string>>): void {
  const named = [...source.text.matchAll(/\$\{([A-Za-z_]\w*)/g)].map(([, name]) => name as string)
  const unset = named.filter((name) => !environment[name] && !/^DATE(TIME)?$/.test(name))
  const whole = { ...environment, ...Object.fromEntries(unset.map((name) => [name, 'unset'])) }
  try {
    load(kind, source, whole)
  } catch (error) {
    if (!isCofferError(error, 'CONFIG_INVALID_VALUE', 'CONFIG_CONFLICT')) throw error
  }
}

function load(kind: ScheduledKind, source: ConfigSource, environment: Readonly<Record<string, string>>): unknown {
  switch (kind) {
    case 'backup':
    case 'snapshot-groups':
      return loadConfig(source, environment, 'backup')
    case 'check':
      return loadConfig(source, environment, 'any')
    case 'validation':
      return loadValidation(source, environment)
    case 'extract':
      return loadExtract(source, environment)
    case 'monthly-report':
      return loadEvidence(source, environment)
  }
}
