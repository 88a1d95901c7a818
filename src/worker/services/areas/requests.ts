import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { loadExtract } from '../../../contract/config/extract.ts'
import { CofferError, isCofferError } from '../../../contract/errors.ts'
import type { RequestSummary } from '../../../contract/ipc/calls/requests.ts'
import type { AreaHandlers } from '../../../contract/ipc/map.ts'
import type { ConfigSource } from '../../../contract/jobs.ts'
import type { CaseData, ExtractionSpec } from '../../../contract/requests/spec.ts'
import { extractionYaml } from '../../../contract/requests/yaml.ts'
import { isoTime } from '../../../contract/time.ts'
import { caseCustody, noteInCase } from '../../../jobs/requests/custody.ts'
import { CaseStore, folderName, packagesFolder, type StoredCase } from '../../../jobs/requests/store.ts'
import { configurationOf } from '../connection-text.ts'
import type { ServiceCore } from '../core.ts'
import { windowOutcome } from '../facts.ts'
import { Previews } from '../previews.ts'
import { RequestPackages } from '../request-packages.ts'

const MASK_KEY = 'COFFER_MASK_KEY'
const CUSTODY_SHOWN = 1_000

/** Case folders, previews and packages (contract/ipc/calls/requests.ts). */
export function requestHandlers(core: ServiceCore): AreaHandlers<'requests'> & { close(): Promise<void> } {
  const store = new CaseStore(core.options.profile)
  const packages = new RequestPackages(core, store)
  const previews = new Previews(core)
  /** Archives that were looked into for a case in this session: one line of custody for each. */
  const viewed = new Map<string, Promise<void>>()

  const yamlFor = async (data: CaseData, spec: ExtractionSpec, output: string): Promise<string> =>
    extractionYaml(data, spec, await storageOf(core, spec), output)

  const handlers: AreaHandlers<'requests'> = {
    'requests.list': async () => {
      const { cases, unreadable } = await store.list()
      const requests = cases.map(summaryOf).sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))
      return { requests, unreadable }
    },
    'requests.get': async ({ id }) => {
      const { stored, ...shown } = await packages.shown(id)
      return {
        summary: summaryOf(stored),
        ...shown,
        notes: stored.file.notes,
        spec: await store.spec(id),
      }
    },
    'requests.create': async ({ data, parent }) => {
      const { file } = await store.create(data, parent === null ? null : core.path(parent))
      return { id: file.id }
    },
    'requests.update': async ({ id, data, state }) => {
      await store.change(id, (file) => ({ ...file, data: data ?? file.data, state: state ?? file.state }))
      return null
    },
    'requests.keep': async ({ id, spec }) => {
      await store.keepSpec(id, spec)
      return null
    },
    'requests.addNote': async ({ id, text }) => {
      const by = core.options.environment.USER ?? core.options.environment.USERNAME ?? ''
      const note = { at: isoTime(Date.now()), by, text }
      await store.change(id, (file) => ({ ...file, notes: [...file.notes, note] }))
      return null
    },
    'requests.custody': async ({ id }) => {
      const { entries, problems } = await caseCustody((await store.get(id)).folder)
      return { entries: entries.slice(-CUSTODY_SHOWN), total: entries.length, problems: problems.slice(0, 200) }
    },
    'requests.addCustody': async ({ id, ...event }) => {
      await packages.note(id, event)
      return null
    },
    'requests.timeline': async ({ location, backupId, topics, zone, range, readBytes }) => {
      const archive = await core.archive(location)
      return core.ask({ kind: 'timeline', archive, backupId, topics, zone, range, readBytes, window: null })
    },
    'requests.window': async ({ location, backupId, topics, start, end }) => {
      const archive = await core.archive(location)
      const asked = { topics, zone: 'UTC', range: null, readBytes: 0, window: { start, end } }
      const { window } = await core.ask({ kind: 'timeline', archive, backupId, ...asked })
      if (window === null) throw new CofferError('UNEXPECTED', 'the job did not answer what was asked')
      return window
    },
    'requests.preview': async ({ id, spec, sample, replaces }) => {
      const { file, folder } = await store.get(id)
      const asked: ExtractionSpec = sample ? { ...spec, filter: { ...spec.filter, parts: [] } } : spec
      const text = await yamlFor(file.data, asked, 'preview.zip')
      await noteViewed(viewed, folder, spec)
      return { previewId: await previews.start({ config: source(core, text) }, replaces) }
    },
    'requests.openPackage': async ({ id, file }) => {
      const path = await packages.pathOf(id, file)
      return { previewId: await previews.start({ file: path }, null) }
    },
    'requests.previewState': ({ previewId }) => previews.state(previewId),
    'requests.previewRows': ({ previewId, from, count }) => previews.rows(previewId, from, count),
    'requests.previewRecord': ({ previewId, row }) => previews.record(previewId, row),
    'requests.previewFields': ({ previewId }) => previews.fields(previewId),
    'requests.previewMore': async ({ previewId }) => {
      await previews.more(previewId)
      return null
    },
    'requests.previewEnd': async ({ previewId }) => {
      await previews.end(previewId)
      return null
    },
    'requests.signers': async () => {
      const list = await core.ask({ kind: 'keys', action: 'list' })
      if (list.action !== 'list') return []
      return list.keys.slice(0, 1_000).map((key) => ({
        name: key.name,
        subject: key.certificate?.subject ?? null,
        algorithm: key.algorithm,
        status: key.status,
        until: key.certificate?.not_after ?? null,
        rootSha256: key.root?.sha256 ?? null,
      }))
    },
    'requests.makeSigner': async ({ owner, organisation }) => {
      const name = folderName(owner).toLowerCase()
      const own = organisation === '' ? null : organisation
      await core.ask({ kind: 'keys', action: 'create', name, owner, organisation: own, algorithm: null })
      return { name }
    },
    'requests.yaml': async ({ id, spec }) => {
      const stored = await store.get(id)
      const text = await yamlFor(stored.file.data, spec, outputOf(stored).path)
      try {
        loadExtract({ text, name: 'extraction.yaml' }, await core.readyEnvironment())
        return { text, problem: null }
      } catch (error) {
        if (!isCofferError(error)) throw error
        return { text, problem: { message: error.message, hint: error.hint ?? null } }
      }
    },
    'requests.maskKey': async () => ({ there: ((await core.readyEnvironment())[MASK_KEY] ?? '') !== '' }),
    'requests.setMaskKey': async ({ key }) => {
      await core.vault.set({ [MASK_KEY]: key })
      return null
    },
    'requests.estimate': async ({ id, spec }) => {
      const stored = await store.get(id)
      const text = await yamlFor(stored.file.data, spec, outputOf(stored).path)
      const result = await core.ask({ kind: 'extract', config: source(core, text), dryRun: true })
      const outcome = windowOutcome('extract', { state: 'done', exitCode: 0, result })
      if (outcome.state !== 'done') throw new CofferError('UNEXPECTED', 'an answer became a failure')
      return outcome.result
    },
    'requests.extract': ({ id, spec }) =>
      packages.inTurn(async () => {
        const stored = await store.get(id)
        const { file, path } = outputOf(stored)
        await store.keepSpec(id, spec)
        return packages.start(stored, file, await yamlFor(stored.file.data, spec, path))
      }),
    'requests.resume': ({ id, file }) => packages.resume(id, file),
    'requests.discard': async ({ id, file }) => {
      await packages.discard(id, file)
      return null
    },
    'requests.verify': ({ id, file }) => packages.verify(id, file),
    'requests.hold': ({ id, file }) => packages.hold(id, file),
  }
  const close = async () => {
    await previews.close()
    await packages.close()
  }
  return { ...handlers, close }
}

