import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COMPILED, PROGRAM } from '../rig/program.ts'

export { ROOT } from '../rig/program.ts'

export interface Run {
  code: number | null
  out: string
  err: string
}

/** Every run leaves a trace in its profile: not in the tester's own. */
const PROFILE = mkdtempSync(join(tmpdir(), 'coffer-profile-'))
process.on('exit', () => rmSync(PROFILE, { recursive: true, force: true }))

/** Runs the real command line in a process of its own, with nothing but the given environment. */
export function coffer(
  args: readonly string[],
  options: { environment?: Record<string, string>; entry?: string } = {},
): Promise<Run> {
  const child = spawn(process.execPath, [options.entry ?? PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      COFFER_PROFILE: PROFILE,
      ...COMPILED,
      ...options.environment,
    },
  })
  const run: Run = { code: null, out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    run.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    run.err += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ ...run, code }))
  })
}
