import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  contentOf,
  packBlock,
  packBlockAside,
  packBytes,
  packedBytes,
  Spool,
} from '../../src/evidence/package/packed.ts'
import { ZipWriter } from '../../src/evidence/package/zip.ts'
import { readZip } from '../../src/verify/package/zip.ts'
import { seededRandom } from '../rig/random.ts'
import { temporaryFolder } from './support.ts'

const FILES: [path: string, content: Buffer][] = [
  ['README.txt', Buffer.from('read me\n'.repeat(100))],
  ['index.json', Buffer.from('{}')],
  ['report.json', Buffer.alloc(0)],
  ['records/records.ndjson', Buffer.from('{"é":"ü"}\n'.repeat(5000))],
  ['records/ü.csv', Buffer.from('a,b\r\n')],
]

async function writeZip(path: string): Promise<void> {
  const file = await open(path, 'w')
  const zip = new ZipWriter(file)
  for (const [name, content] of FILES) {
    const packed = packBytes(content)
    await zip.add(
      { path: name, method: packed.method, crc32: packed.crc32, size: packed.size, packedSize: packed.packedSize },
      packedBytes(packed),
    )
  }
  await zip.finish()
  await file.close()
}

test('a zip has the same bytes each time, and other programs read it', async () => {
  const folder = await temporaryFolder()
  const [one, two] = [join(folder, 'one.zip'), join(folder, 'two.zip')]
  await writeZip(one)
  await writeZip(two)
  assert.ok((await readFile(one)).equals(await readFile(two)))
  const script = [
    'import sys, zipfile, json',
    'z = zipfile.ZipFile(sys.argv[1])',
    'assert z.testzip() is None',
    'print(json.dumps([[i.filename, z.read(i).hex(), i.date_time] for i in z.infolist()]))',
  ].join('\n')
  const read = JSON.parse(execFileSync('python3', ['-c', script, one], { encoding: 'utf8' })) as [
    string,
    string,
    number[],
  ][]
  assert.deepEqual(
    read.map(([name, hex]) => [name, hex]),
    FILES.map(([name, content]) => [name, content.toString('hex')]),
  )
  assert.ok(read.every(([, , date]) => date.join() === '1980,1,1,0,0,0'))
})

test('a block packed in the thread pool has the same bytes as one packed at once', async () => {
  const noise = seededRandom(7)
  for (const [size, symbols] of [
    [0, 1],
    [100, 64],
    [1_000_000, 1],
    [1_048_576, 40],
    [1_100_000, 256],
    [2_000_000, 256],
  ] as const) {
    const bytes = Buffer.from(Uint8Array.from({ length: size }, () => Math.floor(noise() * symbols)))
    assert.ok((await packBlockAside(bytes)).equals(packBlock(bytes)), `${size} bytes of ${symbols} symbols`)
  }
})

/** A file that keeps what is written but for runs of zeros. */
class SparseFile {
  readonly #pieces: { at: number; bytes: Buffer }[] = []
  size = 0

  write = async (bytes: Buffer, offset: number, length: number, position: number) => {
    const piece = bytes.subarray(offset, offset + length)
    if (length < 100_000) this.#pieces.push({ at: position, bytes: Buffer.from(piece) })
    this.size = Math.max(this.size, position + length)
    return { bytesWritten: length, buffer: bytes }
  }

  read = async (from: number, to: number): Promise<Uint8Array> => {
    const out = Buffer.alloc(to - from)
    for (const { at, bytes } of this.#pieces) {
      if (at < to && at + bytes.length > from) {
        bytes.copy(out, Math.max(0, at - from), Math.max(0, from - at), Math.min(bytes.length, to - at))
      }
    }
    return out
  }
}

test('sizes and offsets beyond 32 bits are in zip64 fields, as the verifier wants them', async () => {
  const file = new SparseFile()
  const zip = new ZipWriter(file as never)
  const zeros = Buffer.alloc(1024 * 1024)
  const sizes = [10, 0xffffffff, 5, 2 ** 32 + 3, 7]
  const names = ['README.txt', 'records/a', 'records/b', 'records/c', 'records/d']
  for (const [i, size] of sizes.entries()) {
    await zip.add(
      { path: names[i] as string, method: 0, crc32: i, size, packedSize: size },
      (function* () {
        for (let left = size; left > 0; left -= zeros.length) yield zeros.subarray(0, Math.min(left, zeros.length))
      })(),
    )
  }
  assert.equal(await zip.finish(), file.size)
  const entries = await readZip(file)
  assert.deepEqual(
    entries.map(({ path, size, packedSize }) => [path, size, packedSize]),
    names.map((name, i) => [name, sizes[i], sizes[i]]),
  )
})

test('a spool goes on from a mark, goes back to a point, and gives the same file as without either', async () => {
  const folder = await temporaryFolder()
  const blocks = Array.from({ length: 6 }, (_, i) => Buffer.from(`block ${i} `.repeat(3000)))
  const plain = await Spool.open(join(folder, 'plain'))
  for (const block of blocks) await plain.append(block)
  const whole = await plain.finish()

  const first = await Spool.open(join(folder, 'again'))
  for (const block of blocks.slice(0, 2)) await first.append(block)
  const mark = first.mark()
  await first.append(Buffer.from('lost in a crash'))
  await first.close()
  const second = await Spool.open(join(folder, 'again'), mark)
  const point = second.point()
  await second.append(Buffer.from('a damaged segment'))
  await second.rollback(point)
  for (const block of blocks.slice(2)) await second.append(block)
  const again = await second.finish()
  assert.deepEqual({ ...again, packed: null }, { ...whole, packed: null })
  const read: Buffer[] = []
  for await (const piece of contentOf(again)) read.push(piece)
  assert.ok(Buffer.concat(read).equals(Buffer.concat(blocks)))
  await assert.rejects(Spool.open(join(folder, 'again'), { ...mark, size: mark.size + 1 }))
})
