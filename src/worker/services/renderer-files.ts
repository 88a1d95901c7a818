import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { CofferError } from '../../contract/errors.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  // what pdf.js wants for a PDF that does not bring its own
  '.ttf': 'font/ttf',
  '.pfb': 'application/octet-stream',
  '.bcmap': 'application/octet-stream',
  '.txt': 'text/plain; charset=utf-8',
}

/** What the window may load and where it may talk to: its own files and its own host, and no inline script or style. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/** Sent with every answer of every host. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), payment=()',
}

export interface RendererFile {
  type: string
  body: Buffer
}

/**
 * The built renderer. The files are listed once, and only what was listed is ever served: an address is looked up, not
 * turned into a path, so that no `..`, encoding or link can lead out of the folder.
 */
export class RendererFiles {
  readonly #files: ReadonlyMap<string, string>

  private constructor(files: ReadonlyMap<string, string>) {
    this.#files = files
  }

  /** @param root the folder that the renderer was built into. @throws UNEXPECTED where it holds no index.html */
  static async in(root: string): Promise<RendererFiles> {
    const files = new Map<string, string>()
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name)
      // A source map would tell more than the page needs; links and folders are not files.
      if (entry.isFile() && TYPES[extname(entry.name)] !== undefined) {
        files.set(`/${relative(root, path).split(sep).join('/')}`, path)
      }
    }
    const index = files.get('/index.html')
    if (index === undefined) {
      throw new CofferError('UNEXPECTED', `the window's files are not in "${root}"`, {
        hint: 'Build them with "npm run build:renderer".',
      })
    }
    files.set('/', index)
    return new RendererFiles(files)
  }

  /** @param pathname of the address as it came, not decoded. @returns null for what is not one of the files */
  async read(pathname: string): Promise<RendererFile | null> {
    const path = this.#files.get(pathname)
    if (path === undefined) return null
    return { type: TYPES[extname(path)] ?? 'application/octet-stream', body: await readFile(path) }
  }
}
