import { CofferError, serializeError } from '../../contract/errors.ts'
import type { UpdateCheckResult } from '../../contract/results/update.ts'
import { beside, say } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { TOOL } from '../../contract/tool.ts'
import {
  MAX_LIST_BYTES,
  MAX_SIGNATURE_BYTES,
  type UpdateFile,
  type UpdateList,
  type UpdateSettings,
  type UpdateVersion,
} from '../../contract/updates.ts'
import { compareVersions } from '../../contract/versions.ts'
import { placeOf, shownPlace } from './address.ts'
import { readList } from './list.ts'
import { readMemory, rememberList, rememberLook } from './memory.ts'
import { proxyFor } from './proxy.ts'
import { type KnownPublisherKey, readPublisherKey } from './publisher-key.ts'
import { findUpdateSettings } from './settings.ts'
import { openSource, type UpdateLimits, type UpdateSource } from './source.ts'
import { removeHalfFetched } from './tidy.ts'

/** What a look needs of its surroundings. */
export interface UpdateWorld {
  environment: Readonly<Record<string, string | undefined>>
  limits: UpdateLimits
  signal: AbortSignal
  /** Milliseconds. */
  now: number
}

export interface Looked {
  result: UpdateCheckResult
  source: UpdateSource
}

/**
 * Gets the list of versions, and takes it only where every check holds: signature, form, channel, time, serial number.
 * @throws UPDATES_OFF, UPDATE_UNREACHABLE, UPDATE_REFUSED, CONFIG_…, STORAGE_…
 */
export async function look(world: UpdateWorld): Promise<Looked> {
  const { environment, limits, signal, now } = world
  const { settings, address, channel, key } = await switchedOn(environment)
  // what can't be remembered can't be compared: said before anybody is asked
  await readMemory(environment)
  const place = placeOf(address)
  const proxy = place.kind === 'http' ? proxyFor(place.list, settings, environment) : null
  const source = openSource(place, proxy, limits, signal)
  const signature = await source.small('.sig.der', MAX_SIGNATURE_BYTES)
  const bytes = await source.small('', MAX_LIST_BYTES)
  const { list, sha256 } = await readList(bytes, signature, { key, channel, now })
  await rememberList(environment, { key_id: key.key_id, channel, serial: list.serial, sha256 }, now)
  const newest = newerIn(list)
  return {
    source,
    result: {
      kind: 'update',
      action: 'check',
      state: newest === null ? 'up-to-date' : 'available',
      running: TOOL.version,
      newest,
      fitting: newest === null ? [] : fittingFiles(newest),
      checked_at: isoTime(now),
      removed: await removeHalfFetched(environment, now),
      list: {
        address: shownPlace(place),
        key_id: key.key_id,
        channel,
        serial: list.serial,
        published_at: list.published_at,
        expires_at: list.expires_at,
        sha256,
      },
    },
  }
}

/** A look whose outcome is remembered, whatever it is. @throws as `look` */
export async function runCheck(by: 'hand' | 'daily', world: UpdateWorld): Promise<UpdateCheckResult> {
  const at = isoTime(world.now)
  try {
    const { result } = await look(world)
    const { newest, list } = result
    const found = { expires_at: list.expires_at, address: list.address, key_id: list.key_id, channel: list.channel }
    const outcome =
      newest === null ? { state: 'up-to-date' as const } : { state: 'available' as const, newest, ...found }
    await rememberLook(world.environment, { at, by, outcome })
    return result
  } catch (error) {
    const { code, message, said } = serializeError(error)
    // who stopped it knows; where it is off, nobody was asked
    if (!world.signal.aborted && code !== 'UPDATES_OFF') {
      const outcome = { state: 'failed' as const, code, message: message.slice(0, 4_000), ...beside(said) }
      await rememberLook(world.environment, { at, by, outcome }).catch(() => {})
    }
    throw error
  }
}

async function switchedOn(
  environment: UpdateWorld['environment'],
): Promise<{ settings: UpdateSettings; address: string; channel: string; key: KnownPublisherKey }> {
  const { settings, path } = await findUpdateSettings(environment)
  const { enabled, address, public_key: pem, channel } = settings
  if (!enabled || address === null || pem === null) {
    throw new CofferError('UPDATES_OFF', say('update.off'), {
      hint: 'Switch it on in Settings, or with "coffer update on --address ADDRESS --public-key FILE".',
    })
  }
  return { settings, address, channel, key: readPublisherKey(Buffer.from(pem), path ?? 'settings') }
}

/** The newest version of a list, where it is newer than the one that runs. */
function newerIn(list: UpdateList): UpdateVersion | null {
  const [newest] = [...list.versions].sort((a, b) => compareVersions(b.version, a.version))
  return newest !== undefined && compareVersions(newest.version, TOOL.version) > 0 ? newest : null
}

/** What this system and processor can use. */
function fittingFiles({ files }: UpdateVersion): UpdateFile[] {
  return files.filter(({ platform, arch }) => platform === process.platform && arch === process.arch)
}
