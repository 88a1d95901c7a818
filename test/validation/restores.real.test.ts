import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { loadValidation } from '../../src/contract/config/load-validation.ts'
import type { Difference } from '../../src/jobs/validation/content/difference.ts'
import { runValidation } from '../../src/jobs/validation/run.ts'
import { run } from '../backup/support.ts'
import { ID } from '../failures/support.ts'
import { FIXTURES } from '../jobs-read/support.ts'
import { recordingContext, restore, restoreConfig, temporaryFolder } from '../restore/support.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { CONTENT_ALONE, ledger, validation } from './support.ts'

/** Restores of every kind, validated by the record they left and nothing else. */
describe('what was restored is known from its record', () => {
  let java: JavaClient
  let bootstrap: string

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
  })
  after(() => java.stop())

  const restored = async (options: Record<string, unknown>, partitions = 2, backup: Record<string, unknown> = {}) => {
    const source = uniqueName('ledger')
    const target = `${source}-restored`
    const path = await temporaryFolder()
    await java.createTopics([{ name: source, partitions }])
    for (let p = 0; p < partitions; p++) await java.produce(ledger(source, 300, p, p * 10_000))
    await run({ path, bootstrap, topics: [source], backup })
    const settings = { create_topics: 'true', topic_mapping: { [source]: target }, ...options }
    await restore(restoreConfig({ bootstrap, path, backupId: ID, topics: [source], restore: settings }))
    return { source, target, path }
  }
  const WITH_COUNT = { ...CONTENT_ALONE, message_count: { enabled: 'true' }, offset_range: { enabled: 'true' } }

  const kinds: [what: string, options: Record<string, unknown>, backup: Record<string, unknown>, expected: number][] = [
    ['a time window', { time_window_start: '1751000000100', time_window_end: '1751000000199' }, {}, 100],
    ['some partitions', { source_partitions: ['1'] }, {}, 300],
    ['partitions mapped to others', { partition_mapping: { 0: '1', 1: '0' } }, {}, 600],
    ['two partitions mapped onto one', { partition_mapping: { 0: '0', 1: '0' } }, {}, 600],
    ['headers that the restore added', { include_original_offset_header: 'true' }, {}, 600],
    ["headers of the backup's", {}, { include_offset_headers: 'true' }, 600],
    ['headers that the restore took off', { strip_offset_headers: 'true' }, { include_offset_headers: 'true' }, 600],
    ['small segments', {}, { segment_max_records: '17' }, 600],
  ]
  for (const [what, options, backup, expected] of kinds) {
    it(`knows ${what}`, async () => {
      const { path } = await restored(options, 2, backup)
      const { exitCode, check } = await validation({ bootstrap, path, checks: WITH_COUNT })
      const { outcome, data, detail } = check('ContentCheck')
      assert.equal(outcome, 'PASSED', detail)
      assert.deepEqual([data.expected, data.identical, data.differences_total], [expected, expected, 0], detail)
      assert.equal(check('MessageCountCheck').outcome, 'PASSED', check('MessageCountCheck').detail)
      assert.equal(check('OffsetRangeCheck').outcome, 'PASSED', check('OffsetRangeCheck').detail)
      assert.equal(exitCode, 0)
    })
  }

  it('a restore to a point in time is the one that ended there', async () => {
    const { path, source, target } = await restored({ time_window_end: '1751000000099' }, 1)
    const options = { create_topics: 'true', topic_mapping: { [source]: `${target}-whole` } }
    await restore(restoreConfig({ bootstrap, path, backupId: ID, topics: [source], restore: options }))
    const pitr = await validation({ bootstrap, path, checks: CONTENT_ALONE, pitr: 1_751_000_000_099 })
    assert.equal(pitr.check('ContentCheck').outcome, 'PASSED', pitr.check('ContentCheck').detail)
    assert.equal(pitr.check('ContentCheck').data.expected, 100)
    assert.equal(pitr.report.backup.pitr_timestamp, 1_751_000_000_099)
    const whole = await validation({ bootstrap, path, checks: CONTENT_ALONE })
    assert.equal(whole.check('ContentCheck').data.expected, 300, 'the newest restore otherwise')
    // without a restore that ended there, what is asked for is compared all the same, and never another window
    const none = await validation({ bootstrap, path, checks: CONTENT_ALONE, pitr: 1_751_000_000_199 })
    assert.deepEqual([none.check('ContentCheck').data.expected, none.check('ContentCheck').data.extra], [200, 100])
    assert.equal(none.check('ContentCheck').data.restore_id, null)
    assert.ok(
      none.result.not_covered.some((one) => /no record of a restore to this point in time/.test(one)),
      JSON.stringify(none.result.not_covered),
    )
  })

  it('a restore that is named and is not the one that is described is refused', async () => {
    const { path, source, target } = await restored({ time_window_end: '1751000000099' }, 1)
    const right = await validation({ bootstrap, path, checks: CONTENT_ALONE })
    const restore_id = String(right.check('ContentCheck').data.restore_id)
    const named = (more: Partial<Parameters<typeof validation>[0]>) =>
      validation({ bootstrap, path, checks: CONTENT_ALONE, more: { restore_id }, ...more })
    assert.equal((await named({ pitr: 1_751_000_000_099 })).check('ContentCheck').outcome, 'PASSED')
    await assert.rejects(named({ pitr: 1_751_000_000_050 }), { code: 'CONFIG_CONFLICT' })
    const mapping = { topic_mapping: { [source]: target } }
    const described = { ...mapping, time_window_end: '1751000000099' }
    assert.equal((await named({ restore: described })).check('ContentCheck').outcome, 'PASSED')
    await assert.rejects(named({ restore: mapping }), { code: 'CONFIG_CONFLICT' })
    await assert.rejects(named({ restore: { time_window_end: '1751000000099' } }), { code: 'CONFIG_CONFLICT' })
  })

  it('a manifest that the chain of the archive does not hold is no base for a pass', async () => {
    const { path, source } = await restored({}, 1)
    await java.produce(ledger(source, 5, 0, 50_000))
    await run({ path, bootstrap, topics: [source] })
    const [kept, restores] = [join(path, ID, 'manifests'), join(path, ID, 'restores')]
    const [first = ''] = await readdir(kept)
    const forged = Buffer.concat([await readFile(join(kept, first)), Buffer.from('\n')])
    const sha256 = createHash('sha256').update(forged).digest('hex')
    await writeFile(join(kept, `manifest-000001-${sha256.slice(0, 12)}.json`), forged)
    const name = (await readdir(restores)).find((one) => /^[0-9a-f]{16}\.json$/.test(one)) ?? ''
    const state = JSON.parse(await readFile(join(restores, name), 'utf8')) as object
    await writeFile(join(restores, name), JSON.stringify({ ...state, manifest_sha256: sha256 }))
    // while a run is at work, an object that no manifest names is a warning and no more
    await writeFile(join(path, ID, 'lock.json'), '{}')
    const { check, exitCode, report } = await validation({ bootstrap, path })
    assert.equal(report.integrity.backup_manifest_sha256, sha256)
    assert.equal(check('IntegrityCheck').outcome, 'FAILED', check('IntegrityCheck').detail)
    assert.match(check('IntegrityCheck').detail, /not in the chain of this archive/)
    assert.equal(report.integrity.checksums_valid, false)
    assert.equal(exitCode, 5)
  })

  it('a target topic that is gone, or was made again, fails under its mapped name', async () => {
    const { path, target } = await restored({}, 1)
    await java.deleteTopics([target])
    const gone = await validation({ bootstrap, path, checks: CONTENT_ALONE })
    assert.equal(gone.exitCode, 5)
    const [first] = gone.check('ContentCheck').data.differences as Difference[]
    assert.equal(first?.target_topic, target)
    assert.match(first?.what ?? '', /does not exist/)
    await java.createTopics([{ name: target, partitions: 1 }])
    const empty = await validation({ bootstrap, path, checks: CONTENT_ALONE })
    assert.equal(empty.check('ContentCheck').data.missing, 300)
    assert.ok(empty.result.not_covered.some((one) => /made again since/.test(one)))
  })

  it('a damaged segment is one failure; the other partitions are compared all the same', async () => {
    const { path, source } = await restored({}, 2)
    const folder = join(path, ID, 'topics', source, 'partition=0')
    const name = (await readdir(folder)).find((one) => one.includes('.bin')) as string
    const bytes = await readFile(join(folder, name))
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(join(folder, name), bytes)
    const { check, exitCode } = await validation({ bootstrap, path, checks: CONTENT_ALONE })
    const { outcome, data, detail } = check('ContentCheck')
    assert.equal(exitCode, 5)
    assert.equal(outcome, 'FAILED')
    assert.deepEqual([data.unreadable, data.identical, data.differences_total], [1, 300, 0], detail)
    assert.match(detail, /1 partition could not be read from the archive: .*damaged/)
  })

  it("an archive of OSO's program: markers that it archived as data were left out, and are not missing", async () => {
    const path = await temporaryFolder()
    const id = 'oso-ledger-zstd'
    await cp(join(FIXTURES, id), join(path, id), { recursive: true })
    const manifest = JSON.parse(await readFile(join(path, id, 'manifest.json'), 'utf8')) as {
      topics: { name: string }[]
    }
    const suffix = uniqueName('v')
    const topic_mapping = Object.fromEntries(manifest.topics.map(({ name }) => [name, `${name}-${suffix}`]))
    const settings = { create_topics: 'true', topic_mapping }
    await restore(restoreConfig({ bootstrap, path, backupId: id, restore: settings }))
    const text = JSON.stringify({
      backup_id: id,
      storage: { backend: 'filesystem', path },
      target: { bootstrap_servers: [bootstrap] },
    })
    const config = { text, name: 'oso.yaml', directory: '/' }
    assert.equal(loadValidation(config, {}).restore_given, false)
    const request = {
      kind: 'validation' as const,
      environment: { COFFER_PROFILE: path },
      config,
      triggeredBy: null,
      pitr: null,
    }
    const { result } = await runValidation(request, recordingContext())
    const outcomes = Object.fromEntries(result.results.map((one) => [one.check_name, one]))
    assert.equal(outcomes.ContentCheck?.outcome, 'PASSED', outcomes.ContentCheck?.detail)
    assert.ok(((outcomes.ContentCheck?.data?.suspect as number) ?? 0) > 0, 'markers were archived as data')
    assert.equal(outcomes.MessageCountCheck?.outcome, 'PASSED', outcomes.MessageCountCheck?.detail)
    assert.equal(outcomes.OffsetRangeCheck?.outcome, 'PASSED', outcomes.OffsetRangeCheck?.detail)
  })
})
