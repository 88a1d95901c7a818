import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { App } from 'electron'
import { oneAfterTheOther } from '../contract/in-turn.ts'

/** Without a window, which opens by the sign in the tray. */
const HIDDEN = '--hidden'

const inTurn = oneAfterTheOther()

/**
 * Starting at login, which is off until somebody asks for it. One after the other: who takes it back at once must not find
 * its file there all the same. @param program that is to be started
 */
export function startAtLogin(app: App, program: string, wanted: boolean): Promise<void> {
  return inTurn(() => set(app, program, wanted))
}

async function set(app: App, program: string, wanted: boolean): Promise<void> {
  if (process.platform !== 'linux') {
    if (app.getLoginItemSettings({ args: [HIDDEN] }).openAtLogin !== wanted) {
      app.setLoginItemSettings({ openAtLogin: wanted, args: [HIDDEN] })
    }
    return
  }
  const file = autostartFile(app.getPath('home'))
  if (!wanted) return rm(file, { force: true })
  const lines = [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Coffer',
    `Exec=${quoted(program)} ${HIDDEN}`,
    'Icon=coffer',
  ]
  const text = `${lines.join('\n')}\n`
  if ((await readFile(file, 'utf8').catch(() => '')) === text) return
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

/** Where Linux keeps what starts at login, which Electron leaves alone (https://specifications.freedesktop.org/autostart-spec/). */
function autostartFile(home: string): string {
  return join(process.env.XDG_CONFIG_HOME ?? join(home, '.config'), 'autostart', 'coffer.desktop')
}

/** An entry's Exec line takes its program in double quotes, with these four escaped. */
function quoted(path: string): string {
  return `"${path.replaceAll(/["`$\\]/g, (one) => `\\${one}`).replaceAll('%', '%%')}"`
}
