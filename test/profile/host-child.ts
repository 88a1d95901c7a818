import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startWebHost } from '../../src/web-host/server.ts'
import { RendererFiles } from '../../src/worker/services/renderer-files.ts'
import { Services } from '../../src/worker/services/services.ts'
import { runJob } from '../rig/run-job.ts'

/** The real web host over the real services and the real worker, to be killed; with no page but an empty one. */

const folder = process.argv[2]
if (folder === undefined) throw new Error('expected a folder')
const pages = join(folder, 'pages')
mkdirSync(pages, { recursive: true })
writeFileSync(join(pages, 'index.html'), '<!doctype html><title>empty</title>')
const services = new Services({
  runJob,
  profile: join(folder, 'profile'),
  directory: folder,
  environment: { PATH: process.env.PATH, HOME: process.env.HOME, COFFER_KEY_STORE: 'file' },
  host: 'browser',
  version: '0.0.0-test',
})
const host = await startWebHost(services, await RendererFiles.in(pages))
console.log(host.address)
process.on('SIGTERM', () => {
  void services
    .close()
    .then(host.close)
    .then(() => process.exit(0))
})
