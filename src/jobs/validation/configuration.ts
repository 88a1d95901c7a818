import type { ValidationConfig } from '../../contract/config/validation.ts'

/**
 * The configuration as it was used, for the report: maps as objects, and every secret as `[secret]`, since that is all
 * that a `Secret` gives.
 */
export function configurationFacts(config: ValidationConfig): Record<string, unknown> {
  const { restore, notes: _, ...rest } = config
  return plain({
    ...rest,
    target: restore.target,
    restore: config.restore_given || config.pitr_timestamp !== null ? restore.restore : null,
  }) as Record<string, unknown>
}

function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, one: unknown) => {
      if (one instanceof Map) return Object.fromEntries([...one].map(([key, item]) => [String(key), item]))
      return typeof one === 'bigint' ? String(one) : one
    }),
  )
}
