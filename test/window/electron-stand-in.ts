/**
 * A FAKE of Electron, whose runtime can't be had on every machine: of its API exactly what src/main and src/preload
 * use, typed against electron.d.ts. It draws nothing and runs no browser. What was asked of it is kept in `standIn`.
 */
import { EventEmitter } from 'node:events'
import type * as Electron from 'electron'

type Handler = (event: Electron.IpcMainInvokeEvent, ...args: unknown[]) => unknown
type ProtocolHandler = (request: Request) => Response | Promise<Response>
type BeforeRequest = (details: { url: string }, answer: (response: Electron.CallbackResponse) => void) => void

export const ORIGIN = 'app://coffer'

/** A frame that is not the window's main frame, whatever address it shows. */
export const strangeFrame = { origin: ORIGIN, url: `${ORIGIN}/` } as Electron.WebFrameMain

class WebContentsStandIn extends EventEmitter {
  readonly mainFrame = { origin: '', url: '' }
  readonly sent: { channel: string; data: unknown }[] = []
  windowOpenHandler: Electron.WebContents['setWindowOpenHandler'] extends (handler: infer H) => void
    ? H | null
    : never = null

  setWindowOpenHandler(handler: Parameters<Electron.WebContents['setWindowOpenHandler']>[0]): void {
    this.windowOpenHandler = handler
  }
  isDestroyed(): boolean {
    return false
  }
  getURL(): string {
    return this.mainFrame.url
  }
  send(channel: string, data: unknown): void {
    // A structured clone, as between processes.
    const copy: unknown = structuredClone(data)
    this.sent.push({ channel, data: copy })
    rendererEvents.emit(channel, { sender: 'not for the page' }, copy)
  }
}

class BrowserWindowStandIn extends EventEmitter {
  readonly webContents = new WebContentsStandIn()
  readonly options: Electron.BrowserWindowConstructorOptions
  shown = false
  minimized = false
  maximized = false
  focused = 0
  hasFocus = false
  bounds: Electron.Rectangle

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super()
    this.options = options
    const { x = 0, y = 0, width = 800, height = 600 } = options
    this.bounds = { x, y, width, height }
    standIn.windows.push(this)
    appEvents.emit('web-contents-created', {}, this.webContents)
  }
  getNormalBounds(): Electron.Rectangle {
    return this.bounds
  }
  maximize(): void {
    this.maximized = true
  }
  isMaximized(): boolean {
    return this.maximized
  }
  isFocused(): boolean {
    return this.hasFocus
  }
  /** As a user does by its button. */
  close(): void {
    this.emit('close')
    this.emit('closed')
    appEvents.emit('window-all-closed')
  }
  async loadURL(address: string): Promise<void> {
    standIn.loaded.push(address)
    if (standIn.givesWay) {
      // as Electron says that another address was loaded before this one was there
      standIn.givesWay = false
      throw Object.assign(new Error(`ERR_ABORTED (-3) loading '${address}'`), { code: 'ERR_ABORTED', errno: -3 })
    }
    this.webContents.mainFrame.url = address
    this.webContents.mainFrame.origin = new URL(address).protocol === 'app:' ? `app://${new URL(address).host}` : 'null'
    this.emit('ready-to-show')
  }
  show(): void {
    this.shown = true
    standIn.told.emit('shown')
  }
  isMinimized(): boolean {
    return this.minimized
  }
  restore(): void {
    this.minimized = false
  }
  focus(): void {
    this.focused += 1
  }
}

/** Paths of dropped files, as Electron knows them and the page doesn't. */
export const pathsOfFiles = new WeakMap<object, string>()

const appEvents = new EventEmitter()
const rendererEvents = new EventEmitter()

