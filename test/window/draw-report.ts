import { writeFileSync } from 'node:fs'
import { renderPdf } from '../../src/evidence/pdf/render.ts'
import { samples } from '../evidence/samples.ts'

/** Draws a sample report, of every script, into the file that is named: bundled into the packed application by asar.test.ts, and run there. */
const sample = samples().find(({ name }) => name === 'world-scripts')
const file = process.argv[2]
if (sample === undefined || file === undefined) throw new Error('expected a file to draw into')
writeFileSync(file, await renderPdf(sample.report, sample.options))
