import { join } from 'node:path'
import { app, BrowserWindow, dialog, ipcMain, protocol, session, shell } from 'electron'
import { runJob } from '../worker/client.ts'
import { RendererFiles } from '../worker/services/renderer-files.ts'
import { Services } from '../worker/services/services.ts'
import { nativeDialogs } from './dialogs.ts'
import { sendEvents, serveCalls } from './ipc.ts'
import { denyEverythingElse } from './lockdown.ts'
import { registerScheme, SCHEME, START_ADDRESS, serveRenderer } from './protocol.ts'

// Two levels below the top, from the source as from the bundle.
const ROOT = join(import.meta.dirname, '../..')

/** The desktop host: one window on the same services and the same pages as the web host. No job code, no logic. */
async function open(): Promise<void> {
  let window: BrowserWindow | null = null
  const services = new Services({
    runJob,
    profile: process.env.COFFER_PROFILE ?? app.getPath('userData'),
    directory: process.env.COFFER_DIRECTORY ?? app.getPath('home'),
    assets: join(ROOT, 'assets'),
    environment: process.env,
    host: 'desktop',
    version: app.getVersion(),
    dialogs: nativeDialogs(dialog, shell, () => window),
  })
  const files = await RendererFiles.in(join(ROOT, 'dist/renderer'))
  await app.whenReady()

  serveRenderer(protocol, files, services.files)
  denyEverythingElse(app, session.defaultSession)
  const current = () => window?.webContents ?? null
  serveCalls(ipcMain, services.handlers, current)
  sendEvents(services, current)

  const show = async () => {
    const opened = createWindow()
    window = opened
    opened.once('ready-to-show', () => opened.show())
    opened.on('closed', () => {
      window = null
    })
    await opened.loadURL(START_ADDRESS)
  }
  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
  app.on('activate', () => {
    if (window === null) void show()
  })
  app.on('window-all-closed', () => app.quit())
  stopJobsBeforeQuit(services)
  services.begin()
  await show()
}

function createWindow(): BrowserWindow {
  return new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 480,
    minHeight: 400,
    show: false,
    title: 'Coffer',
    backgroundColor: '#f7f5f0',
    autoHideMenuBar: true,
    webPreferences: {
      preload: join(ROOT, 'dist/main/preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  })
}

/** Quitting stops running jobs at a durable point first. */
function stopJobsBeforeQuit(services: Services): void {
  let stopped = false
  app.on('before-quit', (event) => {
    if (stopped) return
    event.preventDefault()
    void services.close().then(() => {
      stopped = true
      app.quit()
    })
  })
}

registerScheme(protocol, SCHEME)
if (app.requestSingleInstanceLock()) {
  open().catch((error: unknown) => {
    console.error(`Coffer could not start: ${error instanceof Error ? error.message : String(error)}`)
    app.exit(1)
  })
} else {
  // The first instance gets `second-instance` and shows its window.
  app.quit()
}
