import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { CofferError, type ErrorCode } from '../../src/contract/errors.ts'
import { compareKeys } from '../../src/storage/keys.ts'
import type { ListedObject, Storage } from '../../src/storage/storage.ts'

/** Gives a storage over a place that is empty and that nobody else uses. */
export type MakeStorage = () => Promise<Storage>

const MIB = 1024 * 1024

/** Whether an error is one of ours with this code: for `assert.rejects`. */
export function withCode(...codes: ErrorCode[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof CofferError, `expected ${codes.join(' or ')}, got ${String(error)}`)
    assert.ok(codes.includes(error.code), `expected ${codes.join(' or ')}, got ${error.code}: ${error.message}`)
    return true
  }
}

export async function collect(list: AsyncIterable<ListedObject>): Promise<ListedObject[]> {
  const objects: ListedObject[] = []
  for await (const object of list) objects.push(object)
  return objects
}

const keysOf = async (list: AsyncIterable<ListedObject>): Promise<string[]> => (await collect(list)).map((o) => o.key)

/**
 * What every storage must do, as tests named for `name`.
 * @param quirks `foldersOutliveObjects`: versitygw 1.8 lists a folder of delete markers alone, which Amazon does not
 */
export function storageContract(name: string, make: MakeStorage, quirks = { foldersOutliveObjects: false }): void {
  function check(what: string, run: (storage: Storage) => Promise<void>): void {
    test(`${name}: ${what}`, async () => {
      const storage = await make()
      try {
        await run(storage)
      } finally {
        await storage.close()
      }
    })
  }

  check('what is put is read back, whole, in ranges and in lists', async (storage) => {
    const stored = await storage.put('a/b/c.bin', [Buffer.from('hello, '), Buffer.alloc(0), Buffer.from('world')])
    assert.equal(stored.size, 12)
    const got = await storage.get('a/b/c.bin')
    assert.deepEqual(got, { body: Buffer.from('hello, world'), ...stored })
    assert.deepEqual(await storage.head('a/b/c.bin'), stored)
    assert.deepEqual(await storage.getRange('a/b/c.bin', 7, 12), Buffer.from('world'))
    assert.deepEqual(await storage.getRange('a/b/c.bin', 0, 1), Buffer.from('h'))
    assert.deepEqual(await storage.getRange('a/b/c.bin', 4, 4), Buffer.alloc(0))
    const [listed, ...more] = await collect(storage.list(''))
    assert.deepEqual(more, [])
    assert.ok(listed !== undefined && Math.abs(listed.lastModified - Date.now()) < 60_000)
    assert.deepEqual({ key: listed.key, size: listed.size, etag: listed.etag }, { key: 'a/b/c.bin', ...stored })
  })

  check('a new content replaces the old one, and its etag', async (storage) => {
    const first = await storage.put('k', Buffer.from('one'))
    const second = await storage.put('k', Buffer.from('two'))
    assert.notEqual(first.etag, second.etag)
    assert.deepEqual(await storage.get('k'), { body: Buffer.from('two'), ...second })
    assert.equal((await collect(storage.list(''))).length, 1)
  })

  check('an object may have no bytes', async (storage) => {
    const stored = await storage.put('empty', Buffer.alloc(0))
    assert.equal(stored.size, 0)
    assert.deepEqual(await storage.get('empty'), { body: Buffer.alloc(0), ...stored })
    assert.deepEqual(await storage.getRange('empty', 0, 0), Buffer.alloc(0))
    await storage.put('empty2', [], { ifAbsent: true })
    assert.equal((await storage.head('empty2'))?.size, 0)
  })

  check('what is not there is said to be missing', async (storage) => {
    await storage.put('a/b', Buffer.from('x'))
    for (const key of ['nothing', 'a/nothing', 'a/b/nothing', 'a']) {
      await assert.rejects(storage.get(key), withCode('OBJECT_MISSING'), key)
      await assert.rejects(storage.getRange(key, 0, 1), withCode('OBJECT_MISSING'), key)
      await assert.rejects(storage.getRange(key, 0, 0), withCode('OBJECT_MISSING'), key)
      assert.equal(await storage.head(key), null, key)
      await storage.delete(key)
    }
    assert.equal((await storage.get('a/b')).size, 1)
    assert.deepEqual(await keysOf(storage.list('nothing/')), [])
    assert.deepEqual(await storage.listFolders('nothing/'), [])
  })

  check('nothing at all is there at first', async (storage) => {
    assert.deepEqual(await keysOf(storage.list('')), [])
    assert.deepEqual(await storage.listFolders(''), [])
    assert.equal(await storage.head('k'), null)
    await storage.delete('k')
  })

  check('what is deleted is gone, and may be put again', async (storage) => {
    await storage.put('x/k', Buffer.from('one'), { ifAbsent: true })
    await storage.delete('x/k')
    await assert.rejects(storage.get('x/k'), withCode('OBJECT_MISSING'))
    assert.equal(await storage.head('x/k'), null)
    assert.deepEqual(await keysOf(storage.list('')), [])
    if (!quirks.foldersOutliveObjects) assert.deepEqual(await storage.listFolders(''), [])
    await storage.put('x/k', Buffer.from('two'), { ifAbsent: true })
    assert.deepEqual((await storage.get('x/k')).body, Buffer.from('two'))
    await assert.rejects(storage.put('x/k', Buffer.from('three'), { ifAbsent: true }), withCode('OBJECT_EXISTS'))
  })

  check('keys may have odd characters', async (storage) => {
    const odd = [
      'with space/and  two',
      'ünïcødé/名前/😀',
      'topics/t/partition=0/segment-00000000000000000000.bin.zst',
      'a+b/c%20d/e%2Ff',
      'quote\'s/"double"/(round)/[square]/{curly}',
      'tilde~/star*/bang!/at@/dollar$/comma,/semi;/colon:/and&/or|/hash#/question?',
      '.hidden/..two/...three/-dash',
      `long/${'n'.repeat(249)}`,
    ]
    for (const [index, key] of odd.entries()) await storage.put(key, Buffer.from(`${index}`), { ifAbsent: true })
    for (const [index, key] of odd.entries()) {
      assert.deepEqual((await storage.get(key)).body, Buffer.from(`${index}`), key)
      assert.equal((await storage.head(key))?.size, 1, key)
    }
    assert.deepEqual(await keysOf(storage.list('')), odd.toSorted(compareKeys))
    const folders = odd.map((key) => key.split('/')[0] ?? '')
    assert.deepEqual(await storage.listFolders(''), folders.toSorted(compareKeys))
    for (const key of odd) await storage.delete(key)
    assert.deepEqual(await keysOf(storage.list('')), [])
  })

  check('a key that leads elsewhere is refused (field failure 32)', async (storage) => {
    const hostile = ['', '/', '/etc/passwd', '..', '../x', 'a/../b', 'a/..', './a', 'a/./b', 'a//b', 'a/', 'nul\0byte']
    hostile.push(
      'new\nline',
      'half \ud800 pair',
      'x'.repeat(256),
      `${'long/'.repeat(210)}x`,
      '.coffer-tmp-1',
      'a/.coffer-lock',
    )
    for (const key of hostile) {
      const refused = withCode('PATH_ESCAPES')
      await assert.rejects(storage.get(key), refused, key)
      await assert.rejects(storage.getRange(key, 0, 1), refused, key)
      await assert.rejects(storage.put(key, Buffer.from('x')), refused, key)
      await assert.rejects(storage.head(key), refused, key)
      await assert.rejects(storage.delete(key), refused, key)
    }
    for (const prefix of ['../', '/', 'a/../', 'a//', '\0']) {
      await assert.rejects(collect(storage.list(prefix)), withCode('PATH_ESCAPES'), prefix)
      await assert.rejects(storage.listFolders(prefix), withCode('PATH_ESCAPES'), prefix)
    }
  })

  check('ifAbsent keeps what is there', async (storage) => {
    const first = await storage.put('k', Buffer.from('one'), { ifAbsent: true })
    await assert.rejects(storage.put('k', Buffer.from('two'), { ifAbsent: true }), withCode('OBJECT_EXISTS'))
    assert.deepEqual(await storage.get('k'), { body: Buffer.from('one'), ...first })
  })

  check('ifMatch replaces only what it knows', async (storage) => {
    await assert.rejects(storage.put('k', Buffer.from('x'), { ifMatch: 'abc' }), withCode('OBJECT_CHANGED'))
    assert.equal(await storage.head('k'), null)
    const first = await storage.put('k', Buffer.from('one'))
    const second = await storage.put('k', Buffer.from('two'), { ifMatch: first.etag })
    await assert.rejects(storage.put('k', Buffer.from('three'), { ifMatch: first.etag }), withCode('OBJECT_CHANGED'))
    assert.deepEqual(await storage.get('k'), { body: Buffer.from('two'), ...second })
    const [listed] = await collect(storage.list('k'))
    await storage.put('k', Buffer.from('four'), { ifMatch: listed?.etag ?? '' })
    const { etag } = await storage.get('k')
    await storage.delete('k')
    await assert.rejects(storage.put('k', Buffer.from('five'), { ifMatch: etag }), withCode('OBJECT_CHANGED'))
  })

  check('no etag comes back for another content of the same size', async (storage) => {
    const seen = new Set<string>()
    for (let i = 0; i < 60; i++) seen.add((await storage.put('k', Buffer.from(`content ${i + 100}`))).etag)
    for (let i = 0; i < 20; i++) {
      await storage.delete('k')
      seen.add((await storage.put('k', Buffer.from(`content ${i + 200}`), { ifAbsent: true })).etag)
    }
    assert.equal(seen.size, 80)
  })

  check('of racing ifAbsent writers one wins, and its content stays', async (storage) => {
    for (let round = 0; round < 40; round++) {
      const key = `race/${round}`
      const writers = ['a', 'b', 'c', 'd']
      const results = await Promise.allSettled(
        writers.map((writer) => storage.put(key, Buffer.from(writer.repeat(1000)), { ifAbsent: true })),
      )
      const winners = writers.filter((_, index) => results[index]?.status === 'fulfilled')
      assert.equal(winners.length, 1, `round ${round} was won by "${winners.join()}"`)
      for (const result of results) if (result.status === 'rejected') withCode('OBJECT_EXISTS')(result.reason)
      assert.deepEqual((await storage.get(key)).body, Buffer.from(winners[0]!.repeat(1000)))
    }
  })

  check('of racing ifMatch writers none loses an update', async (storage) => {
    await storage.put('counter', Buffer.from('0 start'))
    const increments = async (writer: string): Promise<void> => {
      for (let done = 0; done < 12; ) {
        const { body, etag } = await storage.get('counter')
        const next = Buffer.from(`${Number.parseInt(body.toString(), 10) + 1} ${writer} ${done}`)
        try {
          await storage.put('counter', next, { ifMatch: etag })
          done++
        } catch (error) {
          withCode('OBJECT_CHANGED')(error)
        }
      }
    }
    await Promise.all(['a', 'b', 'c', 'd'].map(increments))
    assert.equal(Number.parseInt((await storage.get('counter')).body.toString(), 10), 48)
  })

  check('a reader sees one whole content or another, never a mixture', async (storage) => {
    const size = 300_000
    await storage.put('k', Buffer.alloc(size, 'a'))
    let writing = true
    const read = async (): Promise<number> => {
      let reads = 0
      for (; writing || reads === 0; reads++) {
        const { body } = await storage.get('k')
        assert.equal(body.length, size)
        assert.ok(body.equals(Buffer.alloc(size, body[0])), 'a mixture was read')
      }
      return reads
    }
    const readers = [read(), read()]
    for (let i = 1; i <= 30; i++) await storage.put('k', Buffer.alloc(size, String.fromCharCode(97 + (i % 26))))
    writing = false
    for (const reads of await Promise.all(readers)) assert.ok(reads > 0)
  })

  check('lists are in the order of keys, by prefix, and by folder', async (storage) => {
    const keys = [
      'a-b',
      'a.b/x',
      'a/b',
      'a/b2/c',
      'a/b2/d/e',
      'a0',
      'b/segment-1',
      'b/segment-10',
      'b/segment-2',
      'b/é',
      'b/z',
    ]
    for (const key of keys.toReversed()) await storage.put(key, Buffer.from(key))
    assert.deepEqual(await keysOf(storage.list('')), keys.toSorted(compareKeys))
    assert.deepEqual(await keysOf(storage.list('a/')), ['a/b', 'a/b2/c', 'a/b2/d/e'])
    assert.deepEqual(await keysOf(storage.list('a')), ['a-b', 'a.b/x', 'a/b', 'a/b2/c', 'a/b2/d/e', 'a0'])
    assert.deepEqual(await keysOf(storage.list('b/segment-1')), ['b/segment-1', 'b/segment-10'])
    assert.deepEqual(await storage.listFolders(''), ['a', 'a.b', 'b'])
    assert.deepEqual(await storage.listFolders('a/'), ['b2'])
    assert.deepEqual(await storage.listFolders('a/b2/'), ['d'])
  })

  check('2,500 objects are listed, over several pages', async (storage) => {
    const keys = Array.from({ length: 2500 }, (_, i) => `many/${String(i).padStart(5, '0')}`)
    const left = [...keys]
    const write = async (): Promise<void> => {
      for (let key = left.pop(); key !== undefined; key = left.pop()) await storage.put(key, Buffer.from(key))
    }
    await Promise.all(Array.from({ length: 24 }, write))
    assert.deepEqual(await keysOf(storage.list('many/')), keys)
    assert.deepEqual(await storage.listFolders(''), ['many'])
    let seen = 0
    for await (const _ of storage.list('')) if (++seen === 1500) break
    assert.equal(seen, 1500)
  })

  check('an object larger than allowed is not read', async (storage) => {
    await storage.put('k', Buffer.alloc(1000))
    await assert.rejects(storage.get('k', { maxBytes: 999 }), withCode('SEGMENT_TOO_LARGE'))
    assert.equal((await storage.get('k', { maxBytes: 1000 })).size, 1000)
  })

  check('a range that the object does not have is a short read', async (storage) => {
    await storage.put('k', Buffer.alloc(1000))
    for (const [start, end] of [
      [0, 1001],
      [999, 1001],
      [1000, 1001],
      [5000, 5001],
      [5000, 5000],
    ] as const) {
      await assert.rejects(storage.getRange('k', start, end), withCode('STORAGE_FAILED'), `${start} to ${end}`)
    }
    for (const [start, end] of [
      [-1, 1],
      [2, 1],
      [0.5, 1],
      [0, Number.NaN],
      [0, Number.POSITIVE_INFINITY],
    ] as const) {
      await assert.rejects(storage.getRange('k', start, end), withCode('STORAGE_FAILED'), `${start} to ${end}`)
    }
  })

  check('100 MB go in and out unchanged, with little memory beside them', async (storage) => {
    const blocks = Array.from({ length: 8 }, (_, i) => Buffer.alloc(MIB, createHash('sha512').update(`${i}`).digest()))
    const parts = Array.from({ length: 101 }, (_, i) => (i === 100 ? Buffer.from('end') : blocks[(i * 3) % 8]!))
    const hash = createHash('sha256')
    for (const part of parts) hash.update(part)
    const before = process.memoryUsage.rss()
    let peak = before
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss())
    }, 20)
    const stored = await storage.put('big', parts, { ifAbsent: true }).finally(() => clearInterval(watch))
    assert.equal(stored.size, 100 * MIB + 3)
    const grown = Math.round((peak - before) / MIB)
    assert.ok(grown < 90, `writing 100 MiB took ${grown} MiB more`)
    const got = await storage.get('big')
    assert.equal(got.etag, stored.etag)
    assert.equal(createHash('sha256').update(got.body).digest('hex'), hash.digest('hex'))
    assert.deepEqual(await storage.getRange('big', 100 * MIB, 100 * MIB + 3), Buffer.from('end'))
    await assert.rejects(storage.put('big', parts, { ifAbsent: true }), withCode('OBJECT_EXISTS'))
    await assert.rejects(storage.put('big', parts, { ifMatch: 'other' }), withCode('OBJECT_CHANGED'))
    const again = await storage.put('big', parts.toReversed(), { ifMatch: stored.etag })
    assert.notEqual(again.etag, stored.etag)
  })

  check('of two racing large ifAbsent writers one wins', async (storage) => {
    const bodies = ['a', 'b'].map((letter) => Buffer.alloc(33 * MIB, letter))
    const results = await Promise.allSettled(bodies.map((body) => storage.put('big', body, { ifAbsent: true })))
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1)
    for (const result of results) if (result.status === 'rejected') withCode('OBJECT_EXISTS')(result.reason)
    const { body } = await storage.get('big')
    assert.ok(body.equals(bodies[results[0]?.status === 'fulfilled' ? 0 : 1]!))
  })

  check('fifty calls at once all come through', async (storage) => {
    const bodies = Array.from({ length: 50 }, (_, i) => Buffer.alloc(20_000 + i, String(i)))
    await Promise.all(bodies.map((body, i) => storage.put(`at-once/${i}`, body, { ifAbsent: true })))
    const got = await Promise.all(bodies.map((_, i) => storage.get(`at-once/${i}`)))
    for (const [i, { body }] of got.entries()) assert.ok(body.equals(bodies[i]!))
  })

  check('its location names it without a secret', async (storage) => {
    assert.match(storage.location, storage.kind === 's3' ? /^s3:\/\/[a-z0-9-]+(\/[^?@]+)?$/ : /^file:\/\/\/[^?@]+$/)
  })
}
