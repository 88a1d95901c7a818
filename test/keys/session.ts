import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from '../rig/cache.ts'
import { PROGRAM } from '../rig/program.ts'

/**
 * A real keychain: gnome-keyring's Secret Service on a session bus of its own, with its own home folder.
 * @param script shell; `coffer` runs the program
 */
export async function inSession(home: string, script: string) {
  const runtime = join(home, 'run')
  await mkdir(runtime, { recursive: true })
  await chmod(runtime, 0o700)
  const start = [
    'printf "login password" | gnome-keyring-daemon --unlock --components=secrets >/dev/null',
    `node "${join(import.meta.dirname, 'await-keychain.ts')}"\n`,
  ].join('\n')
  const text = `set -e\ncoffer() { node "${PROGRAM}" "$@"; }\n${start}${script}`
  return runTool('dbus-run-session', ['--', 'bash', '-c', text], {
    install: 'apt install dbus gnome-keyring',
    env: {
      ...UNSET,
      HOME: home,
      XDG_DATA_HOME: join(home, 'data'),
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_RUNTIME_DIR: runtime,
      COFFER_PROFILE: join(home, 'profile'),
    },
  })
}

/** Whatever the tester's own shell has set. */
export const UNSET = { COFFER_KEY_PASSPHRASE: '', COFFER_KEY_PASSPHRASE_FILE: '', COFFER_KEY_STORE: '' }
