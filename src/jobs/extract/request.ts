import { createHmac } from 'node:crypto'
import { canonicalJson } from '../../contract/canonical-json.ts'
import type { ExtractConfig } from '../../contract/config/extract.ts'
import { CofferError } from '../../contract/errors.ts'
import { TOOL } from '../../contract/tool.ts'
import { sha256Hex } from '../../evidence/package/digest.ts'

/** The environment's variable with the key of `hash` rules. */
export const MASK_KEY = 'COFFER_MASK_KEY'
/** Shorter ones can be found by trying. */
const LEAST_KEY_BYTES = 16

/**
 * The key of `hash` rules; null where there is no such rule.
 * @throws CONFIG_UNSET_VARIABLE, CONFIG_INVALID_VALUE where it is shorter than 16 bytes
 */
export function maskSecret(config: ExtractConfig, environment: Readonly<Record<string, string>>): Buffer | null {
  if (!config.extract.mask.some(({ how }) => how.kind === 'hash')) return null
  const given = Object.hasOwn(environment, MASK_KEY) ? (environment[MASK_KEY] ?? '') : ''
  const secret = Buffer.from(given)
  const hint = `Set ${MASK_KEY} to a random text of ${LEAST_KEY_BYTES} bytes or more, and keep it: the same key gives the same hashes.`
  if (secret.length === 0) {
    throw new CofferError('CONFIG_UNSET_VARIABLE', `"extract.mask" has a rule "hash", and ${MASK_KEY} is not set`, {
      hint,
    })
  }
  if (secret.length < LEAST_KEY_BYTES) {
    const message = `expected ${LEAST_KEY_BYTES} bytes or more in ${MASK_KEY}, got ${secret.length}`
    throw new CofferError('CONFIG_INVALID_VALUE', message, { hint })
  }
  return secret
}

/** What decides the records that come out: a run that is started again goes on only with the very same. */
export function requestDigest(config: ExtractConfig, manifestSha256: string, secret: Buffer | null): string {
  const { topics, time_window_start, time_window_end, time, filter, mask } = config.extract
  return sha256Hex(
    canonicalJson({
      tool: TOOL.version,
      backup_id: config.backup_id,
      manifest: manifestSha256,
      extract: { topics, time_window_start, time_window_end, time, filter, mask },
      // tells another key from this one and gives neither away
      key: secret === null ? null : createHmac('sha256', secret).update('coffer mask key').digest('hex').slice(0, 16),
    }),
  )
}
