import type { ValidationConfig } from '../../contract/config/validation.ts'
import { choicesOf } from '../restore/state.ts'
import type { Scope } from './scope.ts'

/**
 * The configuration as it was used, for the report: maps as objects, and every secret as `[secret]`, since that is all
 * that a `Secret` gives.
 */
export function configurationFacts(
  config: ValidationConfig,
  scope: Pick<Scope, 'restore' | 'state'> | null = null,
): Record<string, unknown> {
  const { restore, notes: _notes, groups_asked: _asked, restore_given, ...rest } = config
  return plain({
    ...rest,
    // What the file leaves to the restore's own record, as that has it.
    ...(scope === null || scope.state === null || restore_given
      ? {}
      : {
          restore_by_record: {
            restore_id: scope.state.restore_id,
            topic_mapping: scope.restore.restore.topic_mapping,
            ...choicesOf(scope.restore.restore),
          },
        }),
    target: restore.target,
    restore: restore_given || config.pitr_timestamp !== null ? restore.restore : null,
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
