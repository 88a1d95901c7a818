import type { CofferError } from '../errors.ts'
import { beside, type Reason } from './said.ts'

/** An error's sentence as the reason of a finding. */
export function reasonOf({ message, said }: Pick<CofferError, 'message' | 'said'>): Reason {
  return { reason: message, ...beside(said) }
}
