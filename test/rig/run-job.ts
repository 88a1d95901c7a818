import { join } from 'node:path'
import { builtFolder } from './program.ts'

/** Jobs in the threads of the program that is tested, for a host within the test's own process. */
const client = builtFolder === undefined ? '../../src/worker/client.ts' : join(builtFolder, 'client.js')
export const { runJob } = (await import(client)) as Pick<typeof import('../../src/worker/client.ts'), 'runJob'>
