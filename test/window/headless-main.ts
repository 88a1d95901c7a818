import { standInForElectron } from './electron-rig.ts'
import { standIn } from './electron-stand-in.ts'
import { ROOT } from './host.ts'

/** The packaged program with a verb, as headless.test.ts starts it: the real main on the stand-in, as a process of its own. */
standInForElectron()
process.argv = ['electron', ROOT, ...process.argv.slice(2)]
standIn.told.once('exit', () => process.exit(standIn.windows.length > 0 ? 99 : (standIn.exits[0] ?? 98)))
await import('../../src/main/main.ts')
