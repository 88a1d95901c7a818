import type { MenuItemConstructorOptions } from 'electron'
import type { PageName } from './pages.ts'
import type { Strings } from './strings.ts'

export interface MenuActions {
  go(page: PageName): void
  verify(): void
  guide(): void
  quit(): void
}

/** The menu: each system's own roles, and the pages by keyboard. @param platform as Node names it */
export function menuTemplate(
  t: Strings,
  actions: MenuActions,
  platform: NodeJS.Platform,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin'
  const page = (label: string, name: PageName, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => actions.go(name),
    ...(accelerator === undefined ? {} : { accelerator }),
  })
  const settings = page(t.settings, 'settings', 'CmdOrCtrl+,')
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const about: MenuItemConstructorOptions = { role: 'about' }
  const appMenu: MenuItemConstructorOptions = {
    role: 'appMenu',
    submenu: [
      about,
      separator,
      settings,
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { label: t.quit, accelerator: 'Command+Q', click: () => actions.quit() },
    ],
  }
  const file: MenuItemConstructorOptions[] = [
    { label: t.verify, accelerator: 'CmdOrCtrl+O', click: () => actions.verify() },
    separator,
    { label: t.close, role: 'close' },
  ]
  if (!mac) file.splice(1, 0, separator, settings)
  if (!mac) file.push({ label: t.quit, accelerator: 'CmdOrCtrl+Q', click: () => actions.quit() })
  return [
    ...(mac ? [appMenu] : []),
    { label: t.file, submenu: file },
    { role: 'editMenu' },
    {
      role: 'viewMenu',
      // No reload and no developer tools: neither is for the people whom this is for.
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
      ],
    },
    {
      label: t.go,
      submenu: [
        page(t.start, 'start', 'CmdOrCtrl+1'),
        page(t.jobs, 'jobs', 'CmdOrCtrl+2'),
        page(t.activity, 'activity', 'CmdOrCtrl+3'),
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      label: t.help,
      submenu: [
        { label: t.guide, accelerator: 'F1', click: () => actions.guide() },
        ...(mac ? [] : [separator, about]),
      ],
    },
  ]
}
