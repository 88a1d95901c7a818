import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { CofferError } from '../../src/contract/errors.ts'
import type { HeldFile } from '../../src/contract/ipc/calls/files.ts'
import { safeFileName } from '../../src/worker/services/file-name.ts'
import { HeldFiles } from '../../src/worker/services/held-files.ts'
import { askHost, openSession, statusOfRaw } from './ask.ts'
import { fakeRunJob } from './fake-run-job.ts'
import { type TestHost, testHost } from './host.ts'

/** Files into and out of the web host, and what is refused. */

const LIMITS = { upload: 1_000_000, session: 2_500_000 }
const UNKNOWN = 'A'.repeat(22)
let host: TestHost
let cookie: string

before(async () => {
  host = await testHost(fakeRunJob(() => null).run, {}, LIMITS)
  cookie = await openSession(host.address)
})
after(() => host.end())

const headers = (more: Record<string, string> = {}) => ({
  cookie,
  origin: host.origin,
  'content-type': 'application/octet-stream',
  'x-coffer-name': 'evidence.zip',
  ...more,
})
const send = (body: string | Buffer, more: Record<string, string> = {}) =>
  askHost(host.origin, '/upload', headers(more), 'POST', body)
const get = (path: string, more: Record<string, string> = {}) => askHost(host.origin, path, { cookie, ...more })
const held = async (body: string, more: Record<string, string> = {}): Promise<HeldFile> => {
  const answered = await send(body, more)
  assert.equal(answered.status, 201, answered.body)
  return JSON.parse(answered.body) as HeldFile
}
const call = async (method: string, params: unknown) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const answered = await askHost(host.origin, '/rpc', headers({ 'content-type': 'application/json' }), 'POST', body)
  return JSON.parse(answered.body) as { result?: HeldFile; error?: { data: { code: string; message: string } } }
}

describe('an upload', () => {
  test('is held under an id that tells nothing of where it lies, and comes back byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, at) => at % 256))
    const answered = await send(bytes)
    const file = JSON.parse(answered.body) as HeldFile
    assert.deepEqual(file, { id: file.id, name: 'evidence.zip', kind: 'file', size: 70_000, path: null })
    assert.match(file.id, /^[\w-]{22}$/)
    const path = host.services.files.pathOf(file.id)
    assert.deepEqual(readFileSync(path), bytes)
    assert.equal(statSync(path).mode & 0o077, 0, 'others may read it')
    assert.equal(statSync(dirname(dirname(path))).mode & 0o077, 0, 'others may list the folder')
    const back = await get(`/download/${file.id}`)
    assert.equal(back.status, 200)
    assert.equal(back.headers['content-length'], '70000')
  })
  test('of nothing is a file of no bytes', async () => {
    const file = await held('')
    assert.equal(file.size, 0)
    assert.equal((await get(`/download/${file.id}`)).body, '')
  })
  test('is removed when the page lets go of it', async () => {
    const file = await held('x')
    const path = host.services.files.pathOf(file.id)
    await call('files.release', { id: file.id })
    assert.equal(existsSync(path), false)
    assert.equal((await get(`/download/${file.id}`)).status, 404)
  })
  for (const name of ['../../../etc/passwd', '..\\..\\evil.zip', '/etc/passwd', '%2e%2e%2fx', '.bashrc', '..', 'CON']) {
    test(`named "${name}" lands in the session's folder all the same`, async () => {
      const file = await held('x', { 'x-coffer-name': encodeURIComponent(name) })
      const path = host.services.files.pathOf(file.id)
      const [root] = path.split('coffer-session-')
      assert.match(path.slice((root ?? '').length), /^coffer-session-\d+-\w+\/[\w-]{22}\/[^/\\]+$/)
      assert.doesNotMatch(file.name, /[/\\]|^\./)
      assert.equal(readFileSync(path, 'utf8'), 'x')
    })
  }
  test('with a name that is no encoding, too long or missing is refused', async () => {
    assert.equal((await send('x', { 'x-coffer-name': '%' })).status, 400)
    assert.equal((await send('x', { 'x-coffer-name': 'x'.repeat(3_000) })).status, 400)
    assert.equal((await send('x', { 'x-coffer-name': '' })).status, 400)
  })
  test('of a type that a form of another page could send is refused', async () => {
    for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded']) {
      assert.equal((await send('x', { 'content-type': type })).status, 415, type)
    }
  })
  test('too large is refused, announced or not, and leaves nothing', async () => {
    const before = filesIn(host)
    assert.equal(await statusOfRaw(host.origin, '/upload', headers({ 'content-length': '1000001' }), ''), 413)
    const chunk = Buffer.from(`${(60_000).toString(16)}\r\n${'x'.repeat(60_000)}\r\n`.repeat(18))
    assert.equal(await statusOfRaw(host.origin, '/upload', headers({ 'transfer-encoding': 'chunked' }), chunk), 413)
    assert.deepEqual(filesIn(host), before)
  })
  test('beyond what a session may keep is refused, until something is let go', async () => {
    const big = 'x'.repeat(900_000)
    const first = await held(big)
    await held(big)
    const refused = await send(big)
    assert.equal(refused.status, 413)
    assert.match(refused.body, /this session's files would be more than 2500000 bytes/)
    await call('files.release', { id: first.id })
    await held(big)
  })
  test('that breaks off leaves nothing', async () => {
    const before = filesIn(host)
    const broken = new HeldFiles(LIMITS)
    const source = Readable.from(
      (async function* () {
        yield Buffer.from('half')
        throw new Error('cut')
      })(),
    )
    await assert.rejects(broken.receive('x', null, source), /cut/)
    const path = await broken.emptyFolder()
    assert.deepEqual(readdirSync(dirname(path)).length, 1, 'only the folder that was just made')
    broken.close()
    assert.deepEqual(filesIn(host), before)
  })
  test('is only taken by POST', async () => {
    const answered = await askHost(host.origin, '/upload', { cookie })
    assert.equal(answered.status, 405)
    assert.equal((await askHost(host.origin, '/upload', headers(), 'PUT', 'x')).status, 405)
  })
  test('goes with the session', async () => {
    const files = new HeldFiles(LIMITS)
    const { id } = await files.make('x.txt', 'x')
    const folder = dirname(dirname(files.pathOf(id)))
    assert.ok(existsSync(folder))
    files.close()
    assert.equal(existsSync(folder), false)
    assert.equal(await files.open(id), null)
  })
})

