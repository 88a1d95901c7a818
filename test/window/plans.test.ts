import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { loadConfig } from '../../src/contract/config/load.ts'
import type { CofferError } from '../../src/contract/errors.ts'
import type { PlanInput } from '../../src/contract/ipc/plan.ts'
import { answer, Client } from '../../src/contract/ipc/reply.ts'
import { english, type Said } from '../../src/contract/said/said.ts'
import { cronOf, everyOf } from '../../src/renderer/pages/backups/wizard/rhythm.ts'
import { planYaml } from '../../src/worker/plans/plan-file.ts'
import { TopicMatcher } from '../../src/worker/plans/topic-matcher.ts'
import type { StoredConnection } from '../../src/worker/services/connection-store.ts'
import { Services } from '../../src/worker/services/services.ts'
import { fakeRunJob } from './fake-run-job.ts'

const UUID = '00000000-0000-4000-8000-000000000000'
const source: StoredConnection = {
  id: UUID,
  name: 'trading',
  kind: 'source',
  yaml: [
    'bootstrap_servers: ["kafka-1:9093"]',
    'topics: { include: [old] }',
    'security:',
    '  security_protocol: SASL_SSL',
    '  sasl_mechanism: PLAIN',
    '  sasl_username: "0123"',
    `  sasl_password: "$\{KAFKA_PASSWORD}"`,
    '  ssl_ca_location: certs/ca.pem',
  ].join('\n'),
}
const folder: StoredConnection = {
  id: UUID,
  name: 'disk',
  kind: 'storage',
  yaml: 'backend: filesystem\npath: archive\n',
}
const plan: PlanInput = {
  id: 'ledger',
  name: 'Ledger',
  sourceId: UUID,
  storageId: UUID,
  include: ['ledger-*', '~^(a|b)$', 'true', '*'],
  exclude: ['x # y'],
  internalTopics: false,
  mode: 'incremental',
  retention: { preset: 'sox', days: 2_557 },
  consumerGroups: true,
  compression: 'zstd',
  key: 'legal',
  timestampUrl: 'https://tsa.example/',
  targetHours: 26,
}
const absolute = (path: string) => `/home/officer/${path}`
const load = (text: string, environment: Record<string, string> = { KAFKA_PASSWORD: 'p: #"{' }) =>
  loadConfig({ text, name: 'plan.yaml', directory: '/' }, environment, 'backup')

describe('a plan as a file', () => {
  test('is what the command line reads: every choice, patterns as they were typed, paths absolute', () => {
    const text = planYaml(plan, source, folder, absolute)
    const loaded = load(text)
    assert.ok(loaded.mode === 'backup')
    assert.equal(loaded.backup_id, 'ledger')
    assert.deepEqual(loaded.source.topics, { include: plan.include, exclude: plan.exclude })
    assert.equal(loaded.source.security.sasl_username, '0123')
    assert.equal(loaded.source.security.ssl_ca_location, '/home/officer/certs/ca.pem')
    assert.deepEqual(loaded.storage, { backend: 'filesystem', path: '/home/officer/archive' })
    assert.equal(loaded.backup.consumer_group_snapshot, true)
    assert.equal(loaded.evidence?.signing.key, 'legal')
    assert.equal(loaded.evidence?.retention_days, 2_557)
    assert.deepEqual(loaded.notes, [])
    assert.match(text, /\$\{KAFKA_PASSWORD\}/)
  })

  test('of all streams, unsigned, names neither', () => {
    const text = planYaml({ ...plan, include: [], exclude: [], key: null }, source, folder, absolute)
    const loaded = load(text)
    assert.ok(loaded.mode === 'backup')
    assert.deepEqual(loaded.source.topics, { include: [], exclude: [] })
    assert.equal(loaded.evidence?.signing.enabled, false)
    assert.ok(!text.includes('old'), 'topics of the connection are not the plan’s')
  })

  test('of full backups gives each run an archive of its own', () => {
    const loaded = load(planYaml({ ...plan, mode: 'full' }, source, folder, absolute))
    assert.match(loaded.backup_id, /^ledger-\d{8}T\d{6}Z$/)
  })

  test('takes a storage in one line', () => {
    const line = (yaml: string) => load(planYaml(plan, source, { ...folder, yaml }, absolute)).storage
    assert.deepEqual(line('storage: archive'), { backend: 'filesystem', path: '/home/officer/archive' })
    assert.equal(line('storage: s3://bucket/prefix?region=eu-central-1').backend, 's3')
  })
})

