import { join } from 'node:path'
import {
  app,
  type BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
  type Tray,
} from 'electron'
import { DEFAULT_SETTINGS, type Settings } from '../contract/ipc/settings.ts'
import { runJob } from '../worker/client.ts'
import { RendererFiles } from '../worker/services/renderer-files.ts'
import { Services } from '../worker/services/services.ts'
import { evidenceIn } from './command-line.ts'
import { nativeDialogs } from './dialogs.ts'
import { sendEvents, serveCalls } from './ipc.ts'
import { denyEverythingElse } from './lockdown.ts'
import { startAtLogin } from './login.ts'
import { type MenuActions, menuTemplate } from './menu.ts'
import { type Note, noteOfJob, noteOfSchedule } from './notices.ts'
import { addressOf, type PageName } from './pages.ts'
import { watchPower } from './power.ts'
import { Preferences } from './preferences.ts'
import { ORIGIN, START_ADDRESS, serveRenderer } from './protocol.ts'
import { stringsFor } from './strings.ts'
import { createTray } from './tray.ts'
import { createWindow } from './window.ts'

/** Schedules may wait until the first window is there. */
const SCHEDULES_AFTER_MS = 2_000

/**
 * The desktop host: one window on the same services and the same pages as the web host, and what a desktop has besides
 * (menu, tray, notifications, files that are opened with it). No job code, no logic.
 */
export class Desktop implements MenuActions {
  readonly #root: string
  readonly #services: Services
  readonly #preferences: Preferences
  #settings = DEFAULT_SETTINGS
  #t = stringsFor(app.getLocale())
  #window: BrowserWindow | null = null
  /** Kept, since a tray that nobody holds is collected. */
  #tray: Tray | null = null
  #toldOfTray = false

  private constructor(root: string, services: Services, preferences: Preferences) {
    this.#root = root
    this.#services = services
    this.#preferences = preferences
  }

  /** @param root folder that holds dist/ and assets/ @param files taken out when the window opens with them */
  static async start(root: string, files: string[], hidden: boolean): Promise<Desktop> {
    const profile = process.env.COFFER_PROFILE ?? app.getPath('userData')
    const preferences = await Preferences.in(profile)
    let desktop: Desktop | null = null
    const services = new Services({
      runJob,
      profile,
      directory: process.env.COFFER_DIRECTORY ?? app.getPath('home'),
      assets: join(root, 'assets'),
      environment: process.env,
      host: 'desktop',
      version: app.getVersion(),
      dialogs: nativeDialogs(dialog, shell, () => desktop?.window ?? null),
      onSettings: async (settings) => desktop?.apply(settings),
    })
    const renderer = await RendererFiles.in(join(root, 'dist/renderer'))
    await app.whenReady()
    desktop = new Desktop(root, services, preferences)
    desktop.#serve(renderer)
    await desktop.apply(await services.settings())
    services.begin()
    await desktop.#open(files, hidden)
    return desktop
  }

  get window(): BrowserWindow | null {
    return this.#window
  }

  /** What of the settings is the desktop's own. Words change with the next start, as the menu's do. */
  async apply(settings: Settings): Promise<void> {
    this.#settings = settings
    const program = process.env.APPIMAGE ?? app.getPath('exe')
    await startAtLogin(app, program, settings.startAtLogin).catch((error: unknown) => {
      console.error(`Starting at login could not be set: ${(error as Error).message}`)
    })
  }

  go(page: PageName): void {
    void this.#show(addressOf(page))
  }

  verify(): void {
    void this.#chooseEvidence()
  }

