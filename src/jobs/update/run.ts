import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobRequest, JobResult, UpdateRequest } from '../../contract/jobs.ts'
import type { UpdateResult, UpdateSettingsResult, UpdateSettingsSaid } from '../../contract/results/update.ts'
import { say } from '../../contract/said/said.ts'
import { TOOL } from '../../contract/tool.ts'
import { type UpdateSettings, updateChannel } from '../../contract/updates.ts'
import { placeOf, shownPlace } from './address.ts'
import { runCheck, type UpdateWorld } from './check.ts'
import { runFetch } from './fetch.ts'
import { readMemory } from './memory.ts'
import { proxyFor, proxySetting } from './proxy.ts'
import { type KnownPublisherKey, readPublisherKey } from './publisher-key.ts'
import { findUpdateSettings, ownSettings, saveUpdateSettings } from './settings.ts'
import { signList } from './sign.ts'
import { LIMITS, type UpdateLimits } from './source.ts'

const MOST_KEY_BYTES = 100_000

/**
 * New versions (docs/updates.md): whether they are looked for, what there is, fetching one, and a publisher's list. Only
 * `check` and `fetch` ask anybody anything, and only where it is switched on. Nothing here runs what was fetched.
 * @param limits for tests
 * @throws UPDATES_OFF, UPDATE_UNREACHABLE, UPDATE_REFUSED, USAGE, CONFIG_…, CERTIFICATE_UNUSABLE, STORAGE_…, INTERRUPTED
 */
export async function runUpdate(
  request: Extract<JobRequest, { kind: 'update' }>,
  context: JobContext,
  limits: UpdateLimits = LIMITS,
): Promise<JobResult<UpdateResult>> {
  const { environment } = request
  const world: UpdateWorld = { environment, limits, signal: context.signal, now: Date.now() }
  try {
    context.signal.throwIfAborted()
    return { exitCode: EXIT.done, result: await act(request, world, context) }
  } catch (error) {
    if (!context.signal.aborted) throw error
    throw new CofferError('INTERRUPTED', 'stopped before its end, and nothing of it was kept', { cause: error })
  }
}

async function act(request: UpdateRequest, world: UpdateWorld, context: JobContext): Promise<UpdateResult> {
  switch (request.action) {
    case 'show':
      return { ...(await updateStanding(world.environment)), action: 'show' }
    case 'on':
      return switchOn(request, world.environment)
    case 'off':
      return change('off', world.environment, (settings) => ({ ...settings, enabled: false, daily: false }))
    case 'check':
      return runCheck(request.by, world)
    case 'fetch':
      return runFetch(request, world, context)
    case 'sign-list':
      return signList(request, world, (sentence) => context.log('warn', sentence))
  }
}

/** How it is set here, and what the last look came to. @throws CONFIG_… where that can't be read */
export async function updateStanding(environment: UpdateWorld['environment']): Promise<UpdateSettingsResult> {
  const { settings, path, own } = await findUpdateSettings(environment)
  const { last } = await readMemory(environment)
  const key =
    settings.public_key === null ? null : readPublisherKey(Buffer.from(settings.public_key), path ?? 'settings')
  return {
    kind: 'update',
    action: 'show',
    enabled: settings.enabled,
    address: settings.address,
    key: key === null ? null : { key_id: key.key_id, algorithm: key.algorithm },
    public_key: key?.pem ?? null,
    channel: settings.channel,
    daily: settings.daily,
    proxy: settings.proxy ?? null,
    proxy_used: proxyUsed(settings, environment),
    settings: path,
    own,
    running: TOOL.version,
    last,
  }
}

async function switchOn(
  request: Extract<UpdateRequest, { action: 'on' }>,
  environment: UpdateWorld['environment'],
): Promise<UpdateSettingsResult> {
  const { address, publicKey, channel, daily, proxy } = request
  const wanted = channel === null ? null : updateChannel.safeParse(channel)
  if (wanted?.success === false) throw new CofferError('USAGE', say('update.channelName', { channel: channel ?? '' }))
  const place = placeOf(address)
  const key =
    'file' in publicKey ? await keyInFile(publicKey.file) : readPublisherKey(Buffer.from(publicKey.pem), 'PEM')
  if ('keyId' in publicKey && key.key_id !== publicKey.keyId) {
    throw new CofferError('USAGE', `expected the key "${publicKey.keyId}", which was compared, got "${key.key_id}"`)
  }
  const through = proxy === null ? null : { proxy: proxySetting(proxy) }
  return change('on', environment, ({ proxy: before, ...settings }) => {
    const now = through === null ? before : through.proxy
    return {
      ...settings,
      enabled: true,
      address: shownPlace(place),
      public_key: key.pem,
      channel: channel ?? settings.channel,
      daily,
      ...(now === undefined ? {} : { proxy: now }),
    }
  })
}

async function change(
  action: 'on' | 'off',
  environment: UpdateWorld['environment'],
  work: (settings: UpdateSettings) => UpdateSettings,
): Promise<UpdateSettingsResult> {
  const { settings } = await findUpdateSettings(environment)
  const was = await updateStanding(environment)
  await saveUpdateSettings(environment, work(settings))
  const now = await updateStanding(environment)
  return { ...now, action, settings: ownSettings(environment), before: settingsSaid(was) }
}

/** What of the settings stands in the journal. */
function settingsSaid(found: UpdateSettingsResult): UpdateSettingsSaid {
  const { enabled, address, key, channel, daily, proxy } = found
  return { enabled, address, key_id: key?.key_id ?? null, channel, daily, proxy }
}

/** For people who look how it is set: an environment that names none that can be used stops a look, and not this. */
function proxyUsed(settings: UpdateSettings, environment: UpdateWorld['environment']): string | null {
  try {
    const place = settings.address === null ? null : placeOf(settings.address)
    return place?.kind === 'http' ? (proxyFor(place.list, settings, environment)?.shown ?? null) : null
  } catch {
    return null
  }
}

/** @throws USAGE where the file can't be read; as `readPublisherKey` */
export async function keyInFile(file: string): Promise<KnownPublisherKey> {
  const path = resolve(file)
  let bytes: Buffer
  try {
    const { size } = await stat(path)
    if (size > MOST_KEY_BYTES) throw new RangeError(`expected at most ${MOST_KEY_BYTES} bytes, got ${size}`)
    bytes = await readFile(path)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new CofferError('USAGE', `can't read "${file}": ${code === 'ENOENT' ? 'no such file' : message}`, { cause })
  }
  return readPublisherKey(bytes, file)
}
