import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Services } from '../../src/worker/services/services.ts'
import { type Child, startChild } from '../rig/child.ts'
import { COMPILED, PROGRAM } from '../rig/program.ts'
import { runJob } from '../rig/run-job.ts'
import { builtRenderer, ROOT } from './host.ts'

/** The web host as people start it: a process of its own, which can be killed, and can have a disk that is small. */

export interface Program {
  /** Opens it once. */
  readonly address: string
  readonly origin: string
  readonly child: Child
  /** A path below `directory` as this program sees it; its small disk is nobody else's. */
  seen(path: string): string
  /** The command line with this program's disk under its own path, which `seen` is not to a program that resolves it. */
  coffer(...args: string[]): { code: number | null; out: string; err: string }
}

export interface ProgramOptions {
  /** Relative paths start there; the profile is `profile` in it. */
  directory: string
  environment?: Record<string, string>
  /** All of `directory/disk` is a disk of this size, which the program starts with an empty copy of. */
  diskMegabytes?: number
}

/** How a mount of one's own is made here. */
function namespaces(): string[] {
  for (const command of [
    ['unshare', '-m'],
    ['unshare', '-rm'],
  ]) {
    const [program = '', ...args] = command
    if (spawnSync(program, [...args, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0) return command
  }
  throw new Error('a small disk needs a mount namespace: run as root, or allow "unshare -rm mount -t tmpfs tmpfs /mnt"')
}

let starts = 0

export async function startProgram({ directory, environment = {}, diskMegabytes }: ProgramOptions): Promise<Program> {
  await builtRenderer()
  starts += 1
  const errors = join(directory, `program-${starts}.log`)
  writeFileSync(errors, '')
  const host = [process.execPath, join(ROOT, 'src/web-host/start.ts'), '--web', '--no-open', '--profile']
  const args = [...host, join(directory, 'profile'), '--linger', '600']
  const disk = join(directory, 'disk')
  mkdirSync(disk, { recursive: true })
  const script = `mount -t tmpfs -o size=${diskMegabytes}m tmpfs '${disk}' && exec "$@"`
  const namespace = diskMegabytes === undefined ? [] : namespaces()
  const [command = '', ...rest] = namespace.length === 0 ? args : [...namespace, 'sh', '-c', script, 'sh', ...args]
  const child = startChild(command, rest, {
    env: {
      PATH: process.env.PATH ?? '',
      ...COMPILED,
      HOME: directory,
      COFFER_KEY_STORE: 'file',
      INIT_CWD: directory,
      ...environment,
    },
    stderrFile: errors,
  })
  let printed = ''
  child.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  for (let turn = 0; !printed.includes('\n') && child.running && turn < 1_200; turn++) await wait(50)
  const address = printed.trim()
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\//, readFileSync(errors, 'utf8'))
  return {
    address,
    origin: new URL(address).origin,
    child,
    coffer: (...args) => {
      const inside = [
        '-t',
        String(child.pid),
        '-m',
        ...(namespace.includes('-rm') ? ['-U', '--preserve-credentials'] : []),
      ]
      const program = [process.execPath, PROGRAM, ...args]
      const [first = '', ...others] = diskMegabytes === undefined ? program : ['nsenter', ...inside, ...program]
      const env = {
        PATH: process.env.PATH ?? '',
        ...COMPILED,
        HOME: directory,
        COFFER_PROFILE: join(directory, 'profile-of-the-test'),
      }
      const { status, stdout, stderr } = spawnSync(first, others, { encoding: 'utf8', env, maxBuffer: 1 << 26 })
      return { code: status, out: stdout, err: stderr }
    },
    seen: (path) => (diskMegabytes === undefined ? '' : `/proc/${child.pid}/root`) + join(directory, path),
  }
}

/** Fills a disk to the last byte by one file. @returns what gives the room back */
export function fill(folder: string, leaveBytes = 0): () => Promise<void> {
  const file = join(folder, 'somebody-elses.bin')
  const { bavail, bsize } = statfsSync(folder)
  const size = bavail * bsize - leaveBytes
  assert.equal(spawnSync('fallocate', ['-l', String(size), file]).status, 0, `the disk below ${folder} can be filled`)
  return () => rm(file)
}

/** Connections as the connections' page saves them; that has a test of its own. The program must not run yet. */
export async function connectBefore(
  directory: string,
  connections: {
    name: string
    kind: 'source' | 'target' | 'storage'
    yaml: string
    purpose?: 'production' | 'validation'
  }[],
): Promise<void> {
  const services = new Services({
    runJob,
    profile: join(directory, 'profile'),
    directory,
    environment: { COFFER_KEY_STORE: 'file' },
    host: 'browser',
    version: '0.0.0-test',
  })
  for (const { purpose = null, ...one } of connections) {
    await services.handlers['connections.save']({ id: null, secrets: {}, purpose, ...one })
  }
  await services.close(100)
}
