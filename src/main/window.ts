import { join } from 'node:path'
import { app, BrowserWindow, type BrowserWindowConstructorOptions, type Rectangle, type Screen } from 'electron'
import type { Preferences } from './preferences.ts'

const FIRST = { width: 1280, height: 820 }
const SMALLEST = { width: 480, height: 400 }
const SAVE_AFTER_MS = 500

/** What a page in the window may do: nothing but be a page. The preload's bridge is all that it reaches. */
export function webPreferences(root: string): NonNullable<BrowserWindowConstructorOptions['webPreferences']> {
  return {
    preload: join(root, 'dist/main/preload.cjs'),
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
    devTools: !app.isPackaged,
  }
}

/** The window as it was last left: its place, its size, and whether it filled the screen. */
export function createWindow(root: string, preferences: Preferences, screen: Screen): BrowserWindow {
  const last = preferences.now.window
  const place = last === null ? null : onScreen(last, screen.getDisplayMatching(last).workArea)
  const window = new BrowserWindow({
    ...(place ?? FIRST),
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    show: false,
    title: 'Coffer',
    backgroundColor: '#f7f5f0',
    autoHideMenuBar: true,
    webPreferences: webPreferences(root),
  })
  if (last?.maximized) window.maximize()
  remember(window, preferences)
  return window
}

function remember(window: BrowserWindow, preferences: Preferences): void {
  let timer: NodeJS.Timeout | undefined
  const save = () => {
    clearTimeout(timer)
    // The normal bounds: what it goes back to when it no longer fills the screen.
    const { x, y, width, height } = window.getNormalBounds()
    void preferences.change({ window: { x, y, width, height, maximized: window.isMaximized() } })
  }
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(save, SAVE_AFTER_MS)
  }
  window.on('resize', soon)
  window.on('move', soon)
  window.on('close', save)
}

/** Screens come and go: a window that would lie outside of all of them, or be larger, is fitted into the nearest. */
export function onScreen(last: Rectangle, area: Rectangle): Rectangle {
  const width = Math.max(SMALLEST.width, Math.min(last.width, area.width))
  const height = Math.max(SMALLEST.height, Math.min(last.height, area.height))
  const within = (at: number, from: number, room: number) => Math.max(from, Math.min(at, from + Math.max(0, room)))
  return {
    x: within(last.x, area.x, area.width - width),
    y: within(last.y, area.y, area.height - height),
    width,
    height,
  }
}
