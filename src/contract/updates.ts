import { z } from 'zod'
import { said } from './ipc/said.ts'
import { VERSION } from './versions.ts'

/**
 * New versions: what a publisher signs, and what is set and remembered here (docs/updates.md). All of it comes from
 * elsewhere or lies in files that somebody may have edited, so every text has its bounds.
 */

export const UPDATE_FORMAT = 'coffer-updates/1'
export const DEFAULT_CHANNEL = 'stable'

/** Bytes of a list; of its signature. */
export const MAX_LIST_BYTES = 1_000_000
export const MAX_SIGNATURE_BYTES = 4_096
/** Bytes of one file: an installer with a browser in it has a tenth of that. */
export const MAX_UPDATE_BYTES = 2 * 1024 ** 3
/** A list that is good for ever protects nobody from being shown an old one. */
const MOST_DAYS_VALID = 400

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in lowercase hex')
const time = z.iso.datetime()
const version = z.string().max(100).regex(VERSION, 'expected a version such as "1.2.3"')
/** Publishers may have others; these are the ones that a window offers. */
export const CHANNELS = [DEFAULT_CHANNEL, 'preview'] as const
export const updateChannel = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected a name in lowercase letters, digits and "-"')
// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would act on stays out
const plainText = /^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$/
/** The last part of a path on every system: it lies beside the list, wherever that is. */
const fileName = z
  .string()
  .regex(
    /^(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[A-Za-z0-9][A-Za-z0-9._+-]{0,149}(?<!\.)$/i,
    'expected the name of a file',
  )

export const UPDATE_KINDS = ['dmg', 'nsis', 'AppImage', 'deb', 'rpm'] as const
const PLATFORM_OF = { dmg: 'darwin', nsis: 'win32', AppImage: 'linux', deb: 'linux', rpm: 'linux' } as const

/** One package of a version. Platform and processor are named as Node names them. */
export const updateFile = z
  .strictObject({
    platform: z.enum(['linux', 'darwin', 'win32']),
    arch: z.enum(['x64', 'arm64']),
    kind: z.enum(UPDATE_KINDS),
    name: fileName,
    size: z.number().int().min(1).max(MAX_UPDATE_BYTES),
    sha256: hash,
  })
  .refine(({ platform, kind }) => PLATFORM_OF[kind] === platform, 'expected a kind of package that its platform has')
export type UpdateFile = z.infer<typeof updateFile>

export const updateVersion = z.strictObject({
  version,
  released_at: time,
  notes: z.string().max(20_000).regex(plainText, 'expected text without control characters'),
  files: z.array(updateFile).max(30),
})
export type UpdateVersion = z.infer<typeof updateVersion>

/** What the publisher signs, as canonical JSON (RFC 8785). */
export const updateList = z
  .strictObject({
    format: z.literal(UPDATE_FORMAT),
    product: z.literal('coffer'),
    channel: updateChannel,
    /** Rises with every list of the channel: what is lower than one seen before is old. */
    serial: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
    published_at: time,
    expires_at: time,
    versions: z.array(updateVersion).min(1).max(200),
  })
  .refine(({ published_at, expires_at }) => {
    const valid = Date.parse(expires_at) - Date.parse(published_at)
    return valid > 0 && valid <= MOST_DAYS_VALID * 86_400_000
  }, `expected "expires_at" after "published_at" and at most ${MOST_DAYS_VALID} days later`)
  .refine((list) => areDifferent(list.versions.map((one) => one.version)), 'expected each version once')
  .refine(
    (list) => areDifferent(list.versions.flatMap((one) => one.files.map((file) => file.name.toLowerCase()))),
    'expected each name of a file once',
  )
export type UpdateList = z.infer<typeof updateList>

function areDifferent(all: readonly string[]): boolean {
  return new Set(all).size === all.length
}

/** What a person, or an organisation, has decided. */
export const updateSettings = z
  .strictObject({
    format: z.literal('coffer-update-settings/1'),
    enabled: z.boolean(),
    /** `https://…/updates.json`, a folder or a `file:` address; null: none. */
    address: z.string().min(1).max(4_096).nullable(),
    /** The publisher's, PEM. */
    public_key: z.string().max(20_000).nullable(),
    channel: updateChannel,
    /** Look by itself once a day, while the application runs. */
    daily: z.boolean(),
    /** Address of a proxy, or `none`; absent: as the environment says (HTTPS_PROXY, NO_PROXY). Never with credentials. */
    proxy: z
      .string()
      .max(4_096)
      .regex(
        /^(none|https?:\/\/[^\s@/?#]+)$/,
        'expected "none" or the address of a proxy without user name and password',
      )
      .exactOptional(),
  })
  .refine(
    ({ enabled, address, public_key }) => !enabled || (address !== null && public_key !== null),
    'expected "address" and "public_key" where it is enabled',
  )
export type UpdateSettings = z.infer<typeof updateSettings>

export const UPDATES_OFF: UpdateSettings = {
  format: 'coffer-update-settings/1',
  enabled: false,
  address: null,
  public_key: null,
  channel: DEFAULT_CHANNEL,
  daily: false,
}

/** A look for new versions, as it is remembered. */
export const updateLook = z.strictObject({
  at: time,
  by: z.enum(['hand', 'daily']),
  outcome: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('up-to-date') }),
    z.strictObject({
      state: z.literal('available'),
      newest: updateVersion,
      expires_at: time,
      /** Where it was found and whose it was: what was found elsewhere is not offered any more. */
      address: z.string(),
      key_id: hash,
      /** Absent in what earlier versions remembered. */
      channel: updateChannel.exactOptional(),
    }),
    z.strictObject({
      state: z.literal('failed'),
      code: z.string(),
      message: z.string().max(4_000),
      said: said.exactOptional(),
    }),
  ]),
})
export type UpdateLook = z.infer<typeof updateLook>

/** The newest list seen of each key and channel, and the last look. */
export const updateMemory = z.strictObject({
  format: z.literal('coffer-updates-seen/1'),
  lists: z
    .array(
      z.strictObject({
        key_id: hash,
        channel: updateChannel,
        serial: z.number().int().min(1),
        sha256: hash,
        seen_at: time,
      }),
    )
    .max(1_000),
  last: updateLook.nullable(),
})
export type UpdateMemory = z.infer<typeof updateMemory>
