import { CofferError } from '../../contract/errors.ts'
import type { SaidId } from '../../contract/said/english.ts'
import { type Said, type SaidValues, say } from '../../contract/said/said.ts'

/** Why something that came from the publisher's address is not taken; `details.reason` of the error, for scripts. */
export type Refusal =
  | 'signature'
  | 'format'
  | 'channel'
  | 'expired'
  | 'not_yet'
  | 'rollback'
  | 'redirect'
  | 'too_large'
  | 'digest'

/** The sentences of this area by their names. */
type UpdateId = Extract<SaidId, `update.${string}`>

/** @param details more for scripts and for whoever looks for the cause */
export function refused(
  reason: Refusal,
  id: UpdateId,
  values: SaidValues = {},
  extras: { hint?: string; details?: Record<string, unknown> } = {},
): CofferError {
  return new CofferError('UPDATE_REFUSED', say(id, values), {
    hint: extras.hint ?? 'Nothing of it is used. Ask the publisher, and whoever runs the address.',
    details: { reason, ...extras.details },
  })
}

export function unreachable(address: string, why: Said | string, cause?: unknown): CofferError {
  return new CofferError('UPDATE_UNREACHABLE', say('update.unreachable', { address, why }), {
    hint: 'Check the address and the network; nothing was changed here.',
    ...(cause === undefined ? {} : { cause }),
  })
}
