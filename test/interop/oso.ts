import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Manifest } from '../../src/archive/types.ts'
import { assertSameContent } from '../restore/same-content.ts'
import { temporaryFolder } from '../restore/support.ts'
import type { JavaClient } from '../rig/java-client.ts'
import type { DumpedRecord } from '../rig/java-types.ts'
import { makeOddities, type Oddities } from '../rig/oddities.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { asOsoHasThem, configFile, looksLikeMarker, oso, ours, type Program, well } from './oso-program.ts'

const COMPRESSIONS = ['zstd', 'lz4', 'none'] as const
/** OSO sets no configuration of the topics that it creates: these take any time and size. */
const TAKES_ANYTHING = {
  'message.timestamp.after.max.ms': '9223372036854775807',
  'max.message.bytes': '20000000',
  'retention.ms': '-1',
}
const LEDGER = 20_000
/** Of the generator's records too. The ledger's are a second apart. */
const FIRST_TIME = 1_700_000_000_000

let java: JavaClient
let bootstrap: string
let odd: Oddities
let ledger: string
let names: string[]
let folder: string

before(async () => {
  java = await useJava()
  bootstrap = (await useKafka()).bootstrap
  odd = await makeOddities(java, { seed: 31 })
  // A body of several frames, which has an index.
  ledger = `${odd.prefix}-ledger`
  await java.createTopics([{ name: ledger, partitions: 2 }])
  await java.generate(ledger, LEDGER, { partitions: 2, firstTimestamp: FIRST_TIME, timestampStep: 1000 })
  names = [...odd.names, ledger]
  folder = await temporaryFolder()
})
after(() => java.stop())

/** Backs all topics up into `archive` of the folder. */
async function backUp(program: Program, id: string, more: Record<string, unknown>): Promise<void> {
  const config = {
    mode: 'backup',
    backup_id: id,
    source: { bootstrap_servers: [bootstrap], topics: { include: names } },
    storage: { backend: 'filesystem', path: join(folder, 'archive') },
    backup: { stop_at_current_offsets: true, ...more },
  }
  await well(program, 'backup', '--config', await configFile(folder, config))
}

/** Restores a backup to topics of other names, which are deleted afterwards. @returns what they hold, and who is who */
async function restored(program: Program, id: string, more: Record<string, unknown> = {}) {
  const partitions = new Map([...odd.topics, { name: ledger, partitions: 2 }].map((one) => [one.name, one.partitions]))
  const mapped = new Map(names.map((name, i) => [name, uniqueName(`back-${i}`)]))
  const targets = [...mapped.values()]
  const made = names.map((name) => ({
    name: mapped.get(name)!,
    partitions: partitions.get(name)!,
    configs: TAKES_ANYTHING,
  }))
  if (program === oso) await java.createTopics(made)
  const config = {
    mode: 'restore',
    backup_id: id,
    target: { bootstrap_servers: [bootstrap] },
    storage: { backend: 'filesystem', path: join(folder, 'archive') },
    restore: { create_topics: program === ours, topic_mapping: Object.fromEntries(mapped), ...more },
  }
  await well(program, 'restore', '--config', await configFile(folder, config))
  const records = await java.records(targets)
  const there = await java.describeTopics(targets)
  for (const [name, target] of mapped) {
    assert.equal(there.find((one) => one.name === target)?.partitions, partitions.get(name), name)
  }
  await java.deleteTopics(targets)
  return { records, mapped }
}

async function manifestOf(id: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'archive', id, 'manifest.json'), 'utf8')) as Manifest
}

const at = (id: string) => ['--path', join(folder, 'archive'), '--backup-id', id]

const segmentsOf = ({ topics }: Pick<Manifest, 'topics'>) =>
  topics.flatMap(({ partitions }) => partitions.flatMap(({ segments }) => segments))

/** What both programs say of a segment. */
const stated = (manifest: Pick<Manifest, 'topics'>) =>
  segmentsOf(manifest).map((one) => [
    ...[one.key, one.start_offset, one.end_offset, one.start_timestamp, one.end_timestamp],
    ...[one.record_count, one.uncompressed_size, one.compressed_size],
  ])

