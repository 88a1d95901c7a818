import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The folder of the user's profile, by each system's custom. `COFFER_PROFILE` names another. Jobs find the key store
 * there, the window its connections.
 */
export function profileFolder(environment: Readonly<Record<string, string | undefined>>): string {
  if (environment.COFFER_PROFILE) return environment.COFFER_PROFILE
  if (process.platform === 'win32') return join(environment.APPDATA ?? join(homedir(), 'AppData/Roaming'), 'Coffer')
  if (process.platform === 'darwin') return join(homedir(), 'Library/Application Support/Coffer')
  return join(environment.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'coffer')
}
