import { relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import type { Tally } from './checks.ts'

const FILE_TIMEOUT_MS = 10 * 60_000

interface FileTally {
  executed: number
  milliseconds: number
}

/**
 * Runs test files by Node's own runner, each in its own process, and prints its report as it goes.
 * A test that is skipped or a to-do counts as failed, and so does a file that crashed or in which no test ran.
 */
export async function runTests(root: string, files: string[], concurrency: number): Promise<Tally> {
  if (files.length === 0) return { passed: 0, failed: 0 }
  const tally: Tally = { passed: 0, failed: 0 }
  const byFile = new Map<string, FileTally>(files.map((file) => [file, { executed: 0, milliseconds: 0 }]))
  const problems: string[] = []
  const stream = run({ files, concurrency, timeout: FILE_TIMEOUT_MS, cwd: root })

  stream.on('test:pass', (event) => {
    // The runner reports a file without tests, and a suite, as a test that passed.
    if (event.details.type === 'suite' || isWholeFile(root, event)) return
    const file = byFile.get(event.file ?? '')
    if (event.nesting === 0 && file !== undefined) file.milliseconds += event.details.duration_ms
    if (isExcused(event.skip) || isExcused(event.todo)) {
      tally.failed++
      problems.push(`skipped or to do: ${event.name}`)
      return
    }
    tally.passed++
    if (file !== undefined) file.executed++
  })
  stream.on('test:fail', (event) => {
    if (event.details.type === 'suite') {
      // Its failed tests were counted, unless it was its own hook that failed.
      const cause = event.details.error.cause
      if (cause instanceof Error || !String(cause).includes('subtest')) tally.failed++
      return
    }
    tally.failed++
    const file = byFile.get(event.file ?? '') ?? byFile.get(event.name)
    if (file !== undefined) file.executed++
    if (event.nesting === 0 && file !== undefined) file.milliseconds += event.details.duration_ms
  })
  await new Promise<void>((resolve, reject) => {
    stream.once('error', reject)
    const report = stream.compose(new spec())
    report.once('error', reject)
    report.once('end', resolve)
    report.pipe(process.stdout, { end: false })
  })
  for (const [file, { executed }] of byFile) {
    if (executed > 0) continue
    tally.failed++
    problems.push(`no test ran in ${relative(root, file)}`)
  }
  for (const problem of problems) console.log(`✖ ${problem}`)
  printSlowest(root, byFile)
  return tally
}

function isExcused(mark: boolean | string | undefined): boolean {
  return mark !== undefined && mark !== false
}

function isWholeFile(root: string, event: { name: string; file?: string; nesting: number }): boolean {
  if (event.nesting !== 0 || event.file === undefined) return false
  return event.name === event.file || event.name === relative(root, event.file)
}

function printSlowest(root: string, byFile: Map<string, FileTally>): void {
  const slow = [...byFile].filter(([, file]) => file.milliseconds > 10_000)
  if (slow.length === 0) return
  console.log('files that took longer than 10 s:')
  for (const [file, { milliseconds }] of slow.sort((a, b) => b[1].milliseconds - a[1].milliseconds)) {
    console.log(`  ${(milliseconds / 1000).toFixed(0).padStart(4)} s  ${relative(root, file)}`)
  }
}
