import { join } from 'node:path'
import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron'
import type { Services } from '../worker/services/services.ts'
import type { MenuActions } from './menu.ts'
import type { Strings } from './strings.ts'

const UPDATE_AFTER_MS = 250

/** What the tray's sign says: one line, the worst first. */
export function stateLine(t: Strings, running: number, problems: number): string {
  if (problems > 0) return t.problems(problems)
  return running > 0 ? t.running(running) : t.nothingRuns
}

/**
 * The sign in the tray: its tooltip and first line say how things are, its menu has what is wanted most.
 * @param image folder of the icons. @returns null where this desktop has no tray
 */
export function createTray(t: Strings, services: Services, actions: MenuActions, images: string): Tray | null {
  let tray: Tray
  try {
    tray = new Tray(
      nativeImage.createFromPath(join(images, process.platform === 'darwin' ? 'trayTemplate.png' : 'tray.png')),
    )
  } catch {
    return null
  }
  const update = () => {
    const { problems } = services.background
    const line = stateLine(t, services.runningJobs, problems.length)
    tray.setToolTip(`Coffer: ${line}`)
    const template: MenuItemConstructorOptions[] = [
      { label: line, enabled: false },
      ...problems.slice(0, 5).map((problem) => ({ label: problem.slice(0, 120), click: () => actions.go('jobs') })),
      { type: 'separator' },
      { label: t.open, click: () => actions.go('start') },
      { label: t.jobs, click: () => actions.go('jobs') },
      { label: t.verify, click: () => actions.verify() },
      { type: 'separator' },
      { label: t.quit, click: () => actions.quit() },
    ]
    tray.setContextMenu(Menu.buildFromTemplate(template))
  }
  let timer: NodeJS.Timeout | undefined
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(update, UPDATE_AFTER_MS)
    timer.unref()
  }
  services.subscribe((event) => {
    if (event.type === 'started' || event.type === 'finished') soon()
  })
  services.background.subscribe(soon)
  tray.on('click', () => actions.go('start'))
  update()
  return tray
}
