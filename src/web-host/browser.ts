import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Browsers that can show an address as an application: a window of its own, without tabs and address bar. */
const APP_MODE: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: [
    'google-chrome',
    'google-chrome-stable',
    'chromium',
    'chromium-browser',
    'microsoft-edge',
    'microsoft-edge-stable',
    'brave-browser',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    '/Applications/Brave Browser.app/Contents/MacOS/Brave Browser',
  ],
  win32: ['Microsoft/Edge/Application/msedge.exe', 'Google/Chrome/Application/chrome.exe'],
}
/** A browser that could not open its window says so by then. */
const SETTLED_MS = 3_000

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Opens an address in a window of its own where a browser of this machine can do that, else in the browser that its user
 * chose. @returns why it could not, or null
 */
export async function openInBrowser(address: string, environment: Environment = process.env): Promise<string | null> {
  const browser = findAppBrowser(environment)
  if (browser !== null && (await run(browser, [`--app=${address}`], environment)) === null) return null
  const [command, ...args] = opener(address)
  return run(command, args, environment)
}

/** The first browser with an application mode that is here; null where there is none. */
export function findAppBrowser(environment: Environment, platform: NodeJS.Platform = process.platform): string | null {
  const names = APP_MODE[platform] ?? []
  const folders =
    platform === 'linux'
      ? (environment.PATH ?? '').split(delimiter)
      : platform === 'win32'
        ? [environment['ProgramFiles(x86)'], environment.ProgramFiles, environment.LOCALAPPDATA]
        : ['/']
  for (const name of names) {
    for (const folder of folders) {
      if (folder === undefined || folder === '') continue
      const path = join(folder, name)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {
        // not this one
      }
    }
  }
  return null
}

function run(command: string, args: readonly string[], environment: Environment): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true, env: { ...environment } })
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code) => resolve(code === 0 ? null : `"${command}" ended with code ${code}`))
    // An opener may stay as long as the browser does.
    const timer = setTimeout(() => resolve(null), SETTLED_MS)
    timer.unref()
    child.unref()
  })
}

function opener(address: string): [string, ...string[]] {
  switch (process.platform) {
    case 'darwin':
      return ['open', address]
    case 'win32':
      // Not by way of cmd.exe, which would read characters of the address as its own.
      return ['rundll32', 'url.dll,FileProtocolHandler', address]
    default:
      return ['xdg-open', address]
  }
}
