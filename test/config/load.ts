import { loadConfig } from '../../src/contract/config/load.ts'
import type { BackupConfig, RestoreConfig } from '../../src/contract/config/types.ts'
import { CofferError, type ErrorCode } from '../../src/contract/errors.ts'

const NOW = new Date('2026-04-05T02:03:04.567Z')

const source = (text: string) => ({ text, name: 'sox-backup.yaml', directory: '/etc/coffer' })

export function loadBackup(text: string, environment: Record<string, string> = {}): BackupConfig {
  return loadConfig(source(text), environment, 'backup', NOW)
}

export function loadRestore(text: string, environment: Record<string, string> = {}): RestoreConfig {
  return loadConfig(source(text), environment, 'restore', NOW)
}

/** The error that a file leads to; a file that loads is a failure of the test. */
export function refusal(
  text: string,
  environment: Record<string, string> = {},
  kind: 'backup' | 'restore' | 'any' = 'any',
): CofferError {
  try {
    loadConfig(source(text), environment, kind, NOW)
  } catch (error) {
    if (error instanceof CofferError) return error
    throw error
  }
  throw new Error('expected the file to be refused')
}

/** A small valid file for a backup, with lines put under its sections. */
export function backupFile(parts: { top?: string; source?: string; storage?: string; backup?: string } = {}): string {
  return [
    'mode: backup',
    'backup_id: daily',
    ...(parts.top === undefined ? [] : [parts.top]),
    'source:',
    '  bootstrap_servers: [kafka:9092]',
    ...indented(parts.source),
    ...(parts.storage === undefined
      ? ['storage:', '  backend: filesystem', '  path: /backups']
      : ['storage:', ...indented(parts.storage)]),
    'backup:',
    ...indented(parts.backup ?? 'compression: zstd'),
  ].join('\n')
}

export function restoreFile(restore = '', target = ''): string {
  return [
    'mode: restore',
    'backup_id: daily',
    'target:',
    '  bootstrap_servers: [kafka:9092]',
    ...indented(target),
    'storage: /backups',
    'restore:',
    ...indented(restore),
  ].join('\n')
}

function indented(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : text.split('\n').map((line) => `  ${line}`)
}

/** The refusal's code and message, for comparing both. */
export function codeAndMessage(error: CofferError): [ErrorCode, string] {
  return [error.code, error.message]
}
