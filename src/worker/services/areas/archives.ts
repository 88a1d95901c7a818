import { stringifyJson } from '../../../archive/manifest/json.ts'
import type { Manifest } from '../../../archive/types.ts'
import { MAX_LINES } from '../../../contract/ipc/calls/archives.ts'
import { MAX_FINDINGS } from '../../../contract/ipc/limits.ts'
import type { AreaHandlers } from '../../../contract/ipc/map.ts'
import { coverageOf } from '../../../jobs/describe/coverage.ts'
import type { ServiceCore } from '../core.ts'

export const archiveHandlers = (core: ServiceCore): AreaHandlers<'archives'> => ({
  'archives.list': async ({ location }) => {
    const archive = await core.archive(location)
    return core.ask({ kind: 'list', archive, backupId: null })
  },
  'archives.describe': async ({ location, backupId }) => {
    const archive = await core.archive(location)
    const { manifest, manifest_signature: signature, ...rest } = await core.ask({ kind: 'describe', archive, backupId })
    return { ...rest, signature: signature ?? null, coverage: coverageOf(manifest as Manifest) }
  },
  'archives.export': async ({ location, backupId }) => {
    const archive = await core.archive(location)
    const { manifest, checksums, manifest_signature } = await core.ask({ kind: 'describe', archive, backupId })
    const text = stringifyJson({ ...manifest, checksums, ...(manifest_signature && { manifest_signature }) })
    return core.files.make(`${backupId}.json`, `${text}\n`)
  },
  'archives.custody': async ({ location, backupId }) => {
    const archive = await core.archive(location)
    const { record } = await core.ask({ kind: 'custody', archive, backupId, config: null, append: null })
    const newest = record.generations.toReversed().slice(0, MAX_LINES)
    return {
      problems: record.problems.slice(0, MAX_FINDINGS),
      ...(record.sayings === undefined ? {} : { sayings: record.sayings.slice(0, MAX_FINDINGS) }),
      generations: newest.map(({ manifest_signature: signature, retention_policy: lock, ...one }) => ({
        ...one,
        signature,
        lock,
      })),
      generations_total: record.generations.length,
      log: record.log.toReversed().slice(0, MAX_LINES),
      log_total: record.log.length,
    }
  },
  'archives.groups': async ({ location, backupId }) => {
    const archive = await core.archive(location)
    const result = await core.ask({ kind: 'groups', archive, backupId })
    return {
      takenAt: result.taken_at,
      groups: result.groups.map(({ group_id: group, ...one }) => ({ ...one, group })),
      groupsTotal: result.groups_total,
      failed: result.failed.map(({ group_id: group, message }) => ({ group, message })),
    }
  },
  'archives.validate': async ({ location, backupId, deep }) => {
    const archive = await core.archive(location)
    return core.start({ kind: 'validate', archive, backupId, deep }, backupId)
  },
})
