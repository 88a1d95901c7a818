import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  dropInjectedHeaders,
  injectedHeaders,
  looksLikeControlMarker,
  overlaps,
  TimestampRange,
} from '../../src/archive/suspects.ts'
import type { SegmentEntry } from '../../src/archive/types.ts'
import { view } from './support.ts'

function le(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(value)
  return bytes
}

const COMMIT = Buffer.from('00000001', 'hex')
const EPOCH = Buffer.from('000000000003', 'hex')

test('failure 1: commit and abort markers are suspected, users’ records are not', () => {
  const looks = (key: string | null, value: string | null) =>
    looksLikeControlMarker(
      view({
        offset: 1,
        key: key === null ? null : Buffer.from(key, 'hex'),
        value: value === null ? null : Buffer.from(value, 'hex'),
      }),
    )
  assert.ok(looks('00000000', '000000000000'))
  assert.ok(looks('00000001', '00000000000a'))
  assert.ok(!looks('00000002', '000000000000'))
  assert.ok(!looks('00010001', '000000000000'))
  assert.ok(!looks('00000001', null))
  assert.ok(!looks(null, '000000000000'))
  assert.ok(!looks('00000001', '0000ffffffff'))
  assert.ok(!looks('00000001', '00010000000a'))
  assert.ok(!looks('0000000001', '00000000000a'))
  const withOwn = view({ offset: 1, key: COMMIT, value: EPOCH, headers: [['trace', 'x']] })
  assert.ok(!looksLikeControlMarker(withOwn), 'markers have no headers of their own')
})

test('failures 8 and 9: only headers that the tool wrote are taken off', () => {
  const own: [string, Buffer | string][] = [
    ['x-original-offset', le(7n)],
    ['x-original-timestamp', le(-5n)],
  ]
  const user: [string, string] = ['trace', 'x']
  const count = (headers: [string, Buffer | string | null][]) =>
    injectedHeaders(view({ offset: 7, timestamp: -5, headers }))
  assert.equal(count([user, ...own]), 2)
  assert.equal(count([user, ...own, ['x-source-cluster', 'c']]), 3)
  assert.equal(count([...own, user]), 0, 'not at the end')
  assert.equal(count([['x-source-cluster', 'c']]), 0)
  assert.equal(count([]), 0)
  // Spring's dead-letter topics: the same names, decimal text or another record's offset
  assert.equal(
    count([
      ['x-original-offset', '7'],
      ['x-original-timestamp', '-5'],
    ]),
    0,
  )
  assert.equal(
    count([
      ['x-original-offset', le(8n)],
      ['x-original-timestamp', le(-5n)],
    ]),
    0,
  )
  assert.equal(
    count([
      ['x-original-offset', null],
      ['x-original-timestamp', null],
    ]),
    0,
  )
  const both = view({ offset: 7, timestamp: -5, headers: [['x-original-offset', '7'], ...own] })
  assert.equal(dropInjectedHeaders(both), 2)
  assert.equal(both.headerCount, 1)
  const marker = view({ offset: 7, timestamp: -5, key: COMMIT, value: EPOCH, headers: own })
  assert.ok(looksLikeControlMarker(marker))
})

test('failure 2: segments that claim the same offsets are found, also when one lies inside another', () => {
  const segment = (start: number, end: number): SegmentEntry => ({
    key: `b/${start}-${end}`,
    start_offset: start,
    end_offset: end,
    start_timestamp: 0,
    end_timestamp: 0,
    record_count: 1,
    uncompressed_size: 0,
    compressed_size: 0,
  })
  const partition = (...segments: SegmentEntry[]) => ({ partition_id: 0, segments })
  assert.deepEqual(overlaps(partition(segment(10, 19), segment(0, 9), segment(25, 30))), [])
  const found = overlaps(partition(segment(0, 99), segment(40, 50), segment(60, 139), segment(140, 150)))
  assert.deepEqual(
    found.map(({ first, second, from, to }) => [first.key, second.key, from, to]),
    [
      ['b/0-99', 'b/40-50', 40, 51],
      ['b/0-99', 'b/60-139', 60, 100],
    ],
  )
})

test('failure 6: a timestamp range is of all records, exact at the ends of 64 bits', () => {
  const range = new TimestampRange()
  assert.equal(range.min, null)
  for (const timestamp of [5, 3, 9, -1, 4]) range.add(view({ offset: 0, timestamp }))
  assert.deepEqual([range.min, range.max], [-1, 9])
  for (const timestamp of [2n ** 63n - 1n, -(2n ** 63n)]) range.add(view({ offset: 0, timestamp }))
  assert.deepEqual([range.min, range.max], [-(2n ** 63n), 2n ** 63n - 1n])
})
