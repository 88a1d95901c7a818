import { z } from 'zod'

/**
 * Where the values of connections' secrets are kept.
 * - `keychain`: the operating system's
 * - `file-unlocked`, `file-locked`: an encrypted file of the profile, whose passphrase was or was not typed in yet
 * - `none`: there is no keychain and no file, so values last until Coffer is ended
 */
export const vaultState = z.object({
  state: z.enum(['keychain', 'file-unlocked', 'file-locked', 'none']),
  /** How many values are kept for good, and how many only until Coffer is ended. */
  kept: z.number(),
  inMemory: z.number(),
  /** Why there is no keychain, or what it did not take; one sentence. */
  problem: z.string().nullable(),
})
export type VaultState = z.infer<typeof vaultState>

/** Long enough that guessing is dear; the other bound keeps a broken page from sending a book. */
export const LEAST_PASSPHRASE = 8
export const newPassphrase = z
  .string()
  .max(1_024)
  .refine((value) => [...value].length >= LEAST_PASSPHRASE, {
    error: `expected a passphrase of at least ${LEAST_PASSPHRASE} characters`,
  })