describe('OSO Kafka Backup reads what Coffer wrote', () => {
  let source: DumpedRecord[]

  before(async () => {
    // Two runs: of the second one's objects, generations and accounts OSO must make as little as of the first one's.
    const settings = (compression: string) => ({
      compression,
      ...(compression === 'zstd' ? {} : { segment_max_bytes: 200_000 }),
    })
    for (const compression of COMPRESSIONS) await backUp(ours, `ours-${compression}`, settings(compression))
    await odd.endTransactions('commit')
    for (const compression of COMPRESSIONS) await backUp(ours, `ours-${compression}`, settings(compression))
    source = await java.records(names)
  })

  it('what it is given has two runs, an index in a segment, and partitions of many segments', async () => {
    const objects = await Promise.all(
      segmentsOf(await manifestOf('ours-zstd')).map(({ key }) => readFile(join(folder, 'archive', key))),
    )
    const index = Buffer.from('KBIX')
    assert.ok(objects.some((object) => object.includes(index)))
    for (const compression of COMPRESSIONS) {
      const manifest = await manifestOf(`ours-${compression}`)
      assert.equal(manifest.coffer?.generation, 2)
      assert.equal(manifest.compression, compression)
      if (compression === 'zstd') continue
      const of = manifest.topics.find(({ name }) => name === ledger)!
      assert.ok(of.partitions.every(({ segments }) => segments.length > 5))
    }
  })

  for (const compression of COMPRESSIONS) {
    const id = `ours-${compression}`

    it(`${compression}: validate --deep finds every record, and nothing wrong`, async () => {
      const said = await well(oso, 'validate', ...at(id), '--deep')
      const figure = (name: string) => Number(new RegExp(`${name}: +(\\d+)`).exec(said)?.[1] ?? Number.NaN)
      const segments = segmentsOf(await manifestOf(id)).length
      assert.deepEqual(
        ['Checked', 'Valid', 'Missing', 'Corrupted'].map((what) => figure(`Segments ${what}`)),
        [segments, segments, 0, 0],
      )
      assert.equal(figure('Records Validated'), source.length)
      assert.match(said, /Result: VALID/)
    })

    it(`${compression}: describe says what the manifest says`, async () => {
      const described = JSON.parse(await well(oso, 'describe', ...at(id), '--format', 'json')) as Manifest
      assert.deepEqual(stated(described), stated(await manifestOf(id)))
      const counts = described.topics.map(({ name, original_partition_count }) => [name, original_partition_count])
      const topics = [...odd.topics, { name: ledger, partitions: 2 }]
      assert.deepEqual(new Map(counts as [string, number][]), new Map(topics.map((one) => [one.name, one.partitions])))
      assert.match(await well(oso, 'describe', ...at(id)), new RegExp(`Total Records: +${source.length} `))
      assert.ok((await well(oso, 'list', '--path', join(folder, 'archive'))).includes(id))
    })

    it(`${compression}: restore brings back every record`, async () => {
      const { records, mapped } = await restored(oso, id)
      assertSameContent(asOsoHasThem(source), records, mapped)
    })
  }

  it('restore of a window brings back its records', async () => {
    const [start, end] = [FIRST_TIME + 3_000_500, FIRST_TIME + 4_000_000]
    const window = { time_window_start: start, time_window_end: end }
    const { records, mapped } = await restored(oso, 'ours-lz4', window)
    const of = (topic: string | undefined) => (one: DumpedRecord) => one.topic === topic
    const inside = source.filter(of(ledger)).filter(({ timestamp }) => +timestamp >= start && +timestamp <= end)
    assert.equal(inside.length, 1000)
    assertSameContent(inside, records.filter(of(mapped.get(ledger))), mapped)
  })
})

/**
 * When a record of the topic with LogAppendTime was produced (mixedRecords), which is what OSO archives: it leaves out of
 * account that the time of such a batch is that of its head, KIP-32.
 */
