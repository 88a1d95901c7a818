import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CofferError } from '../../../contract/errors.ts'
import type { AreaHandlers } from '../../../contract/ipc/map.ts'
import type { KeysRequest } from '../../../contract/jobs.ts'
import type { KeyChangedResult, KeysListResult, KeysResult } from '../../../contract/results.ts'
import type { ServiceCore } from '../core.ts'

const STORE_PASSPHRASE = 'COFFER_KEY_PASSPHRASE'
const IMPORT_PASSPHRASE = 'COFFER_IMPORT_PASSPHRASE'

export const keyHandlers = (core: ServiceCore): AreaHandlers<'keys'> => ({
  'keys.list': async () => {
    const { keys, unreadable, warnings } = (await run(core, { action: 'list' })) as KeysListResult
    return { keys, unreadable, warnings }
  },
  'keys.create': async (input) => change(core, { action: 'create', ...input }),
  'keys.import': async ({ name, file, passphrase }) =>
    change(
      core,
      { action: 'import', name, file: core.files.pathOf(file) },
      passphrase === null || passphrase === '' ? {} : { [IMPORT_PASSPHRASE]: passphrase },
    ),
  'keys.exportPublic': async ({ name }) => {
    const folder = await mkdtemp(join(tmpdir(), 'coffer-public-'))
    try {
      const result = await run(core, { action: 'export-public', name, output: folder })
      if (result.action !== 'export-public') throw new CofferError('UNEXPECTED', 'the export gave no files')
      const files = []
      for (const { name: file, what, sha256 } of result.files) {
        const held = await core.files.make(file, await readFile(join(folder, file), 'utf8'))
        files.push({ ...held, what, sha256 })
      }
      return { files }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  'keys.revoke': async ({ name, reason }) => change(core, { action: 'revoke', name, reason }),
  'keys.passphrase': async ({ passphrase }) => {
    await core.memory().catch(() => null)
    await core.vault.set({ [STORE_PASSPHRASE]: passphrase })
    return null
  },
})

async function change(core: ServiceCore, request: KeysRequest, more: Record<string, string> = {}) {
  const { key, warnings, sayings } = (await run(core, request, more)) as KeyChangedResult
  return { key, warnings, sayings }
}

/** @param more of the environment, for this job alone: a passphrase never stands in a request */
async function run(core: ServiceCore, request: KeysRequest, more: Record<string, string> = {}): Promise<KeysResult> {
  const environment = { ...core.environment(), ...more }
  return (await core.jobs.ask({ kind: 'keys', ...request, environment })) as KeysResult
}
