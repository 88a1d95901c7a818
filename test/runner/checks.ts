import { join } from 'node:path'
import { checkProject } from '../check/check.ts'
import { runTool } from '../rig/cache.ts'

export interface Tally {
  passed: number
  failed: number
}

/** Type check, lint and format, layer rules. Each is one check; its findings are printed when it fails. */
export async function runChecks(root: string): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: 0 }
  const report = (name: string, began: number, findings: string) => {
    const failed = findings !== ''
    tally[failed ? 'failed' : 'passed']++
    console.log(`${failed ? '✖' : '✔'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`)
    if (failed) console.log(findings.replace(/^/gm, '  '))
  }
  const tool = async (name: string, program: string, args: string[]) => {
    const began = Date.now()
    const result = await runTool(join(root, 'node_modules', '.bin', program), args, { cwd: root })
    const output = `${result.stdout}\n${result.stderr}`.trim()
    report(name, began, result.code === 0 ? '' : output || `${program} ended with ${result.code}`)
  }
  // The first takes as long as all others together. One checker each: four would look at most types four times, which
  // is 44 processor seconds for 27, and none sooner where there are two cores.
  const types = tool('types', 'tsc', ['--noEmit', '--checkers', '1', '-p', '.'])
  await tool('types of the contract, without Node and DOM', 'tsc', [
    '--noEmit',
    '--checkers',
    '1',
    '-p',
    'test/check/contract/tsconfig.json',
  ])
  await tool('lint and format', 'biome', ['check', '--diagnostic-level=error', '.'])
  const began = Date.now()
  report('layers and strays', began, (await checkProject(root)).join('\n'))
  await types
  return tally
}