describe('a download', () => {
  test('is never a page: no type, no script, attached under its name', async () => {
    const file = await held('<script>alert(1)</script>', { 'x-coffer-name': encodeURIComponent('Prüf"ung.html') })
    const answered = await get(`/download/${file.id}`)
    assert.equal(answered.headers['content-type'], 'application/octet-stream')
    assert.equal(answered.headers['x-content-type-options'], 'nosniff')
    assert.equal(
      answered.headers['content-disposition'],
      `attachment; filename="Pr_fung.html"; filename*=UTF-8''Pr%C3%BCfung.html`,
    )
    assert.match(String(answered.headers['content-security-policy']), /default-src 'none'; sandbox/)
  })
  for (const id of [
    UNKNOWN,
    '',
    '..',
    '../index.html',
    '..%2findex.html',
    '__proto__',
    'constructor',
    `${UNKNOWN}/..`,
  ]) {
    test(`of "${id}" finds nothing`, async () => assert.equal((await get(`/download/${id}`)).status, 404))
  }
  test('of a folder finds nothing', async () => {
    mkdirSync(join(host.folder, 'archive'))
    const { result } = await call('files.hold', { path: 'archive' })
    assert.equal(result?.kind, 'folder')
    assert.equal((await get(`/download/${result?.id}`)).status, 404)
  })
  test('of a file that is gone finds nothing', async () => {
    const { result } = await call('files.make', { name: 'gone.txt', text: 'x' })
    const { id } = result as HeldFile
    rmSync(host.services.files.pathOf(id))
    assert.equal((await get(`/download/${id}`)).status, 404)
  })
  test('of another session is refused', async () => {
    const other = await testHost(fakeRunJob(() => null).run)
    try {
      const file = await held('secret of the first')
      const otherCookie = await openSession(other.address)
      assert.equal((await askHost(other.origin, `/download/${file.id}`, { cookie: otherCookie })).status, 404)
      assert.equal((await askHost(other.origin, `/download/${file.id}`, { cookie })).status, 403)
    } finally {
      await other.end()
    }
  })
})

describe('who may upload and download', () => {
  const path = (at: string) => (at === 'upload' ? '/upload' : `/download/${UNKNOWN}`)
  const method = (at: string) => (at === 'upload' ? 'POST' : 'GET')
  for (const at of ['upload', 'download']) {
    test(`nobody without the cookie: ${at}`, async () => {
      const { cookie: _, ...rest } = headers()
      assert.equal((await askHost(host.origin, path(at), rest, method(at))).status, 403)
    })
    test(`nobody with the spent token: ${at}`, async () => {
      const { cookie: _, ...rest } = headers()
      assert.equal((await askHost(host.origin, `${path(at)}?token=${'A'.repeat(43)}`, rest, method(at))).status, 403)
    })
    test(`no other page: ${at}`, async () => {
      for (const origin of ['http://evil.example', 'null', 'http://localhost', `${host.origin}0`]) {
        const answered = await askHost(host.origin, path(at), headers({ origin }), method(at))
        assert.equal(answered.status, 403, origin)
        assert.equal(answered.headers['access-control-allow-origin'], undefined)
      }
    })
    test(`no other name of this machine (DNS rebinding): ${at}`, async () => {
      for (const name of ['localhost', 'evil.example']) {
        assert.equal((await askHost(host.origin, path(at), headers({ host: name }), method(at))).status, 421)
      }
    })
    test(`no frame, form or link of another page (Fetch Metadata): ${at}`, async () => {
      for (const site of ['cross-site', 'same-site']) {
        const answered = await askHost(host.origin, path(at), headers({ 'sec-fetch-site': site }), method(at))
        assert.equal(answered.status, 403, site)
        assert.equal(answered.headers['x-frame-options'], 'DENY')
        assert.match(String(answered.headers['content-security-policy']), /frame-ancestors 'none'/)
      }
    })
  }
  test('an upload without an origin is refused, unless the browser vouches for the page', async () => {
    const { origin: _, ...rest } = headers()
    assert.equal((await askHost(host.origin, '/upload', rest, 'POST', 'x')).status, 403)
    const vouched = { ...rest, 'sec-fetch-site': 'same-origin' }
    assert.equal((await askHost(host.origin, '/upload', vouched, 'POST', 'x')).status, 201)
  })
})

