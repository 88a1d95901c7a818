import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { linkNew } from '../../src/storage/filesystem-files.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { collect, storageContract, withCode } from './contract.ts'

const CHILD = path.join(import.meta.dirname, 'filesystem-child.ts')
const scratch = await mkdtemp(path.join(tmpdir(), 'coffer-storage-'))
const children = new Set<ChildProcess>()
after(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(scratch, { recursive: true, force: true })
})

let folders = 0
const freshFolder = (): string => path.join(scratch, `${++folders}`, 'archive')
const open = (folder: string): Promise<Storage> => openStorage({ backend: 'filesystem', path: folder })

storageContract('filesystem', () => open(freshFolder()))

async function startChild(folder: string, name: string): Promise<ChildProcess> {
  const child = fork(CHILD, [folder, name])
  children.add(child)
  child.once('exit', () => children.delete(child))
  assert.deepEqual((await once(child, 'message'))[0], 'ready')
  return child
}

async function ask(child: ChildProcess, order: object): Promise<unknown> {
  const answer = once(child, 'message')
  child.send(order)
  return (await answer)[0]
}

async function endOf(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** All names below a folder, ours among them. */
const namesIn = async (folder: string): Promise<string[]> => (await readdir(folder, { recursive: true })).sort()

test('of two processes that race with ifAbsent one wins each round', async () => {
  const folder = freshFolder()
  const writers = await Promise.all([startChild(folder, 'a'), startChild(folder, 'b')])
  const wins = [0, 0]
  for (let round = 0; round < 150; round++) {
    const answers = await Promise.all(writers.map((writer) => ask(writer, { do: 'absent', key: `race/${round}` })))
    assert.deepEqual(answers.toSorted(), ['OBJECT_EXISTS', 'won'], `round ${round}`)
    const winner = answers.indexOf('won')
    wins[winner] = (wins[winner] ?? 0) + 1
    const content = await readFile(path.join(folder, `race/${round}`), 'latin1')
    assert.equal(content, (winner === 0 ? 'a' : 'b').repeat(1000))
  }
  await Promise.all(writers.map(endOf))
  assert.equal((wins[0] ?? 0) + (wins[1] ?? 0), 150)
})

test('of two processes that race with ifMatch none loses an update', async () => {
  const folder = freshFolder()
  const storage = await open(folder)
  await storage.put('counter', Buffer.from('0'))
  const writers = await Promise.all([startChild(folder, 'a'), startChild(folder, 'b'), startChild(folder, 'c')])
  const order = { do: 'count', key: 'counter', times: 60 }
  assert.deepEqual(await Promise.all(writers.map((writer) => ask(writer, order))), ['done', 'done', 'done'])
  assert.equal(Number.parseInt((await storage.get('counter')).body.toString(), 10), 180)
  await Promise.all(writers.map(endOf))
})

test('a writer killed at any moment leaves whole objects, and its lock to the next', async () => {
  const folder = freshFolder()
  const storage = await open(folder)
  await storage.put('counter', Buffer.from('0'))
  for (let round = 0; round < 12; round++) {
    const child = await startChild(folder, 'x')
    child.send({ do: 'fill', bytes: 8_000_000 })
    child.send({ do: 'count', key: 'counter', times: 1_000_000 })
    const before = await storage.get('counter')
    // Killed in the middle: as soon as it has counted at least once.
    while ((await storage.get('counter')).etag === before.etag) await new Promise(setImmediate)
    await endOf(child)
    const { body, etag } = await storage.get('counter')
    assert.match(body.toString(), /^\d+( x)?$/)
    await storage.put('counter', body, { ifMatch: etag })
    for (const { key, size } of await collect(storage.list(''))) {
      assert.ok(key === 'counter' || (key === 'filled' && size >= 8_000_000), `"${key}" has ${size} bytes`)
    }
  }
})

test('what a crash left is never an object, and is swept when it is old', async () => {
  const folder = freshFolder()
  const storage = await open(folder)
  await storage.put('a/object', Buffer.from('x'))
  const [old, young] = [path.join(folder, 'a/.coffer-tmp-old'), path.join(folder, 'a/.coffer-tmp-young')]
  await writeFile(old, 'half')
  await writeFile(young, 'half')
  const hours = Date.now() / 1000 - 2 * 3600
  await utimes(old, hours, hours)
  assert.deepEqual(
    (await collect(storage.list(''))).map((o) => o.key),
    ['a/object'],
  )
  const next = await open(folder)
  await next.put('a/other', Buffer.from('x'), { ifAbsent: true })
  assert.deepEqual(
    (await namesIn(folder)).filter((name) => name.includes('tmp')),
    ['a/.coffer-tmp-young'],
  )
  // An object published by link(2) whose writer died before it removed the temporary name.
  await link(path.join(folder, 'a/other'), old)
  await utimes(old, hours, hours)
  await (await open(folder)).put('a/third', Buffer.from('x'))
  assert.equal((await storage.get('a/other')).body.toString(), 'x')
  await assert.rejects(stat(old), { code: 'ENOENT' })
})

test('nothing but the object stays behind', async () => {
  const folder = freshFolder()
  const storage = await open(folder)
  await storage.put('a/b', Buffer.from('x'), { ifAbsent: true })
  await assert.rejects(storage.put('a/b', Buffer.from('y'), { ifAbsent: true }), withCode('OBJECT_EXISTS'))
  await assert.rejects(storage.put('a/b', Buffer.from('y'), { ifMatch: 'no' }), withCode('OBJECT_CHANGED'))
  assert.deepEqual(await namesIn(folder), ['a', 'a/b'])
})

test('a link that leads out of the folder is not followed (field failure 32)', async () => {
  const folder = freshFolder()
  const outside = path.join(scratch, 'outside')
  await mkdir(outside, { recursive: true })
  await writeFile(path.join(outside, 'secret'), 'secret')
  const storage = await open(folder)
  await storage.put('in/side', Buffer.from('fine'))
  await symlink(outside, path.join(folder, 'out'))
  await symlink(path.join(outside, 'secret'), path.join(folder, 'file'))
  await symlink(path.join(folder, 'in'), path.join(folder, 'loop'))
  for (const key of ['out/secret', 'file']) {
    await assert.rejects(storage.get(key), withCode('PATH_ESCAPES'))
    await assert.rejects(storage.getRange(key, 0, 1), withCode('PATH_ESCAPES'))
    await assert.rejects(storage.head(key), withCode('PATH_ESCAPES'))
  }
  for (const key of ['out/new', 'out/deep/er/new', 'out/secret']) {
    await assert.rejects(storage.put(key, Buffer.from('x')), withCode('PATH_ESCAPES'))
    await assert.rejects(storage.put(key, Buffer.from('x'), { ifAbsent: true }), withCode('PATH_ESCAPES'))
  }
  await assert.rejects(storage.delete('out/secret'), withCode('PATH_ESCAPES'))
  await assert.rejects(collect(storage.list('out/')), withCode('PATH_ESCAPES'))
  assert.deepEqual(await readdir(outside), ['secret'])
  assert.deepEqual(
    (await collect(storage.list(''))).map((o) => o.key),
    ['in/side'],
  )
  assert.deepEqual(await storage.listFolders(''), ['in'])
  // Writing over a link replaces the link, not what it points to.
  await storage.put('file', Buffer.from('ours'))
  assert.equal(await readFile(path.join(outside, 'secret'), 'utf8'), 'secret')
  assert.equal((await storage.get('file')).body.toString(), 'ours')
})

test('the folder itself may be a link, and relative', async () => {
  const real = freshFolder()
  await mkdir(real, { recursive: true })
  const linked = path.join(scratch, 'linked')
  await symlink(real, linked)
  const storage = await open(path.relative(process.cwd(), linked))
  await storage.put('a/b', Buffer.from('x'))
  assert.equal(await readFile(path.join(real, 'a/b'), 'utf8'), 'x')
  assert.equal(storage.location, `file://${linked}`)
})

test('what is no file is no object, and never hangs', async () => {
  const folder = freshFolder()
  const storage = await open(folder)
  await storage.put('a/b', Buffer.from('x'))
  execFileSync('mkfifo', [path.join(folder, 'pipe')])
  await assert.rejects(storage.get('pipe'), withCode('OBJECT_MISSING'))
  assert.equal(await storage.head('pipe'), null)
  assert.deepEqual(
    (await collect(storage.list(''))).map((o) => o.key),
    ['a/b'],
  )
  for (const options of [{}, { ifAbsent: true }, { ifMatch: 'x' }]) {
    const code = 'ifMatch' in options ? 'OBJECT_CHANGED' : 'ifAbsent' in options ? 'OBJECT_EXISTS' : 'STORAGE_FAILED'
    await assert.rejects(storage.put('a', Buffer.from('x'), options), withCode(code))
  }
  await assert.rejects(storage.put('a/b/c', Buffer.from('x')), withCode('STORAGE_FAILED'))
  const left = (await namesIn(folder)).filter((name) => !name.endsWith('.coffer-lock'))
  assert.deepEqual(left, ['a', 'a/b', 'pipe'])
})

test('a name that our own file has got already is no conflict, as after an answer that NFS lost', async () => {
  const folder = freshFolder()
  await mkdir(folder, { recursive: true })
  const [ours, theirs, name] = ['ours', 'theirs', 'name'].map((one) => path.join(folder, one)) as [
    string,
    string,
    string,
  ]
  await writeFile(ours, 'ours')
  await writeFile(theirs, 'theirs')
  await link(ours, name)
  await linkNew(ours, name)
  await assert.rejects(linkNew(theirs, name), { code: 'EEXIST' })
  assert.equal(await readFile(name, 'utf8'), 'ours')
  await linkNew(theirs, `${name}-2`)
  assert.equal(await readFile(`${name}-2`, 'utf8'), 'theirs')
})

test('an empty folder is no folder', async () => {
  const folder = freshFolder()
  const storage = await open(folder)
  await mkdir(path.join(folder, 'empty/deep/er'), { recursive: true })
  await storage.put('full/deep/er/object', Buffer.from('x'))
  assert.deepEqual(await storage.listFolders(''), ['full'])
})

test('a file changed behind our back has another etag', async () => {
  const folder = freshFolder()
  const storage = await open(folder)
  const { etag } = await storage.put('k', Buffer.from('one'))
  await writeFile(path.join(folder, 'k'), 'two')
  await assert.rejects(storage.put('k', Buffer.from('three'), { ifMatch: etag }), withCode('OBJECT_CHANGED'))
})

test('a clock that goes back does not bring an etag back', async () => {
  const folder = freshFolder()
  const storage = await open(folder)
  await storage.put('k', Buffer.from('one'))
  const future = Date.now() / 1000 + 1000
  await utimes(path.join(folder, 'k'), future, future)
  const etags = new Set<string>()
  for (let i = 0; i < 10; i++) etags.add((await storage.put('k', Buffer.from(`${i}`))).etag)
  assert.equal(etags.size, 10)
  assert.ok((await stat(path.join(folder, 'k'))).mtimeMs > future * 1000)
})

test('a folder that may not be written is not allowed', async () => {
  // Whoever runs this, even root, may make nothing in the kernel's own folder.
  const storage = await open('/sys/coffer-test')
  await assert.rejects(storage.put('k', Buffer.from('x')), withCode('STORAGE_NOT_ALLOWED'))
})

test('a file in the place of the folder is told, with what to do', async () => {
  const file = path.join(scratch, 'a-file')
  await writeFile(file, '')
  const storage = await open(file)
  await assert.rejects(storage.put('b/object', Buffer.from('x')), {
    code: 'STORAGE_FAILED',
    message: /a file stands where a folder is needed \(ENOTDIR\)/,
    hint: 'Give another path, or move away what stands there.',
  })
})

test('a folder that can not be made is an error at once, and none that is tried for ever', async () => {
  const child = spawn(process.execPath, [CHILD, '/proc/coffer-test/deep', 'x'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  children.add(child)
  assert.deepEqual((await once(child, 'message'))[0], 'ready')
  const patience = setTimeout(() => child.kill('SIGKILL'), 30_000)
  assert.equal(await ask(child, { do: 'fill', bytes: 10 }), 'STORAGE_FAILED')
  clearTimeout(patience)
  await endOf(child)
  children.delete(child)
})

/** Starts a child after some shell lines, lets it write 8 MB, and gives its answer and the names it then finds. */
async function fillUp(folder: string, command: string, args: string[]): Promise<{ answer: unknown; names: unknown }> {
  const child = spawn(command, [...args, process.execPath, CHILD, folder, 'x'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  children.add(child)
  assert.deepEqual((await once(child, 'message'))[0], 'ready')
  const answer = await ask(child, { do: 'fill', bytes: 8_000_000 })
  const names = await ask(child, { do: 'names' })
  await endOf(child)
  children.delete(child)
  return { answer, names }
}

const withFileLimit = ['-c', 'ulimit -f 4000; exec "$@"', 'sh']

test('a file size limit is a full storage, and the half-written file is removed', async () => {
  const folder = freshFolder()
  assert.deepEqual(await fillUp(folder, 'sh', withFileLimit), { answer: 'STORAGE_FULL', names: '[]' })
})

test('a full disk is a full storage, and the half-written file is removed', async () => {
  const folder = freshFolder()
  await mkdir(folder, { recursive: true })
  // A disk of 2 MB in a mount namespace of its own, which ends with the child. Where the kernel forbids it, the limit.
  const mount = ['-rm', 'sh', '-c', `mount -t tmpfs -o size=2m tmpfs '${folder}' && exec "$@"`, 'sh']
  const allowed = spawnSync('unshare', [...mount, 'true']).status === 0
  const full = allowed ? await fillUp(folder, 'unshare', mount) : await fillUp(folder, 'sh', withFileLimit)
  assert.deepEqual(full, { answer: 'STORAGE_FULL', names: '[]' })
})
