import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { lstat, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Where fetched programs live, outside the checkout: `$COFFER_CACHE`, or `coffer` in the user's cache folder. What is in
 * there was either finished or is not there: it is made in a temporary folder and renamed.
 */
export function cacheRoot(): string {
  return process.env.COFFER_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'coffer')
}

/**
 * The folder `name` of the cache; made once by `make` when it isn't there, whatever number of processes ask at once.
 * @param name a folder name that contains the version or hash of what is in it
 * @param what for the line on standard error that says what is being fetched
 * @param make fills the (empty, temporary) folder it is given
 */
export async function cached(name: string, what: string, make: (folder: string) => Promise<void>): Promise<string> {
  const root = cacheRoot()
  const target = join(root, name)
  if (existsSync(target)) return target
  await mkdir(root, { recursive: true })
  const release = await lock(join(root, `${name}.lock`))
  try {
    if (existsSync(target)) return target
    process.stderr.write(`rig: ${what} into ${target} (once)\n`)
    const began = Date.now()
    const temporary = await mkdtemp(join(root, `.${name}-`))
    try {
      await make(temporary)
      await rename(temporary, target)
    } catch (error) {
      await rm(temporary, { recursive: true, force: true })
      throw error
    }
    const megabytes = ((await folderSize(target)) / 1e6).toFixed(1)
    process.stderr.write(`rig: done, ${megabytes} MB in ${((Date.now() - began) / 1000).toFixed(1)} s\n`)
    return target
  } finally {
    await release()
  }
}

/** A lock file that holds its owner's process id; one whose owner is dead is taken over. */
async function lock(path: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      const handle = await open(path, 'wx')
      await handle.writeFile(String(process.pid))
      await handle.close()
      return () => unlink(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (await isStale(path)) await rm(path, { force: true })
    else await delay(200)
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    const owner = Number(await readFile(path, 'utf8'))
    if (!Number.isInteger(owner) || owner <= 0) return Date.now() - (await stat(path)).mtimeMs > 5000
    process.kill(owner, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

async function folderSize(folder: string): Promise<number> {
  let size = 0
  for (const name of await readdir(folder, { recursive: true })) {
    const entry = await lstat(join(folder, name))
    if (entry.isFile()) size += entry.size
  }
  return size
}

export interface ToolResult {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs a program to its end. Does not throw on a bad exit code; throws `install` when there is no such program. */
export async function runTool(
  command: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string>; install?: string; input?: string } = {},
): Promise<ToolResult> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve)
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') reject(error)
      else reject(new Error(`"${command}" is not installed: ${options.install ?? `install ${command}`}`))
    })
  })
  return { code, stdout: Buffer.concat(stdout).toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8') }
}

/** Runs a program and throws, with the end of its output, unless it exits with 0. */
export async function mustRun(...call: Parameters<typeof runTool>): Promise<ToolResult> {
  const result = await runTool(...call)
  if (result.code === 0) return result
  const output = `${result.stdout}\n${result.stderr}`.trim().slice(-3000)
  throw new Error(`"${call[0]} ${call[1].join(' ').slice(0, 300)}" ended with ${result.code}:\n${output}`)
}
