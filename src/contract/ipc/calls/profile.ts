import { z } from 'zod'
import { MAX_NAME } from '../limits.ts'
import { settings, settingsChange } from '../settings.ts'
import { newPassphrase, vaultState } from '../vault.ts'
import type { CallSchemas } from './schemas.ts'

/** What the application remembers besides jobs: secrets, half-filled wizards, settings. */

/** Values go in with `connections.save`, and none ever comes out. */
export const vaultCalls = {
  'vault.state': { input: z.null(), output: vaultState },
  /** Makes the encrypted file and moves into it what is kept otherwise. */
  'vault.create': { input: z.object({ passphrase: newPassphrase }), output: vaultState },
  'vault.unlock': { input: z.object({ passphrase: z.string().min(1).max(1_024) }), output: vaultState },
  'vault.lock': { input: z.null(), output: vaultState },
  /** Takes every value away: from the keychain, the file and memory. */
  'vault.forget': { input: z.null(), output: vaultState },
} as const satisfies CallSchemas<'vault'>

const draftName = z.string().trim().min(1).max(MAX_NAME)
const updatedAt = z.number()

/** What a wizard was told before it was left: JSON of at most 1 MB, refused where it holds a secret. */
export const draftCalls = {
  'drafts.get': {
    input: z.object({ name: draftName }),
    output: z.object({ name: z.string(), value: z.unknown(), updatedAt }).nullable(),
  },
  'drafts.set': { input: z.object({ name: draftName, value: z.unknown() }), output: z.null() },
  'drafts.remove': { input: z.object({ name: draftName }), output: z.null() },
  /** The newest first, without their values. */
  'drafts.list': { input: z.null(), output: z.array(z.object({ name: z.string(), updatedAt })) },
} as const satisfies CallSchemas<'drafts'>

export const settingCalls = {
  'settings.get': { input: z.null(), output: settings },
  /** What is named changes, the rest stays. Answers with all of them. */
  'settings.set': { input: settingsChange, output: settings },
} as const satisfies CallSchemas<'settings'>
