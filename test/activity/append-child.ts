import { writeSync } from 'node:fs'
import { appendActivity } from '../../src/journal/activity/append.ts'
import { event, UNSIGNED } from './support.ts'

/** Appends lines, and says each one that is on disk. */
const [folder = '', name = '', times = '0'] = process.argv.slice(2)
for (let i = 1; i <= Number(times); i++) {
  await appendActivity(folder, [event(`${name} ${i}`)], UNSIGNED)
  writeSync(1, `${i}\n`)
}
