import { CofferError } from '../../contract/errors.ts'

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

/** @param sentence lowercase, with the offending value */
export function refused(reason: Refusal, sentence: string, hint?: string): CofferError {
  return new CofferError('UPDATE_REFUSED', sentence, {
    hint: hint ?? 'Nothing of it is used. Ask the publisher, and whoever runs the address.',
    details: { reason },
  })
}

export function unreachable(address: string, why: string, cause?: unknown): CofferError {
  return new CofferError('UPDATE_UNREACHABLE', `can't get "${address}": ${why}`, {
    hint: 'Check the address and the network; nothing was changed here.',
    ...(cause === undefined ? {} : { cause }),
  })
}
