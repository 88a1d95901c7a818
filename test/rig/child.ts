import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'

/**
 * Server processes of a test. None outlives the test: they die when it exits, is interrupted or terminated, throws, and,
 * by a guard that waits on a pipe from the test, even when the test itself is killed with SIGKILL.
 */
export interface Child {
  readonly pid: number
  readonly process: ChildProcess
  /** Resolves when the process has ended; says how. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  readonly running: boolean
  /** Sends the signal and waits for the end; SIGKILL follows after `patienceMs`. */
  end(signal: NodeJS.Signals, patienceMs?: number): Promise<void>
}

const living = new Set<ChildProcess>()
const folders = new Set<string>()
let watching = false

/** Removes the folder when the test process ends, unless it was removed before. */
export function removeOnExit(folder: string): void {
  watch()
  folders.add(folder)
}

/** Removes a folder now. */
export function removeNow(folder: string): void {
  folders.delete(folder)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

function watch(): void {
  if (watching) return
  watching = true
  process.on('exit', cleanUp)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const onSignal = () => {
      cleanUp()
      process.removeListener(signal, onSignal)
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
    }
    process.on(signal, onSignal)
  }
}

function cleanUp(): void {
  for (const child of living) child.kill('SIGKILL')
  for (const folder of folders) removeNow(folder)
}

/**
 * Starts a program.
 * @param options.logFile standard output and error are appended to it
 * @param options.stderrFile standard error alone is appended to it; standard input and output are pipes
 * @param options.folder removed by the guard when the test process is killed outright
 */
export function startChild(
  command: string,
  args: string[],
  options: { logFile?: string; stderrFile?: string; cwd?: string; env?: Record<string, string>; folder?: string } = {},
): Child {
  watch()
  const file = options.logFile ?? options.stderrFile
  const log = file === undefined ? undefined : openSync(file, 'a')
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio:
      options.logFile === undefined ? ['pipe', 'pipe', log ?? 'inherit'] : ['ignore', log ?? 'ignore', log ?? 'ignore'],
  })
  if (log !== undefined) closeSync(log)
  living.add(child)
  // A server that a test forgot to stop must not keep the test process from ending; its end kills the server.
  child.unref()
  const guard = child.pid === undefined ? undefined : startGuard(child.pid, options.folder)
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    const finish = (code: number | null, signal: NodeJS.Signals | null) => {
      living.delete(child)
      guard?.kill('SIGKILL')
      resolve({ code, signal })
    }
    child.once('exit', finish)
    child.once('error', () => finish(null, null))
  })
  return {
    pid: child.pid ?? -1,
    process: child,
    ended,
    get running() {
      return living.has(child)
    },
    async end(signal, patienceMs = 30_000) {
      child.kill(signal)
      const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
      await ended
      clearTimeout(timer)
    },
  }
}

/** A shell in its own session that reads until the test process is gone, whatever ended it, and then kills `pid`. */
function startGuard(pid: number, folder: string | undefined): ChildProcess {
  const script = 'trap "" INT TERM HUP; cat >/dev/null; kill -9 "$0" 2>/dev/null; [ -z "$1" ] || rm -rf -- "$1"'
  const guard = spawn('sh', ['-c', script, String(pid), folder ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guard.on('error', () => {})
  guard.stdin?.on('error', () => {})
  guard.unref()
  ;(guard.stdin as unknown as { unref(): void } | null)?.unref()
  return guard
}

/** The last lines of a log file, for a message. */
export function logTail(file: string, lines = 40): string {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(-lines).join('\n')
  } catch {
    return '(no log)'
  }
}