  /** The guide lies beside the program, for the system's own reader. */
  guide(): void {
    void shell.openPath(join(app.isPackaged ? process.resourcesPath : this.#root, 'docs/user-guide.md'))
  }

  quit(): void {
    app.quit()
  }

  /** Leads to the Verify page with these files: from the system's file manager, or from a second start. */
  async openEvidence(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return this.#show(null)
    const held = await Promise.all(paths.map((path) => this.#services.files.hold(path).catch(() => null)))
    // Of what can't be read the page says nothing; it asks for a file.
    const ids = held.flatMap((file) => (file === null ? [] : [file.id]))
    await this.#show(addressOf('verify', ids))
  }

  #serve(renderer: RendererFiles): void {
    serveRenderer(protocol, renderer, this.#services.files)
    denyEverythingElse(app, session.defaultSession, shell)
    const current = () => this.#window?.webContents ?? null
    serveCalls(ipcMain, this.#services.handlers, current)
    sendEvents(this.#services, current)
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(this.#t, this, process.platform)))
    this.#tray = createTray(this.#t, this.#services, this, join(this.#root, 'assets/icons'))
    watchPower(this.#t, powerMonitor, powerSaveBlocker, this.#services)
    this.#services.subscribe((event) => {
      const note = noteOfJob(this.#t, this.#services, event)
      // Who looks at the window sees it there.
      if (note !== null && this.#window?.isFocused() !== true && this.#settings.notifications[note.kind])
        this.#notify(note)
    })
    this.#services.background.subscribe((notice) => {
      const note = noteOfSchedule(this.#t, notice)
      if (this.#settings.notifications[note.kind]) this.#notify(note)
    })
    app.on('second-instance', (_event, args, directory) => void this.openEvidence(evidenceIn(args.slice(1), directory)))
    app.on('activate', () => void this.#show(null))
    app.on('window-all-closed', () => void this.#afterLastWindow())
    this.#stopBeforeQuit()
    const schedules = setTimeout(() => this.#services.background.start(), SCHEDULES_AFTER_MS)
    schedules.unref()
  }

  async #open(files: string[], hidden: boolean): Promise<void> {
    if (files.length > 0) return this.openEvidence(files.splice(0))
    if (!hidden || this.#tray === null) await this.#show(null)
  }

  /** Brings the window to the front, made anew where it was closed. @param address null: as it is */
  async #show(address: string | null): Promise<void> {
    const window = this.#window
    if (window === null) {
      const opened = createWindow(this.#root, this.#preferences, screen)
      this.#window = opened
      opened.once('ready-to-show', () => opened.show())
      opened.on('closed', () => {
        this.#window = null
      })
      return load(opened, address ?? START_ADDRESS)
    }
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
    if (address !== null && window.webContents.getURL().startsWith(`${ORIGIN}/`)) await load(window, address)
  }

  async #chooseEvidence(): Promise<void> {
    await this.#show(null)
    const filters = [{ name: this.#t.evidenceFiles, extensions: ['zip', 'evidence', 'pdf', 'json', 'sig'] }]
    const options = { title: this.#t.verify, filters, properties: ['openFile' as const, 'multiSelections' as const] }
    const window = this.#window
    const { filePaths } =
      window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options)
    if (filePaths.length > 0) await this.openEvidence(filePaths)
  }

  #notify({ title, body }: Pick<Note, 'title' | 'body'>): void {
    if (!Notification.isSupported()) return
    const notification = new Notification({ title, body })
    notification.on('click', () => this.go('jobs'))
    notification.show()
  }

  /** Stays in the tray where there is one and something goes on; else the end of the window is the end. */
  async #afterLastWindow(): Promise<void> {
    const stays = this.#settings.staysInTray && this.#tray !== null
    const busy =
      stays && (this.#services.runningJobs > 0 || (await this.#services.background.hasSchedules().catch(() => false)))
    if (this.#window !== null) return
    if (!busy) return app.quit()
    if (!this.#toldOfTray) this.#notify({ title: this.#t.stays, body: this.#t.staysBody })
    this.#toldOfTray = true
  }

  /** Quitting stops running jobs and schedules at a durable point first. */
  #stopBeforeQuit(): void {
    let stopped = false
    app.on('before-quit', (event) => {
      if (stopped) return
      event.preventDefault()
      void this.#services.close().then(() => {
        stopped = true
        app.quit()
      })
    })
  }
}

/** An address that gives way to another while it is loading is no failure (net error -3, ERR_ABORTED). */
async function load(window: BrowserWindow, address: string): Promise<void> {
  try {
    await window.loadURL(address)
  } catch (error) {
    if ((error as { errno?: number }).errno !== -3) throw error
  }
}
