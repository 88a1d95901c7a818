import { join } from 'node:path'
import { setFuses } from './fuses.ts'

/** What electron-builder tells a hook, as far as it is needed (its AfterPackContext). */
interface Packed {
  appOutDir: string
  electronPlatformName: string
  packager: { appInfo: { productFilename: string }; executableName?: string }
}

/** electron-builder's `afterPack`: it knows eight of the nine fuses, so all are set here, before anything is signed. */
export default async function afterPack({ appOutDir, electronPlatformName, packager }: Packed): Promise<void> {
  const { productFilename } = packager.appInfo
  const names: Record<string, string> = {
    darwin: `${productFilename}.app`,
    win32: `${productFilename}.exe`,
    linux: packager.executableName ?? productFilename,
  }
  const name = names[electronPlatformName]
  if (name === undefined) throw new Error(`expected darwin, win32 or linux, got "${electronPlatformName}"`)
  await setFuses(join(appOutDir, name), electronPlatformName === 'darwin')
}
