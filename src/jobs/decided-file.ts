import { join } from 'node:path'
import { profileFolder } from './profile.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A file that an organisation may decide in place of the person. */
export interface DecidedFile {
  /** Of the file in the machine's folder. */
  name: string
  /** Of the environment's variable that names another; what it names must be there. */
  variable: string
  /** Of the file in the profile. */
  own: string
}

export interface FoundFile<T> {
  found: T
  path: string
  /** Whether the user's own profile holds it: whoever can change the profile can change it. */
  own: boolean
}

/**
 * The first that is there: the machine's (where only an administrator writes), else the one that the variable names, else
 * the profile's own.
 * @param read null: it is not there; `required` where the variable names it
 * @throws what `read` throws
 */
export async function findDecided<T>(
  environment: Environment,
  { name, variable, own }: DecidedFile,
  read: (path: string, required: boolean) => Promise<T | null>,
): Promise<FoundFile<T> | null> {
  const named = environment[variable] || null
  const ownPath = join(profileFolder(environment), own)
  for (const path of [machineFile(environment, name), named, ownPath]) {
    if (path === null) continue
    const found = await read(path, path === named)
    if (found !== null) return { found, path, own: path === ownPath }
  }
  return null
}

/** Where what is decided for everybody on this machine stands, by each system's custom. */
function machineFile(environment: Environment, name: string): string {
  if (process.platform === 'win32') return join(environment.PROGRAMDATA ?? 'C:\\ProgramData', 'Coffer', name)
  if (process.platform === 'darwin') return join('/Library/Application Support/Coffer', name)
  return join('/etc/coffer', name)
}
