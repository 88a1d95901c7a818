import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { EXIT } from '../contract/exit-codes.ts'
import { runJob } from '../worker/client.ts'
import { endAtOnce } from '../worker/end-at-once.ts'
import { profileFolder } from '../worker/services/profile.ts'
import { RendererFiles } from '../worker/services/renderer-files.ts'
import { Services } from '../worker/services/services.ts'
import { openInBrowser } from './browser.ts'
import { buildWhereNeeded } from './build.ts'
import { startElectron } from './electron.ts'
import { EndWhenUnused } from './idle.ts'
import { startWebHost, type WebHost } from './server.ts'

const ROOT = join(import.meta.dirname, '../..')
/** A browser that updates itself is back by then. */
const LINGER_SECONDS = 120
const HELP = `Opens Coffer: in its own window where Electron can be had, else in this machine's browser.

  npm start                        open the application
  npm start -- --web               in the browser, even where Electron can be had
  npm start -- --web --no-open     print the address and open nothing
  npm start -- --profile FOLDER    keep connections there (default: ${profileFolder(process.env)})
  npm start -- --linger SECONDS    in the browser: end so long after the last window was closed (default: ${LINGER_SECONDS})

It ends by itself when its last window has been closed for a while, unless jobs run or schedules wait. Ctrl-C ends it too:
running jobs stop at a durable point first, a second Ctrl-C ends them at once.
`

async function start(): Promise<void> {
  const { values } = parseArgs({
    options: {
      web: { type: 'boolean', default: false },
      'no-open': { type: 'boolean', default: false },
      profile: { type: 'string' },
      linger: { type: 'string', default: String(LINGER_SECONDS) },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return void process.stdout.write(HELP)
  const linger = Number(values.linger)
  if (!(linger > 0 && linger < 1e6))
    throw new Error(`expected a number of seconds for --linger, got "${values.linger}"`)
  const profile = values.profile ?? profileFolder(process.env)

  await buildWhereNeeded(ROOT)
  if (!values.web) {
    const why = await startElectron(ROOT, profile)
    if (why === null) return
    console.error(`Electron can't be had here (${why}), so Coffer opens in this machine's browser instead.`)
  }

  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const services = new Services({
    runJob,
    profile,
    directory: process.env.INIT_CWD ?? process.cwd(),
    assets: join(ROOT, 'assets'),
    environment: process.env,
    host: 'browser',
    version,
  })
  const host = await startWebHost(services, await RendererFiles.in(join(ROOT, 'dist/renderer')))
  services.begin()
  services.background.start()
  const end = endOnSignal(services, host.close)
  endWhenUnused(services, host, linger * 1_000, end)

  console.error('Coffer runs until its window is closed, or Ctrl-C. This address opens it once, in one browser:')
  console.log(host.address)
  if (values['no-open']) return
  const problem = await openInBrowser(host.address)
  if (problem !== null) console.error(`No browser could be opened (${problem}). Open the address above by hand.`)
}

function endWhenUnused(services: Services, host: WebHost, afterMs: number, end: () => void): void {
  const unused = new EndWhenUnused({
    windows: () => host.windows,
    isBusy: async () => services.runningJobs > 0 || (await services.background.hasSchedules()),
    afterMs,
    end: () => {
      console.error('The last window was closed, nothing runs and no schedule waits: Coffer ends.')
      end()
    },
  })
  host.onWindows(() => unused.changed())
}

/** @returns what ends it by itself, as the first Ctrl-C does */
function endOnSignal(services: Services, close: () => Promise<void>): () => void {
  let asked = false
  const end = () => {
    if (asked) endAtOnce(EXIT.interrupted)
    asked = true
    if (services.runningJobs > 0) console.error('Stopping at a durable point. Ctrl-C again to end at once.')
    services
      .close()
      .then(close)
      .then(() => process.exit(0))
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  return end
}

start().catch((error: unknown) => {
  const { message, hint } = error as Error & { hint?: string }
  console.error(`Coffer could not start: ${message}${hint === undefined ? '' : `\n${hint}`}`)
  process.exitCode = 1
})
