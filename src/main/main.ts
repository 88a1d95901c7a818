import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app, protocol } from 'electron'
import { readCommandLine } from './command-line.ts'
import { Desktop } from './desktop.ts'
import { registerScheme, SCHEME } from './protocol.ts'

// Two levels below the top, from the source as from the bundle.
const ROOT = join(import.meta.dirname, '../..')

/** Where Electron starts: the command line's work where a verb was given, else the window, once for each user. */
async function start(): Promise<void> {
  // In a checkout the first argument is the application's folder.
  const args = process.argv.slice(app.isPackaged ? 1 : 2)
  const started = readCommandLine(args, process.cwd())
  if (started.as === 'command') return runCommand(started.args)
  registerScheme(protocol, SCHEME)
  // The first instance gets `second-instance` and shows its window.
  if (!app.requestSingleInstanceLock()) return app.quit()
  const opened: string[] = [...started.files]
  let desktop: Desktop | null = null
  // macOS hands files over by an event, the first of them before the application is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    if (desktop === null) opened.push(path)
    else void desktop.openEvidence([path])
  })
  desktop = await Desktop.start(ROOT, opened, started.hidden)
  // handed over while the first window was loading
  if (opened.length > 0) void desktop.openEvidence(opened.splice(0))
}

/**
 * The program of the command line, bundled beside this one, in this process: the fuses let no other Node run. It needs no
 * display.
 */
async function runCommand(args: string[]): Promise<void> {
  app.commandLine.appendSwitch('ozone-platform', 'headless')
  app.disableHardwareAcceleration()
  app.dock?.hide()
  process.argv = [process.argv[0] ?? 'coffer', 'coffer', ...args]
  await import(pathToFileURL(join(ROOT, 'dist/main/coffer.js')).href)
  // What is written to a pipe is written later.
  for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => stream.write('', resolve))
  app.exit(Number(process.exitCode ?? 0))
}

start().catch((error: unknown) => {
  console.error(`Coffer could not start: ${error instanceof Error ? error.message : String(error)}`)
  app.exit(1)
})