function summaryOf({ folder, file }: StoredCase): RequestSummary {
  const { id, createdAt, updatedAt, state, data, packages } = file
  const unfinished = packages.some(({ facts }) => facts === null)
  return { id, folder, createdAt, updatedAt, state, data, packages: packages.length, unfinished }
}

function outputOf(stored: StoredCase): { file: string; path: string } {
  const file = RequestPackages.nextFile(stored, folderName(stored.file.data.matter))
  return { file, path: join(packagesFolder(stored.folder), file) }
}

const source = (core: ServiceCore, text: string): ConfigSource => ({
  text,
  name: 'extraction.yaml',
  directory: core.options.directory,
})

/** Where the archive is, as the extraction's file says it. @throws USAGE */
async function storageOf(core: ServiceCore, { location }: ExtractionSpec): Promise<string | Record<string, unknown>> {
  if (location === null) throw new CofferError('USAGE', 'expected an archive to extract from, got none')
  const archive = await core.archive(location)
  if ('path' in archive) return archive.path
  if (!('connectionId' in location)) throw new CofferError('UNEXPECTED', 'a path became a connection')
  const stored = await core.connections.get(location.connectionId)
  const tree: unknown = parseDocument(configurationOf(stored)).toJS()
  return (tree as { storage: Record<string, unknown> }).storage
}

/** Nobody looks before the line is written; one that could not be written is written at the next look. */
async function noteViewed(viewed: Map<string, Promise<void>>, folder: string, spec: ExtractionSpec): Promise<void> {
  const subject = `records of backup ${spec.backupId ?? ''}`
  const once = `${folder}\n${subject}`
  const location = spec.location !== null && 'path' in spec.location ? spec.location.path : null
  const written =
    viewed.get(once) ??
    noteInCase(folder, { action: 'viewed', subject, sha256: null, location, details: { preview: true } }).then(
      () => {},
      (error: unknown) => {
        viewed.delete(once)
        throw error
      },
    )
  viewed.set(once, written)
  await written
}