function producedAt({ partition, offset }: DumpedRecord): number {
  return FIRST_TIME + (offset * 2 + partition) * 7
}

describe('Coffer reads what OSO Kafka Backup wrote', () => {
  /** OSO archives what transactions aborted, and their markers, as if they were data. */
  let everything: DumpedRecord[]

  before(async () => {
    for (const compression of COMPRESSIONS) {
      const more = { compression, segment_max_bytes: 1_000_000, include_offset_headers: compression === 'zstd' }
      await backUp(oso, `theirs-${compression}`, more)
    }
    const appended = odd.named('append-time')
    everything = (await java.records(names, { isolation: 'read_uncommitted' })).map((record) =>
      record.topic === appended ? { ...record, timestamp: String(producedAt(record)) } : record,
    )
  })

  for (const compression of COMPRESSIONS) {
    const id = `theirs-${compression}`

    it(`${compression}: a deep check reads all of it, and says which records look like markers`, async () => {
      const { verdict, checked, findings } = JSON.parse(await well(ours, 'validate', ...at(id), '--deep', '--json'))
      const listed = segmentsOf(await manifestOf(id)).reduce((sum, one) => sum + one.record_count, 0)
      assert.equal(verdict, 'PASSED')
      assert.equal(checked.records, listed)
      const suspects = (findings as { code: string; topic: string }[]).filter(
        ({ code }) => code === 'SUSPECT_CONTROL_RECORDS',
      )
      const kinds = new Set(suspects.map(({ topic }) => topic))
      assert.deepEqual(
        [...kinds].sort(),
        ['all-aborted', 'bytes', 'compacted', 'open', 'transactions'].map((what) => odd.named(what)),
      )
      const described = JSON.parse(await well(ours, 'describe', ...at(id), '--format', 'json')) as Manifest
      assert.deepEqual(stated(described), stated(await manifestOf(id)))
    })

    it(`${compression}: restore brings back every record but what looks like a marker`, async () => {
      const { records, mapped } = await restored(ours, id, { strip_offset_headers: compression === 'zstd' })
      const data = everything.filter((record) => !looksLikeMarker(record))
      assert.equal(everything.length - data.length, 2)
      assertSameContent(asOsoHasThem(data), records, mapped)
    })
  }

  it('restore brings back what looks like a marker where that is asked for', async () => {
    const { records, mapped } = await restored(ours, 'theirs-lz4', { suspect_records: 'restore' })
    const of = (topic: string | undefined) => (one: DumpedRecord) => one.topic === topic
    const bytes = odd.named('bytes')
    assertSameContent(everything.filter(of(bytes)), records.filter(of(mapped.get(bytes))), mapped)
    assert.ok(records.length > everything.length, 'the markers of transactions as well')
  })
})

describe('noted positions of consumer groups', () => {
  it('each program puts a group back by what the other has noted', async () => {
    const group = uniqueName('readers')
    const place = join(folder, 'archive')
    const cluster = ['--bootstrap-servers', bootstrap]
    for (const [noting, other] of [
      [oso, ours],
      [ours, oso],
    ] as const) {
      await java.commitOffsets(group, [{ topic: ledger, partition: 0, offset: 40, metadata: 'm' }])
      const said = await well(noting, 'offset-rollback', 'snapshot', '-p', place, '-g', group, ...cluster)
      const id = /snap-[0-9a-f-]+/.exec(said)?.[0] ?? ''
      await java.commitOffsets(group, [{ topic: ledger, partition: 0, offset: 99 }])
      assert.ok((await well(other, 'offset-rollback', 'list', '-p', place)).includes(id))
      assert.match(await well(other, 'offset-rollback', 'show', '-p', place, '-s', id), new RegExp(`${ledger}[^0-9]+0`))
      await well(other, 'offset-rollback', 'rollback', '-p', place, '-s', id, ...cluster)
      const [there] = await java.groupOffsets(group)
      assert.deepEqual([there?.offset, there?.metadata], [40, 'm'])
      await well(other, 'offset-rollback', 'verify', '-p', place, '-s', id, ...cluster)
    }
  })
})
