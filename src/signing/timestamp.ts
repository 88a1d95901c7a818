import { CofferError } from '../contract/errors.ts'
import type { SigningConfig } from '../contract/evidence/signing.ts'

/** An RFC 3161 time-stamping authority. */
export interface TimestampAuthority {
  url: string
  /** DER roots that its certificates must lead to; none: its chain is kept and trusted by nobody yet. */
  roots: readonly Buffer[]
  /**
   * Asks for a timestamp over SHA-256 of `data`, and checks all of the answer before it gives it out.
   * @returns a TimeStampToken in DER
   * @throws CofferError TIMESTAMP_FAILED with what was wrong
   */
  stamp(data: Buffer): Promise<Buffer>
}

/** The authority of the configuration, null where there is none. Contacts nothing yet. */
export async function timestampAuthority(config: SigningConfig): Promise<TimestampAuthority | null> {
  if (config.timestamp_url === null) return null
  throw new CofferError('UNSUPPORTED', 'timestamps are being built')
}
