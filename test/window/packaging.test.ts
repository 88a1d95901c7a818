import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, matchesGlob } from 'node:path'
import { after, describe, test } from 'node:test'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { parse } from 'yaml'
import afterPack from '../../src/main/pack/after-pack.ts'
import { FUSES } from '../../src/main/pack/fuses.ts'
import { ROOT } from './host.ts'

/** The keys of electron-builder's own schema (app-builder-lib 26.17.0, scheme.json) that are used; it refuses any other. */
const KNOWN: Record<string, string[]> = {
  '': [
    ...[
      'appId',
      'productName',
      'copyright',
      'directories',
      'files',
      'extraResources',
      'asar',
      'asarUnpack',
      'npmRebuild',
    ],
    ...['publish', 'afterPack', 'electronLanguages', 'fileAssociations', 'linux', 'mac', 'win', 'nsis'],
  ],
  directories: ['output', 'buildResources'],
  linux: ['target', 'category', 'maintainer', 'executableName', 'icon', 'mimeTypes'],
  mac: ['target', 'category', 'icon', 'hardenedRuntime', 'fileAssociations'],
  win: ['target', 'icon'],
  nsis: ['oneClick', 'perMachine', 'deleteAppDataOnUninstall'],
}
const ASSOCIATION = ['ext', 'name', 'description', 'mimeType', 'role', 'rank']
const builder = parse(readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8')) as Record<
  string,
  Record<string, unknown>
>
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { main: string; license: string }
const folder = mkdtempSync(join(tmpdir(), 'coffer-packaging-'))
after(() => rmSync(folder, { recursive: true, force: true }))

describe('electron-builder.yml', () => {
  test('has only keys that electron-builder knows', () => {
    for (const [section, known] of Object.entries(KNOWN)) {
      const keys = Object.keys(section === '' ? builder : (builder[section] ?? {}))
      assert.ok(keys.length > 0, section)
      assert.deepEqual(
        keys.filter((key) => !known.includes(key)),
        [],
        section,
      )
    }
    const associations = [builder.fileAssociations, builder.mac?.fileAssociations].flat() as object[]
    for (const association of associations) {
      assert.deepEqual(
        Object.keys(association).filter((key) => !ASSOCIATION.includes(key)),
        [],
      )
    }
  })
  test('makes a package for each system', () => {
    assert.deepEqual(builder.linux?.target, ['AppImage', 'deb', 'rpm'])
    assert.deepEqual(builder.mac?.target, ['dmg'])
    assert.deepEqual(builder.win?.target, ['nsis'])
  })
  test('names files that are there', () => {
    const assets = join(ROOT, String(builder.directories?.buildResources))
    for (const icon of [builder.linux?.icon, builder.mac?.icon, builder.win?.icon]) {
      assert.ok(existsSync(join(assets, String(icon))), String(icon))
    }
    assert.ok(existsSync(join(ROOT, String(builder.afterPack))))
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
      'dist/main/coffer.js',
      'dist/renderer/index.html',
      'assets/icons/tray.png',
      'assets/fonts/NotoSansSC_400Regular.ttf.zst',
      'assets/fonts/OFL.txt',
      'assets/sample/archive/sample-ledger/manifest.json',
      'package.json',
    ])
      assert.ok(packed(path), path)
    for (const path of ['src/main/main.ts', 'test/run.ts', 'dist/renderer/assets/index.js.map', 'dist/cli/coffer.js'])
      assert.ok(!packed(path), path)
  })
  test('takes zips and PDFs from nobody: its own ending opens it, others only on request', () => {
    const own = builder.fileAssociations as unknown as { ext: string }[]
    assert.deepEqual(
      own.map((one) => one.ext),
      ['evidence'],
    )
    const mac = builder.mac?.fileAssociations as { rank: string }[]
    assert.ok(mac.every((one) => one.rank === 'Alternate'))
  })
})

describe('icons', () => {
  const sizeOf = (png: Buffer) => {
    assert.equal(png.subarray(1, 4).toString(), 'PNG')
    return [png.readUInt32BE(16), png.readUInt32BE(20)]
  }
  test('are there in every size, and have it', () => {
    for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) {
      assert.deepEqual(sizeOf(readFileSync(join(ROOT, `assets/icons/${size}x${size}.png`))), [size, size])
    }
    for (const [name, size] of [
      ['tray', 24],
      ['tray@2x', 48],
      ['trayTemplate', 18],
      ['trayTemplate@2x', 36],
    ] as const) {
      assert.deepEqual(sizeOf(readFileSync(join(ROOT, `assets/icons/${name}.png`))), [size, size])
    }
  })
  test('of Windows and macOS hold the same pictures', () => {
    const ico = readFileSync(join(ROOT, 'assets/icon.ico'))
    const count = ico.readUInt16LE(4)
    assert.equal(count, 7)
    for (let index = 0; index < count; index++) {
      const at = 6 + 16 * index
      const png = ico.subarray(ico.readUInt32LE(at + 12), ico.readUInt32LE(at + 12) + ico.readUInt32LE(at + 8))
      assert.equal(sizeOf(png)[0], ico.readUInt8(at) || 256)
    }
    const icns = readFileSync(join(ROOT, 'assets/icon.icns'))
    assert.equal(icns.readUInt32BE(4), icns.length)
    const sizes: (number | undefined)[] = []
    for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
      sizes.push(sizeOf(icns.subarray(at + 8, at + icns.readUInt32BE(at + 4)))[0])
    }
    assert.deepEqual(sizes, [16, 32, 64, 128, 256, 512, 1024])
  })
})

describe('the fuses', () => {
  /** Where Electron keeps them in its binary: a sentinel, the version, their number, a letter each. */
  const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
  const binaryWith = (name: string, fuses: number) => {
    const wire = Buffer.concat([Buffer.from(SENTINEL), Buffer.from([1, fuses]), Buffer.alloc(fuses, '0')])
    writeFileSync(join(folder, name), Buffer.concat([Buffer.alloc(1_000, 7), wire, Buffer.alloc(1_000, 9)]))
  }
  const context = (electronPlatformName: string) => ({
    appOutDir: folder,
    electronPlatformName,
    packager: { appInfo: { productFilename: 'Coffer' }, executableName: 'coffer' },
  })
  test('are all set on the binary, as they are meant to be', async () => {
    binaryWith('coffer', 9)
    await afterPack(context('linux'))
    const wire = (await getCurrentFuseWire(join(folder, 'coffer'))) as unknown as Record<string, number>
    for (const name of Object.keys(FuseV1Options).filter((one) => Number.isNaN(Number(one)))) {
      const index = FuseV1Options[name as keyof typeof FuseV1Options]
      const wanted = (FUSES as unknown as Record<number, boolean>)[index]
      assert.equal(wire[index], (wanted ? '1' : '0').charCodeAt(0), name)
    }
    binaryWith('Coffer.exe', 9)
    await afterPack(context('win32'))
  })
  test('stop the packaging where Electron has one that nobody decided on', async () => {
    binaryWith('coffer', 10)
    await assert.rejects(afterPack(context('linux')))
    await assert.rejects(afterPack(context('plan9')), /expected darwin, win32 or linux, got "plan9"/)
  })
})