/** What main and preload did, and what a test may do to them. */
export const standIn = {
  windows: [] as BrowserWindowStandIn[],
  /** Every address that a window was to load. */
  loaded: [] as string[],
  /** The next address gives way to another while it is loading. */
  givesWay: false,
  schemes: [] as Electron.CustomScheme[],
  protocols: new Map<string, ProtocolHandler>(),
  handlers: new Map<string, Handler>(),
  worlds: new Map<string, unknown>(),
  permissionRequest: null as Parameters<Electron.Session['setPermissionRequestHandler']>[0],
  permissionCheck: null as Parameters<Electron.Session['setPermissionCheckHandler']>[0],
  devicePermission: null as Parameters<Electron.Session['setDevicePermissionHandler']>[0],
  beforeRequest: null as BeforeRequest | null,
  session: new EventEmitter(),
  app: appEvents,
  /** Says `shown`, `quit` and `exit`. */
  told: new EventEmitter(),
  /** Times that quitting went through. */
  quits: 0,
  exits: [] as number[],
  /** What the user chooses in the next dialogs; null: cancels. */
  choices: [] as (string[] | null)[],
  /** The dialogs that were shown. */
  dialogs: [] as unknown[],
  revealed: [] as string[],
  /** Addresses that were opened in the system's browser. */
  external: [] as string[],
  openedPaths: [] as string[],
  menu: [] as Electron.MenuItemConstructorOptions[],
  trays: [] as TrayStandIn[],
  notifications: [] as NotificationStandIn[],
  power: new EventEmitter(),
  /** Ids of what keeps the machine awake. */
  awake: new Set<number>(),
  loginItem: { openAtLogin: false },
  switches: [] as string[],
  displayMedia: null as Parameters<Electron.Session['setDisplayMediaRequestHandler']>[0],
}

class TrayStandIn extends EventEmitter {
  tooltip = ''
  menu: Electron.MenuItemConstructorOptions[] = []

  readonly image: unknown

  constructor(image: unknown) {
    super()
    this.image = image
    standIn.trays.push(this)
  }
  setToolTip(text: string): void {
    this.tooltip = text
  }
  setContextMenu(menu: unknown): void {
    this.menu = (menu as { template: Electron.MenuItemConstructorOptions[] }).template
  }
}

class NotificationStandIn extends EventEmitter {
  static isSupported(): boolean {
    return true
  }
  shown = false

  readonly options: Electron.NotificationConstructorOptions

  constructor(options: Electron.NotificationConstructorOptions) {
    super()
    this.options = options
    standIn.notifications.push(this)
  }
  show(): void {
    this.shown = true
    standIn.told.emit('notified')
  }
}

/** A call as it arrives in main, from the main frame or the given one. */
export async function invoke(channel: string, input: unknown, senderFrame?: unknown): Promise<unknown> {
  const handler = standIn.handlers.get(channel)
  if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
  const frame = senderFrame === undefined ? standIn.windows.at(-1)?.webContents.mainFrame : senderFrame
  return structuredClone(await handler({ senderFrame: frame } as Electron.IpcMainInvokeEvent, structuredClone(input)))
}

export const app = {
  isPackaged: false,
  getLocale: () => 'en-GB',
  getLoginItemSettings: () => standIn.loginItem as Electron.LoginItemSettings,
  setLoginItemSettings: (settings: Electron.Settings) => {
    standIn.loginItem = { openAtLogin: settings.openAtLogin ?? false }
  },
  disableHardwareAcceleration: () => {},
  commandLine: {
    appendSwitch: (name: string, value?: string) => void standIn.switches.push(`${name}=${value ?? ''}`),
  } as Electron.CommandLine,
  whenReady: async () => {},
  getPath: (name: string) => `/nowhere/${name}`,
  getVersion: () => '0.0.0-stand-in',
  requestSingleInstanceLock: () => true,
  quit: () => {
    let prevented = false
    appEvents.emit('before-quit', { preventDefault: () => (prevented = true) })
    if (prevented) return
    standIn.quits += 1
    standIn.told.emit('quit')
  },
  exit: (code?: number) => {
    standIn.exits.push(code ?? 0)
    standIn.told.emit('exit')
  },
  on: appEvents.on.bind(appEvents) as unknown as Electron.App['on'],
} satisfies Partial<Electron.App>

export const BrowserWindow = BrowserWindowStandIn

