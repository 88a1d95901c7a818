import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BUILT_IN, variableNames } from '../../contract/config/expand.ts'
import { loadExtract } from '../../contract/config/extract.ts'
import { loadConfig } from '../../contract/config/load.ts'
import { loadEvidence } from '../../contract/config/load-evidence.ts'
import { loadValidation } from '../../contract/config/load-validation.ts'
import { CofferError, isCofferError } from '../../contract/errors.ts'
import type { ConfigSource } from '../../contract/jobs.ts'
import type { ScheduledKind } from '../../contract/schedule.ts'

/** A schedule's file. @throws CONFIG_UNREADABLE */
export async function readScheduledFile(path: string): Promise<ConfigSource> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) throw new Error('it is a folder')
    // a pipe would be waited for
    if (!found.isFile()) throw new Error('it is no regular file')
    return { text: await readFile(path, 'utf8'), name: path, directory: dirname(path) }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'not allowed' : message
    throw new CofferError('CONFIG_UNREADABLE', `can't read the configuration file "${path}": ${why}`, { cause })
  }
}

/**
 * Loads a schedule's file as its job will, so that a mistake is told to whoever makes the schedule, not to the night.
 * An unset `${VAR}` is none: the service may have it.
 * @throws as `loadConfig`
 */
export function checkScheduledFile(
  kind: ScheduledKind,
  source: ConfigSource,
  environment: Readonly<Record<string, string>>,
): void {
  try {
    load(kind, source, environment)
  } catch (error) {
    if (!isCofferError(error, 'CONFIG_UNSET_VARIABLE')) throw error
    checkAround(kind, source, environment)
  }
}

/** The file with stand-ins for what is not set. A value may be wrong because of one, the rest may not. */
function checkAround(kind: ScheduledKind, source: ConfigSource, environment: Readonly<Record<string, string>>): void {
  const unset = variableNames(source.text).filter((name) => !environment[name] && !BUILT_IN.includes(name))
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
