import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, matchesGlob, relative } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { createPackageWithOptions, extractAll, getRawHeader, listPackage } from '@electron/asar'
import { build } from 'esbuild'
import { parse } from 'yaml'
import { bundleMain, bundlePreload } from '../../src/main/bundle.ts'
import { buildRenderer, ROOT } from './host.ts'

/**
 * The application's archive as electron-builder would make it, over a stand-in for the distribution: the same files by the
 * same patterns, packed by Electron's own packer. Electron itself isn't needed for what is looked at here.
 */

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'coffer-asar-'))
const staged = join(folder, 'app')
const archive = join(folder, 'resources/app.asar')
const builder = parse(readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8')) as {
  files: string[]
  asarUnpack: string[]
}
const excluded = builder.files.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1))
let files: string[]

/** The packages that are installed with the program: all of package-lock.json that is no tool. */
function productionPackages(): string[] {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>
  }
  return Object.entries(lock.packages)
    .filter(([path, one]) => path.startsWith('node_modules/') && !one.dev && !one.devOptional)
    .map(([path]) => path)
    .filter((path) => existsSync(join(ROOT, path)))
}

before(async () => {
  mkdirSync(staged, { recursive: true })
  await buildRenderer(join(staged, 'dist/renderer'))
  await bundleMain(ROOT, join(staged, 'dist/main'))
  await bundlePreload(ROOT)
  for (const path of [
    'package.json',
    'LICENSE',
    'assets/fonts',
    'assets/icons',
    'assets/sample',
    'dist/main/preload.cjs',
  ]) {
    cpSync(join(ROOT, path), join(staged, path), { recursive: true })
  }
  for (const path of productionPackages()) {
    const from = join(ROOT, path)
    const filter = (source: string) => {
      const inside = join(path, relative(from, source))
      // A package inside of a package is in the list by itself.
      return !inside.slice(path.length).includes('node_modules') && !excluded.some((glob) => matchesGlob(inside, glob))
    }
    mkdirSync(dirname(join(staged, path)), { recursive: true })
    cpSync(from, join(staged, path), { recursive: true, dereference: true, filter })
  }
  mkdirSync(dirname(archive), { recursive: true })
  await createPackageWithOptions(staged, archive, { unpack: builder.asarUnpack[0] ?? '' })
  files = listPackage(archive, { isPack: false }).map((path) => path.replaceAll('\\', '/'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

describe('the archive of the application', () => {
  test('holds what it starts from, the threads, the command line and the pages', () => {
    for (const path of [
      '/package.json',
      '/dist/main/main.js',
      '/dist/main/preload.cjs',
      '/dist/main/thread.js',
      '/dist/main/verifier-thread.js',
      '/dist/main/scan-thread.js',
      '/dist/main/coffer.js',
      '/dist/renderer/index.html',
      '/assets/icons/tray.png',
      '/assets/sample/archive/sample-ledger/manifest.json',
    ]) {
      assert.ok(files.includes(path), path)
    }
  })
  test('holds no source map, source or test', () => {
    const stray = files.filter((path) =>
      /\.map$|\.[mc]?tsx?$|\/(tests?|__tests__)\/|^\/(src|test|bench|docs)\//.test(path),
    )
    assert.deepEqual(stray, [])
    for (const path of readdirSync(join(staged, 'dist'), { recursive: true, encoding: 'utf8' })) {
      if (path.endsWith('.js'))
        assert.doesNotMatch(readFileSync(join(staged, 'dist', path), 'utf8').slice(-200), /sourceMappingURL/)
    }
  })
  test('holds no tool: neither Electron nor what builds and tests', () => {
    for (const name of [
      'electron',
      'typescript',
      'vite',
      'esbuild',
      'playwright-core',
      '@electron/asar',
      '@biomejs/biome',
    ]) {
      assert.ok(!files.includes(`/node_modules/${name}`), name)
    }
  })
  test('has its native modules beside it, as files', () => {
    const native = files.filter((path) => path.endsWith('.node'))
    assert.ok(native.length >= 4, native.join('\n'))
    for (const path of native) assert.ok(existsSync(join(`${archive}.unpacked`, path)), path)
  })
  test('has a hash for every file, by which Electron holds it to be whole', () => {
    const { header } = getRawHeader(archive)
    const without: string[] = []
    const walk = (node: { files?: Record<string, unknown> }, path: string) => {
      for (const [name, child] of Object.entries(node.files ?? {})) {
        const one = child as { files?: Record<string, unknown>; integrity?: { algorithm: string; hash: string } }
        if (one.files !== undefined) walk(one, `${path}/${name}`)
        else if (one.integrity?.algorithm !== 'SHA256' || one.integrity.hash.length !== 64)
          without.push(`${path}/${name}`)
      }
    }
    walk(header as { files: Record<string, unknown> }, '')
    assert.deepEqual(without, [])
  })
})

describe('the program out of the archive', () => {
  const out = join(folder, 'out')
  before(async () => {
    extractAll(archive, out)
    // Not in the program: a door to the one function that draws a report, bundled as the threads are.
    await build({
      entryPoints: { 'draw-report': join(ROOT, 'test/window/draw-report.ts') },
      outdir: join(out, 'dist/main'),
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      packages: 'external',
      logLevel: 'warning',
    })
  })
  test('runs the command line', async () => {
    const { stdout } = await run(process.execPath, [join(out, 'dist/main/coffer.js'), '--version'])
    assert.match(stdout, /^coffer \d+\.\d+\.\d+/)
  })
  test('checks the sample archive in its threads', async () => {
    const args = [
      'validate',
      '--path',
      join(out, 'assets/sample/archive'),
      '--backup-id',
      'sample-ledger',
      '--deep',
      '--json',
    ]
    const { stdout } = await run(process.execPath, [join(out, 'dist/main/coffer.js'), ...args], {
      env: { ...process.env, COFFER_PROFILE: join(folder, 'profile'), COFFER_KEY_STORE: 'file' },
    })
    assert.match(stdout, /PASSED/)
  })
  test("draws a report: pdfkit's profile and metrics and the fonts are found", async () => {
    const pdf = join(folder, 'report.pdf')
    await run(process.execPath, [join(out, 'dist/main/draw-report.js'), pdf])
    const text = readFileSync(pdf).toString('latin1')
    assert.match(text, /^%PDF-1\.7/)
    assert.match(text, /\/OutputIntent/)
    assert.match(text, /IBMPlexSans/)
    assert.match(text, /SourceSerif4/)
    for (const face of ['NotoSansSC', 'NotoSansHebrew', 'IBMPlexSansArabic', 'NotoEmoji'])
      assert.ok(text.includes(face), face)
  })
  test('has no path of the machine that built it', () => {
    for (const path of readdirSync(join(out, 'dist'), { recursive: true, encoding: 'utf8' })) {
      if (!/\.(c?js|html|css)$/.test(path) || path.includes('draw-report')) continue
      assert.ok(!readFileSync(join(out, 'dist', path), 'utf8').includes(ROOT), path)
    }
    writeFileSync(join(folder, 'done'), '')
  })
})
