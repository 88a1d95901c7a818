import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Beside the program's own files where it is installed: `npm run build:cli` wrote it there. */
const BUILT = join(import.meta.dirname, 'verify.html')
const SOURCES = join(import.meta.dirname, '../../verify/page')

/**
 * The verifier page: one file without any outside reference. In a checkout it is bundled from its sources, the same bytes
 * each time; an installed program has it ready.
 */
export async function verifierPage(): Promise<Buffer> {
  return existsSync(join(SOURCES, 'page.ts')) ? bundled() : readFile(BUILT)
}

async function bundled(): Promise<Buffer> {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [join(SOURCES, 'page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: ['es2022', 'chrome113', 'firefox115', 'safari16.4'],
    minify: true,
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'warning',
    absWorkingDir: SOURCES,
  })
  // a string or a regular expression may hold what would begin a comment in HTML
  const script = (outputFiles[0]?.text ?? '').trim().replaceAll('<!--', '<\\!--')
  if (/<\/script|<script/i.test(script))
    throw new Error('the verifier page has a script that would end its own element')
  const style = (await readFile(join(SOURCES, 'page.css'), 'utf8')).replaceAll(/\s*\n\s*/g, '\n').trim()
  const template = await readFile(join(SOURCES, 'page.html'), 'utf8')
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${digest(script)}'`,
    `style-src 'sha256-${digest(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
  return Buffer.from(
    template
      .replace('content="policy"', () => `content="${policy}"`)
      .replace(/<style>[^<]*<\/style>/, () => `<style>${style}</style>`)
      .replace(/<script>[^<]*<\/script>/, () => `<script>${script}</script>`),
  )
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
