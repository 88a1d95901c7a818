import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as paths from '../../src/archive/paths.ts'
import { withCode } from './support.ts'

const parts = { backupId: 'b', topic: 'ledger', partition: 3, startOffset: 42, generation: 7 }

test('keys are built as the format says', () => {
  const stem = 'b/topics/ledger/partition=3/segment-00000000000000000042-g000007'
  assert.equal(paths.segmentKey({ ...parts, compression: 'zstd' }), `${stem}.bin.zst`)
  assert.equal(paths.segmentKey({ ...parts, compression: 'lz4' }), `${stem}.bin.lz4`)
  assert.equal(paths.segmentKey({ ...parts, compression: 'none' }), `${stem}.bin`)
  assert.equal(paths.rangesKey(parts), `${stem}.account.zst`)
  assert.equal(paths.manifestKey('b'), 'b/manifest.json')
  assert.equal(paths.earlierManifestKey('b', 1, 'abcdef0123456789'), 'b/manifests/manifest-000001-abcdef012345.json')
  assert.equal(paths.groupsKey('b'), 'b/consumer-groups-snapshot.json')
  assert.equal(paths.restoresPrefix('b'), 'b/restores/')
})

test('failure 32: a backup id that is a path is refused', () => {
  for (const id of ['..', '.', '../x', 'a/b', 'a\\b', '/etc', 'a\0b', '']) {
    const code = id === '' ? 'CONFIG_INVALID_VALUE' : 'PATH_ESCAPES'
    assert.throws(() => paths.checkedBackupId(id), withCode(code), JSON.stringify(id))
  }
  for (const id of ['-rf', '.hidden', 'a b', 'a\nb', 'ä', 'x'.repeat(201)]) {
    assert.throws(() => paths.checkedBackupId(id), withCode('CONFIG_INVALID_VALUE'), JSON.stringify(id))
  }
  for (const id of ['compliance-q3-2024', 'audit-2026-03-01', 'a..b', 'A_1', 'x'.repeat(200)]) {
    assert.equal(paths.checkedBackupId(id), id)
  }
})

test('failure 32: a key that leaves the backup’s folder is refused', () => {
  const hostile = [
    '/etc/passwd',
    'b/../c/x',
    'b/..',
    'b/./x',
    'b//x',
    'b/',
    'b',
    'c/topics/x',
    'bb/x',
    'b\\x',
    'b/x\\..\\y',
    'b/x\0y',
    'b/x\ny',
    'b/\u007f',
    'b/\ud800',
    `b/${'x'.repeat(1100)}`,
    '',
  ]
  for (const key of hostile)
    assert.throws(() => paths.checkedKey('b', key), withCode('PATH_ESCAPES'), JSON.stringify(key))
  for (const key of ['b/manifest.json', 'b/topics/x/partition=0/segment-0001.bin.zst', 'b/..x/y']) {
    assert.equal(paths.checkedKey('b', key), key)
  }
})

test('a topic name that Kafka would refuse never becomes part of a key', () => {
  for (const topic of ['', '.', '..', 'a/b', 'ä', 'x'.repeat(250), 'a b']) {
    assert.throws(() => paths.segmentKey({ ...parts, topic, compression: 'none' }), withCode('PATH_ESCAPES'))
  }
  for (const wrong of [-1, 0.5, 2 ** 31, Number.NaN]) {
    assert.throws(() => paths.segmentKey({ ...parts, partition: wrong, compression: 'none' }), withCode('PATH_ESCAPES'))
  }
  assert.throws(() => paths.segmentKey({ ...parts, startOffset: -1, compression: 'none' }), withCode('PATH_ESCAPES'))
  assert.throws(
    () => paths.segmentKey({ ...parts, generation: 2 ** 53, compression: 'none' }),
    withCode('PATH_ESCAPES'),
  )
})