describe('the calls about files', () => {
  test('hold what a typed path names', async () => {
    writeFileSync(join(host.folder, 'report.json'), '{}')
    const { result } = await call('files.hold', { path: 'report.json' })
    assert.deepEqual(result, {
      id: result?.id,
      name: 'report.json',
      kind: 'file',
      size: 2,
      path: join(host.folder, 'report.json'),
    })
    assert.equal((await get(`/download/${result?.id}`)).body, '{}')
  })
  test('say what is wrong with a path', async () => {
    const { error } = await call('files.hold', { path: '/no/such/file' })
    const { code, message, said } = (error?.data ?? {}) as { code?: string; message?: string; said?: { id: string } }
    assert.deepEqual([code, message], ['USAGE', `can't read "/no/such/file": there is none`])
    // so that a window in another language has its own words for it
    assert.equal(said?.id, 'input.noFile')
    if (process.platform !== 'win32') {
      assert.match((await call('files.hold', { path: '/dev/null' })).error?.data.message ?? '', /which is neither/)
    }
  })
  test('make a file of text', async () => {
    const { result } = await call('files.make', { name: '../job.yaml', text: 'mode: backup\n' })
    assert.equal(result?.name, 'job.yaml')
    assert.equal((await get(`/download/${result?.id}`)).body, 'mode: backup\n')
  })
  test('that need a dialog of the system are refused in a browser', async () => {
    const { id } = await held('x')
    const pick = { kind: 'folder', title: 'Archive', filters: [], several: false }
    for (const [name, input] of [
      ['files.pick', pick],
      ['files.saveAs', { id, name: 'x' }],
      ['files.reveal', { id }],
    ] as const) {
      assert.equal((await call(name, input)).error?.data.code, 'UNSUPPORTED', name)
    }
  })
  test('take no id of their own making', async () => {
    for (const id of ['../../etc/passwd', '', 'x', UNKNOWN]) {
      assert.equal((await call('files.reveal', { id })).error?.data.code, id === UNKNOWN ? 'UNSUPPORTED' : 'USAGE')
    }
  })
})

test('what belongs together lies side by side, and what lies on the machine stays there', async () => {
  const files = new HeldFiles(LIMITS)
  const report = await files.make('report.json', '{}')
  const signature = await files.receive('report.json.sig', null, Readable.from([Buffer.from('sig')]))
  const same = await files.make('REPORT.json', '[]')
  const own = await files.hold(import.meta.dirname)
  const together = await files.sideBySide([report.id, signature.id, same.id, own.id])
  const [a, b, c, d] = together.paths
  assert.equal(dirname(a ?? ''), dirname(b ?? ''))
  assert.deepEqual(
    [a, b, c].map((path) => readFileSync(path ?? '', 'utf8')),
    ['{}', 'sig', '[]'],
  )
  assert.equal(b, `${a}.sig`)
  assert.equal(d, import.meta.dirname)
  await together.done()
  assert.equal(existsSync(dirname(a ?? '')), false)
  assert.equal(readFileSync(files.pathOf(report.id), 'utf8'), '{}')
  assert.ok(existsSync(import.meta.dirname))
  files.close()
})

test('names are made safe for every system', () => {
  const cases: Record<string, string> = {
    'report.json': 'report.json',
    'a/b\\c.pdf': 'c.pdf',
    '..': 'file',
    '': 'file',
    '   ': 'file',
    'nul.txt': '_nul.txt',
    'x\u0000y\n.zip': 'xy.zip',
    'evil\u202egpj.exe': 'evilgpj.exe',
    'trailing. ': 'trailing',
    ['ä'.repeat(200)]: 'ä'.repeat(75),
    [`${'x'.repeat(300)}.json.sig`]: `${'x'.repeat(146)}.sig`,
  }
  for (const [given, expected] of Object.entries(cases)) assert.equal(safeFileName(given), expected, given)
})

test('a disk without room is told before the upload, and after', async () => {
  const files = new HeldFiles({ upload: Number.MAX_SAFE_INTEGER, session: Number.MAX_SAFE_INTEGER })
  await assert.rejects(
    files.receive('x', 2 ** 52, Readable.from([])),
    (error) => error instanceof CofferError && error.code === 'STORAGE_FULL',
  )
  files.close()
})

/** Everything in the session's folder. */
function filesIn(of: TestHost): string[] {
  return readdirSync(of.services.files.folder, { recursive: true }).map(String).sort()
}
