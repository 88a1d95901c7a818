import { CofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobRequest, JobResult, KeysRequest } from '../../contract/jobs.ts'
import type { KeyChangedResult, KeysResult } from '../../contract/results/keys.ts'
import { say, warned } from '../../contract/said/said.ts'
import { checkedKeyName } from '../../signing/store/names.ts'
import { type KeyFacts, type KeyStore, openKeyStore } from '../../signing/store/store.ts'
import { profileFolder } from '../profile.ts'
import { createKey } from './create.ts'
import { exportPublic } from './export-public.ts'
import { importKey } from './import.ts'
import { keyOverview } from './overview.ts'
import { revokeKey } from './revoke.ts'

/** What an action on a key store needs to know. */
export interface KeysPlace {
  store: KeyStore
  environment: Readonly<Record<string, string>>
  /** Milliseconds. */
  now: number
}

/**
 * Makes, lists, imports, exports and revokes signing keys. No private key is ever in a result, a message or a log.
 * @throws USAGE, KEY_…, KEYCHAIN_FAILED, UNSUPPORTED, STORAGE_… (the folder of the profile), CONFIG_… (the environment)
 */
export async function runKeys(
  request: Extract<JobRequest, { kind: 'keys' }>,
  context: JobContext,
): Promise<JobResult<KeysResult>> {
  if (context.signal.aborted) throw new CofferError('INTERRUPTED', 'stopped before anything was done')
  const { environment } = request
  const store = await openKeyStore({ profile: profileFolder(environment), environment })
  const { exitCode, result } = await act(request, { store, environment, now: Date.now() })
  for (const warning of result.warnings) context.log('warn', warning)
  return { exitCode, result }
}

async function act(request: KeysRequest, place: KeysPlace): Promise<JobResult<KeysResult>> {
  if (request.action !== 'list') checkedKeyName(request.name)
  switch (request.action) {
    case 'create':
      return changed('create', await createKey(request, place), place)
    case 'import':
      return changed('import', await importKey(request, place), place)
    case 'revoke':
      return changed('revoke', await revokeKey(request, place), place)
    case 'list':
      return listKeys(place)
    case 'export-public':
      return { exitCode: EXIT.done, result: await exportPublic(request, place) }
  }
}

function changed(
  action: KeyChangedResult['action'],
  key: KeyFacts,
  { store, now }: KeysPlace,
): JobResult<KeyChangedResult> {
  const warnings = [...key.warnings]
  if (action !== 'revoke' && key.algorithm === 'Ed25519') {
    warnings.push(say('warn.ed25519'))
  }
  const result: KeyChangedResult = {
    kind: 'keys',
    action,
    store: store.folder,
    key: keyOverview(key, now),
    ...warned(warnings),
  }
  return { exitCode: EXIT.done, result }
}

async function listKeys({ store, now }: KeysPlace): Promise<JobResult<KeysResult>> {
  const { keys, unreadable } = await store.list()
  return {
    // a list that leaves a key out would be taken for the whole
    exitCode: unreadable.length === 0 ? EXIT.done : EXIT.damaged,
    result: {
      kind: 'keys',
      action: 'list',
      store: store.folder,
      keys: keys.map((key) => keyOverview(key, now)),
      unreadable,
      ...warned(keys.flatMap(({ warnings }) => warnings)),
    },
  }
}
