import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Run {
  seconds: number
  /** User and system time of the process with all its threads (Linux, to within 20 ms); null elsewhere. */
  cpuSeconds: number | null
  /** Highest resident memory in MB, by the kernel's own mark (Linux); null elsewhere. */
  residentMb: number | null
  stdout: string
}

/**
 * Runs a program to its end and tells how long it took and how much memory it held. Fails when it fails.
 * What runs before it have left to the system to write is on disk by then: a program that waits until its own data are
 * durable would pay for another's.
 */
export async function measure(command: string, args: string[], env: NodeJS.ProcessEnv = process.env): Promise<Run> {
  spawnSync('sync')
  const started = performance.now()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr = (stderr + data).slice(-4000)
  })
  let residentMb: number | null = null
  let cpuSeconds: number | null = null
  const watch = setInterval(() => {
    residentMb = highWaterMark(child.pid!) ?? residentMb
    cpuSeconds = cpuTime(child.pid!) ?? cpuSeconds
  }, 20)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  clearInterval(watch)
  const seconds = (performance.now() - started) / 1000
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stderr}\n${stdout.slice(-2000)}`)
  return { seconds, cpuSeconds, residentMb, stdout }
}

function highWaterMark(pid: number): number | null {
  const line = /VmHWM:\s+(\d+) kB/.exec(readProc(pid, 'status'))
  return line === null ? null : Number(line[1]) / 1024
}

/** proc(5): utime and stime are the 14th and 15th field, in hundredths of a second; the name before them may hold spaces. */
function cpuTime(pid: number): number | null {
  const fields = readProc(pid, 'stat').split(') ').at(-1)?.split(' ') ?? []
  const ticks = Number(fields[11]) + Number(fields[12])
  return ticks > 0 ? ticks / 100 : null
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
