import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Run {
  seconds: number
  /** Highest resident memory in MB, by the kernel's own mark (Linux); null elsewhere. */
  residentMb: number | null
  stdout: string
}

/** Runs a program to its end and tells how long it took and how much memory it held. Fails when it fails. */
export async function measure(command: string, args: string[], env: NodeJS.ProcessEnv = process.env): Promise<Run> {
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
  let high: number | null = null
  const watch = setInterval(() => {
    high = Math.max(high ?? 0, highWaterMark(child.pid!) ?? 0) || null
  }, 20)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  clearInterval(watch)
  const seconds = (performance.now() - started) / 1000
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stderr}\n${stdout.slice(-2000)}`)
  return { seconds, residentMb: high, stdout }
}

function highWaterMark(pid: number): number | null {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return line === null ? null : Number(line[1]) / 1024
  } catch {
    return null
  }
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
