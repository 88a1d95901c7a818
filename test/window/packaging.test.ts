import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { ROOT } from './host.ts'

/** The keys of electron-builder's own schema (app-builder-lib 26, scheme.json) that are used; it refuses any other. */
const KNOWN: Record<string, string[]> = {
  '': [
    ...['appId', 'productName', 'copyright', 'directories', 'files', 'asar', 'asarUnpack', 'npmRebuild', 'publish'],
    ...['electronFuses', 'linux', 'mac', 'win', 'nsis'],
  ],
  directories: ['output', 'buildResources'],
  linux: ['target', 'category', 'maintainer'],
  mac: ['target', 'category', 'hardenedRuntime'],
  win: ['target'],
  nsis: ['oneClick', 'perMachine'],
}
const builder = parse(readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8')) as Record<
  string,
  Record<string, unknown>
>
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { main: string; license: string }

describe('electron-builder.yml', () => {
  test('has only keys that electron-builder knows', () => {
    for (const [section, known] of Object.entries(KNOWN)) {
      const keys = Object.keys(section === '' ? builder : (builder[section] ?? {}))
      assert.deepEqual(
        keys.filter((key) => !known.includes(key)),
        [],
        section,
      )
    }
  })
  test('packs the entry of the application, and no sources, maps or tests', () => {
    const files = builder.files as unknown as string[]
    const packed = (path: string) =>
      files.some((glob) => !glob.startsWith('!') && matchesGlob(path, glob)) &&
      !files.some((glob) => glob.startsWith('!') && matchesGlob(path, glob.slice(1)))
    for (const path of [
      manifest.main,
      'dist/main/preload.cjs',
      'dist/main/thread.js',
      'dist/renderer/index.html',
      'package.json',
    ])
      assert.ok(packed(path), path)
    for (const path of ['src/main/main.ts', 'test/run.ts', 'dist/renderer/assets/index.js.map', 'dist/cli/coffer.js'])
      assert.ok(!packed(path), path)
  })
  test('sets the fuses strictly', () => {
    assert.deepEqual(builder.electronFuses, {
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    })
  })
})
