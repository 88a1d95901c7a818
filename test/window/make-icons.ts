import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launchChromium } from './chromium.ts'

/**
 * `node test/window/make-icons.ts`: draws assets/icon.svg in every size that the systems want, by Chromium, and packs them
 * into an .ico and an .icns. Run it when the drawing changes; what it makes is kept in the repository.
 */

const ROOT = join(import.meta.dirname, '../..')
const ASSETS = join(ROOT, 'assets')
const SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024]
/** Apple's names for PNGs by size: https://en.wikipedia.org/wiki/Apple_Icon_Image_format */
const ICNS: [string, number][] = [
  ['icp4', 16],
  ['icp5', 32],
  ['icp6', 64],
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic10', 1024],
]
/** One colour and transparent, as the tray of macOS wants it. */
const TEMPLATE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="64 100 384 328">
<path fill-rule="evenodd" d="M124 132h264a28 28 0 0 1 28 28v208a28 28 0 0 1-28 28H124a28 28 0 0 1-28-28V160a28 28 0 0 1 28-28zm12 104v120a8 8 0 0 0 8 8h224a8 8 0 0 0 8-8V236h-70a52 52 0 0 1-100 0zm0-64v32h70a52 52 0 0 1 100 0h70v-32z"/></svg>`

async function draw(page: Page, svg: string, size: number): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size })
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
  await page.setContent(
    `<body style="margin:0"><img src="${source}" width="${size}" height="${size}" style="display:block">`,
  )
  return page.screenshot({ omitBackground: true })
}

/** PNGs in an ICO: https://learn.microsoft.com/previous-versions/ms997538(v=msdn.10) */
function ico(images: [number, Buffer][]): Buffer {
  const head = Buffer.alloc(6 + 16 * images.length)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(images.length, 4)
  let offset = head.length
  images.forEach(([size, png], index) => {
    const at = 6 + 16 * index
    head.writeUInt8(size % 256, at)
    head.writeUInt8(size % 256, at + 1)
    head.writeUInt16LE(1, at + 4)
    head.writeUInt16LE(32, at + 6)
    head.writeUInt32LE(png.length, at + 8)
    head.writeUInt32LE(offset, at + 12)
    offset += png.length
  })
  return Buffer.concat([head, ...images.map(([, png]) => png)])
}

function icns(images: [string, Buffer][]): Buffer {
  const chunks = images.map(([type, png]) => {
    const head = Buffer.alloc(8, type, 'latin1')
    head.writeUInt32BE(png.length + 8, 4)
    return Buffer.concat([head, png])
  })
  const body = Buffer.concat(chunks)
  const head = Buffer.alloc(8, 'icns', 'latin1')
  head.writeUInt32BE(body.length + 8, 4)
  return Buffer.concat([head, body])
}

const browser = await launchChromium('system')
const page = await browser.newPage()
const svg = readFileSync(join(ASSETS, 'icon.svg'), 'utf8')
const drawn = new Map<number, Buffer>()
mkdirSync(join(ASSETS, 'icons'), { recursive: true })
for (const size of SIZES) {
  const png = await draw(page, svg, size)
  drawn.set(size, png)
  writeFileSync(join(ASSETS, 'icons', `${size}x${size}.png`), png)
}
for (const [name, source, size] of [
  ['tray.png', svg, 24],
  ['tray@2x.png', svg, 48],
  ['trayTemplate.png', TEMPLATE, 18],
  ['trayTemplate@2x.png', TEMPLATE, 36],
] as const) {
  writeFileSync(join(ASSETS, 'icons', name), await draw(page, source, size))
}
const of = (size: number) => drawn.get(size) ?? Buffer.alloc(0)
writeFileSync(join(ASSETS, 'icon.ico'), ico([16, 24, 32, 48, 64, 128, 256].map((size) => [size, of(size)])))
writeFileSync(join(ASSETS, 'icon.icns'), icns(ICNS.map(([type, size]) => [type, of(size)])))
await browser.close()