describe('plans of a profile', () => {
  let profile: string
  let services: Services
  let client: Client
  beforeEach(() => {
    profile = mkdtempSync(join(tmpdir(), 'coffer-plans-'))
    const { run } = fakeRunJob(() => null)
    services = new Services({
      ...{ runJob: run, profile, directory: '/srv', host: 'browser', version: '1' },
      environment: { COFFER_KEY_STORE: 'file', KAFKA_PASSWORD: 'top-secret' },
    })
    client = new Client({
      invoke: (name, input) => answer(services.handlers, name, structuredClone(input)),
      subscribe: (listener) => services.subscribe(listener),
    })
  })
  afterEach(async () => {
    await services.close(100)
    rmSync(profile, { recursive: true, force: true })
  })

  const connected = async () => {
    const secrets = {}
    const from = await client.call('connections.save', { ...source, id: null, secrets })
    const to = await client.call('connections.save', { ...folder, id: null, secrets })
    return { ...plan, sourceId: from.id, storageId: to.id }
  }
  const code = (expected: string) => (error: CofferError) => {
    assert.equal(error.code, expected, error.message)
    return true
  }

  test('are kept as YAML and choices, for their owner alone, without a secret', async () => {
    const saved = await client.call('plans.save', { plan: await connected(), isNew: true })
    assert.equal(saved.path, join(profile, 'plans/ledger.yaml'))
    assert.deepEqual([saved.sourceName, saved.storageName, saved.missing], ['trading', 'disk', []])
    for (const name of ['ledger.yaml', 'plans.json']) {
      const path = join(profile, 'plans', name)
      assert.equal(statSync(path).mode & 0o077, 0, name)
      assert.ok(!readFileSync(path, 'utf8').includes('top-secret'), name)
    }
    assert.deepEqual(
      (await client.call('plans.list', null)).map(({ id }) => id),
      ['ledger'],
    )
  })

  test('have ids and names of their own', async () => {
    const input = await connected()
    await client.call('plans.save', { plan: input, isNew: true })
    const again = (change: Partial<PlanInput>) =>
      client.call('plans.save', { plan: { ...input, ...change }, isNew: true })
    await assert.rejects(again({ name: 'Other' }), code('CONFIG_CONFLICT'))
    await assert.rejects(again({ id: 'LEDGER', name: 'Other' }), code('CONFIG_CONFLICT'))
    await assert.rejects(again({ id: 'other', name: 'ledger' }), code('CONFIG_CONFLICT'))
    await assert.rejects(again({ id: '../other', name: 'Other' }), code('USAGE'))
    await assert.rejects(
      client.call('plans.save', { plan: { ...input, id: 'none', name: 'None' }, isNew: false }),
      code('USAGE'),
    )
  })

  test('are checked whole before they are kept', async () => {
    const input = await connected()
    const wrong = client.call('plans.save', { plan: { ...input, include: ['~('] }, isNew: true })
    await assert.rejects(wrong, code('CONFIG_INVALID_VALUE'))
    assert.deepEqual(await client.call('plans.list', null), [])
  })

  test('follow their connections: a changed one is in the file at once', async () => {
    const input = await connected()
    const saved = await client.call('plans.save', { plan: input, isNew: true })
    const moved = source.yaml.replace('kafka-1', 'kafka-2')
    await client.call('connections.save', { ...source, id: input.sourceId, yaml: moved, secrets: {} })
    assert.match(readFileSync(saved.path, 'utf8'), /kafka-2:9093/)
  })

  test('go with their file, and the archive stays', async () => {
    const saved = await client.call('plans.save', { plan: await connected(), isNew: true })
    await client.call('plans.remove', { id: 'ledger' })
    assert.throws(() => statSync(saved.path))
    await assert.rejects(client.call('plans.get', { id: 'ledger' }), code('USAGE'))
  })

  test('are shown as files before they are kept, with entries for system schedulers', async () => {
    const clock = {
      ...{ cron: '30 2 * * 1-5', timezone: 'Europe/Berlin', jitterSeconds: 60, retries: 3, retryDelaySeconds: 60 },
      ...{ quietHours: null, alertAfterHours: null },
    }
    const files = await client.call('plans.files', { plan: await connected(), clock })
    assert.deepEqual(files.variables, ['KAFKA_PASSWORD'])
    const systemd = files.entries.find(({ format }) => format === 'systemd')
    assert.match(systemd?.files[1]?.content ?? '', /OnCalendar=Mon\.\.Fri \*-\*-\* 02:30:00 Europe\/Berlin/)
    assert.deepEqual(await client.call('plans.list', null), [])
  })

  test('a clock that is none says why; quiet hours move a start', async () => {
    const clock = {
      ...{ cron: '0 2 * * *', timezone: 'Europe/Berlin', jitterSeconds: 0, retries: 0, retryDelaySeconds: 60 },
      ...{ quietHours: { from: '01:00', to: '04:30' }, alertAfterHours: null },
    }
    const { next, problem } = await client.call('schedules.preview', { clock })
    assert.equal(problem, null)
    assert.equal(next.length, 5)
    for (const { due, starts } of next) assert.equal(Date.parse(starts) - Date.parse(due), 2.5 * 3_600_000)
    const wrong = await client.call('schedules.preview', { clock: { ...clock, cron: '99 * * * *' } })
    assert.match(wrong.problem ?? '', /expected a cron pattern of five fields, got "99/)
    assert.deepEqual(wrong.said, { id: 'input.cron', values: { cron: '99 * * * *' } })
  })
})

describe('patterns over the topics of a cluster', () => {
  test('take what a backup would take, and wrong ones are named', () => {
    const names = ['ledger-a', 'ledger-b', 'orders', 'x']
    const matcher = new TopicMatcher(['ledger-*', 'orders', 'gone', '~('], ['*-b'])
    assert.deepEqual([...matcher.taken(names)].sort(), ['ledger-a', 'orders'])
    assert.deepEqual(matcher.counts(names), [2, 1, 0, 0])
    assert.equal(matcher.problems.length, 1)
    assert.match(english(matcher.problems[0] as Said), /^expected a regular expression after "~" \(.+\), got "~\("$/)
    assert.deepEqual([...new TopicMatcher([], ['x']).taken(names)], ['ledger-a', 'ledger-b', 'orders'])
    assert.equal(new TopicMatcher(['~^$'], []).taken(names).size, 0)
  })

  test('are quick over 100,000 topics and 2,000 names', () => {
    const names = Array.from({ length: 100_000 }, (_, at) => `team-${at % 100}.topic-${at}`)
    const chosen = [...names.slice(0, 2_000), 'team-7.*', '~topic-99\\d+$']
    const began = performance.now()
    const taken = new TopicMatcher(chosen, ['*-13']).taken(names)
    assert.ok(taken.size > 3_000)
    assert.ok(performance.now() - began < 5_000, 'linear in topics, not topics times names')
  })
})

test('100,000 topics are paged through: one look at the cluster, details of the page alone', async () => {
  const profile = mkdtempSync(join(tmpdir(), 'coffer-topics-'))
  const bare = Array.from({ length: 100_000 }, (_, at) => ({
    ...{ topic: `topic-${String(at).padStart(6, '0')}`, partitions: 6, internal: at % 1_000 === 0 },
    ...{ stored_bytes: at * 10, details: null },
  }))
  const details = { offsets: 5, retention_ms: 1_000, retention_bytes: null, cleanup_policy: 'delete' }
  const { run, requests } = fakeRunJob((request) => {
    if (request.kind !== 'topics') return null
    const { names } = request
    const topics =
      names === null ? bare : bare.filter(({ topic }) => names.includes(topic)).map((one) => ({ ...one, details }))
    return { state: 'done', exitCode: 0, result: { kind: 'topics', cluster_id: 'c', sizes_told: true, topics } }
  })
  const services = new Services({
    ...{ runJob: run, profile, directory: '/srv', host: 'browser', version: '1' },
    environment: { COFFER_KEY_STORE: 'file' },
  })
  try {
    const { id } = await services.handlers['connections.save']({ ...source, id: null, secrets: {} })
    const ask = (more: object) =>
      answer(services.handlers, 'clusters.topics', {
        ...{ connectionId: id, include: ['topic-00*'], exclude: [], internal: false, search: '', matchedOnly: false },
        ...{ sort: 'size', offset: 0, limit: 200, fresh: false },
        ...more,
      })
    const began = performance.now()
    const first = await ask({})
    assert.ok(first.ok)
    const page = first.value as {
      all: { topics: number }
      matched: { topics: number }
      rows: { topic: string; details: object }[]
    }
    assert.deepEqual([page.all.topics, page.matched.topics, page.rows.length], [99_900, 9_990, 200])
    assert.equal(page.rows[0]?.topic, 'topic-099999', 'largest first')
    assert.ok(page.rows.every((row) => row.details !== null))
    await ask({ offset: 200 })
    await ask({ search: '0999', matchedOnly: true })
    assert.ok(performance.now() - began < 10_000)
    assert.equal(requests.filter((request) => request.kind === 'topics' && request.names === null).length, 1)
  } finally {
    await services.close(100)
    rmSync(profile, { recursive: true, force: true })
  }
})

test('a rhythm and its cron pattern are the same, both ways', () => {
  const base = { time: '02:30', weekday: 4, day: 15, minute: 7, cron: '' }
  for (const [every, cron] of [
    ['hour', '7 * * * *'],
    ['day', '30 2 * * *'],
    ['weekdays', '30 2 * * 1-5'],
    ['week', '30 2 * * 4'],
    ['month', '30 2 15 * *'],
  ] as const) {
    assert.equal(cronOf({ ...base, every }), cron)
    assert.equal(everyOf(cron).every, every)
    assert.equal(cronOf(everyOf(cron)), cron)
  }
  for (const cron of ['*/5 * * * *', '0 2 1 * 1', '0 2 * 3 *']) {
    assert.deepEqual([everyOf(cron).every, cronOf(everyOf(cron))], ['cron', cron])
  }
})
