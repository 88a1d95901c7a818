import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ArchiveDescription } from '../../src/contract/ipc/archive.ts'
import { restoreChoices } from '../../src/contract/ipc/restore.ts'
import {
  choicesOf,
  type Draft,
  NEW_DRAFT,
  namesProblem,
  spanOf,
  windowProblem,
} from '../../src/renderer/pages/restore/draft.ts'

type Topic = ArchiveDescription['topics'][number]

function topic(name: string, first: string | null, last: string | null, records = 10): Topic {
  const partition = {
    partition: 0,
    segments: 1,
    records,
    bytes: 100,
    stored_bytes: 50,
    start_offset: 0,
    end_offset: records - 1,
    first_timestamp: first,
    last_timestamp: last,
  }
  return { topic: name, partitions: [partition], configuration_overrides: {} }
}

const topics = [
  topic('orders', '2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.250Z'),
  topic('ledger', '2025-12-01T00:00:00.000Z', '2026-01-15T00:00:00.000Z'),
  topic('empty', null, null, 0),
]
const TARGET = '7d9f3f3e-5f0b-4b3c-9a55-7b7b3d3a9c10'
const draft = (change: Partial<Draft> = {}): Draft => ({
  ...NEW_DRAFT,
  place: { path: '/backups' },
  backupId: 'weekly',
  targetId: TARGET,
  ...change,
})

test('the span is that of the chosen streams, and unknown where one does not say it', () => {
  assert.deepEqual(spanOf(topics, null), {
    first: Date.parse('2025-12-01T00:00:00Z'),
    last: Date.parse('2026-02-01T00:00:00.250Z'),
  })
  assert.equal(spanOf(topics, ['orders'])?.first, Date.parse('2026-01-01T00:00:00Z'))
  assert.equal(spanOf(topics, ['empty']), null)
  assert.equal(spanOf([...topics, topic('foreign', null, null)], null), null)
})

test('a window is refused where it is reversed or holds nothing; its ends are inclusive', () => {
  const span = spanOf(topics, null)
  const between = (start: string, end: string) => windowProblem({ when: 'between', start, end }, span)
  assert.equal(between('2026-01-01T00:00', ''), 'incomplete')
  assert.equal(between('2026-01-02T00:00', '2026-01-01T00:00'), 'reversed')
  assert.equal(between('2026-02-01T00:00:00.251', '2026-03-01T00:00'), 'outside')
  assert.equal(between('2026-02-01T00:00:00.250', '2026-03-01T00:00'), null)
  assert.equal(between('2026-01-01T00:00', '2026-01-01T00:00'), null)
  assert.equal(windowProblem({ when: 'until', start: '', end: '2025-12-01T00:00' }, span), null)
  assert.equal(windowProblem({ when: 'until', start: '', end: '2025-11-30T23:59:59.999' }, span), 'outside')
  assert.equal(windowProblem({ when: 'all', start: '', end: '' }, span), null)
})

test('everything under its own names needs no mapping', () => {
  const choices = choicesOf(draft(), topics)
  assert.deepEqual(choices, {
    location: { path: '/backups' },
    backupId: 'weekly',
    targetId: TARGET,
    streams: null,
    window: { start: null, end: null },
    mapping: {},
    partitions: {},
    createTopics: true,
    allowNonEmpty: false,
    groups: 'none',
  })
  assert.ok(restoreChoices.safeParse(choices).success)
})

test('a prefix is for all names, a typed name for its own; partitions go by the new name', () => {
  const choices = choicesOf(
    draft({
      prefix: 'restored.',
      names: { ledger: 'books' },
      partitions: { ledger: '5', empty: '9' },
      streams: ['ledger', 'orders'],
      when: 'until',
      end: '2026-01-15T00:00:00.000',
      groups: 'some',
      groupNames: ['app'],
    }),
    topics,
  )
  assert.deepEqual(choices?.streams, ['orders', 'ledger'], 'in the archive’s order')
  assert.deepEqual(choices?.mapping, { orders: 'restored.orders', ledger: 'books' })
  assert.deepEqual(choices?.partitions, { books: 5 }, 'what is not restored has no partitions')
  assert.deepEqual(choices?.window, { start: null, end: '2026-01-15T00:00:00.000Z' })
  assert.deepEqual(choices?.groups, ['app'])
})

test('what keeps names from being used is named', () => {
  const problem = (change: Partial<Draft>) => namesProblem(draft(change), topics)
  assert.equal(problem({}), null)
  assert.deepEqual(problem({ streams: [] }), { kind: 'none' })
  assert.deepEqual(problem({ prefix: 'a b.' }), { kind: 'name', stream: 'orders', name: 'a b.orders' })
  assert.deepEqual(problem({ names: { ledger: '..' } }), { kind: 'name', stream: 'ledger', name: '..' })
  assert.deepEqual(problem({ names: { ledger: 'orders' } }), { kind: 'twice', name: 'orders' })
  assert.deepEqual(problem({ partitions: { orders: '0' } }), { kind: 'partitions', stream: 'orders', value: '0' })
  assert.deepEqual(problem({ groups: 'some' }), { kind: 'groups' })
  assert.equal(choicesOf(draft({ streams: [] }), topics), null)
  assert.equal(choicesOf(draft({ targetId: null }), topics), null)
})