export const ipcMain = {
  handle: (channel: string, handler: Handler) => {
    if (standIn.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    standIn.handlers.set(channel, handler)
  },
} satisfies Partial<Electron.IpcMain>

export const protocol = {
  registerSchemesAsPrivileged: (schemes: Electron.CustomScheme[]) => void standIn.schemes.push(...schemes),
  handle: (scheme: string, handler: ProtocolHandler) => void standIn.protocols.set(scheme, handler),
} satisfies Partial<Electron.Protocol>

export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler: typeof standIn.permissionRequest) => {
      standIn.permissionRequest = handler
    },
    setPermissionCheckHandler: (handler: typeof standIn.permissionCheck) => {
      standIn.permissionCheck = handler
    },
    setDevicePermissionHandler: (handler: typeof standIn.devicePermission) => {
      standIn.devicePermission = handler
    },
    setDisplayMediaRequestHandler: (handler: typeof standIn.displayMedia) => {
      standIn.displayMedia = handler
    },
    on: standIn.session.on.bind(standIn.session),
    webRequest: {
      onBeforeRequest: (listener: BeforeRequest) => {
        standIn.beforeRequest = listener
      },
    },
  },
}

export const contextBridge = {
  exposeInMainWorld: (name: string, api: unknown) => void standIn.worlds.set(name, api),
} satisfies Partial<Electron.ContextBridge>

export const ipcRenderer = {
  invoke: (channel: string, ...args: unknown[]) => invoke(channel, args[0]),
  on: rendererEvents.on.bind(rendererEvents) as unknown as Electron.IpcRenderer['on'],
  off: rendererEvents.off.bind(rendererEvents) as unknown as Electron.IpcRenderer['off'],
} satisfies Partial<Electron.IpcRenderer>

function dialogOptions(args: unknown[]): unknown {
  const options: unknown = args.at(-1)
  standIn.dialogs.push(options)
  return options
}

export const dialog = {
  showOpenDialog: async (...args: unknown[]) => {
    dialogOptions(args)
    const filePaths = standIn.choices.shift() ?? null
    return { canceled: filePaths === null, filePaths: filePaths ?? [] }
  },
  showSaveDialog: async (...args: unknown[]) => {
    dialogOptions(args)
    const chosen = standIn.choices.shift() ?? null
    return { canceled: chosen === null, filePath: chosen?.[0] ?? '' }
  },
} satisfies Partial<Electron.Dialog>

export const shell = {
  openPath: async (path: string) => {
    standIn.openedPaths.push(path)
    return ''
  },
  openExternal: async (address: string) => void standIn.external.push(address),
  showItemInFolder: (path: string) => void standIn.revealed.push(path),
} satisfies Partial<Electron.Shell>

export const webUtils = {
  getPathForFile: (file: File) => pathsOfFiles.get(file) ?? '',
} satisfies Partial<Electron.WebUtils>

export const Menu = {
  buildFromTemplate: (template: Electron.MenuItemConstructorOptions[]) => ({ template }) as unknown as Electron.Menu,
  setApplicationMenu: (menu: Electron.Menu | null) => {
    standIn.menu = (menu as unknown as { template: Electron.MenuItemConstructorOptions[] } | null)?.template ?? []
  },
} satisfies Partial<typeof Electron.Menu>

export const Tray = TrayStandIn
export const Notification = NotificationStandIn

export const nativeImage = {
  createFromPath: (path: string) => ({ path }) as unknown as Electron.NativeImage,
} satisfies Partial<typeof Electron.nativeImage>

export const screen = {
  getDisplayMatching: () => ({ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }) as Electron.Display,
} satisfies Partial<Electron.Screen>

export const powerMonitor = {
  on: standIn.power.on.bind(standIn.power) as unknown as Electron.PowerMonitor['on'],
} satisfies Partial<Electron.PowerMonitor>

let blockers = 0
export const powerSaveBlocker = {
  start: (type: string) => {
    if (type !== 'prevent-app-suspension') throw new Error(`unexpected kind "${type}"`)
    blockers += 1
    standIn.awake.add(blockers)
    return blockers
  },
  stop: (id: number) => standIn.awake.delete(id),
} satisfies Partial<Electron.PowerSaveBlocker>
