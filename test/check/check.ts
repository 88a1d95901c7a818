import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runTool } from '../rig/cache.ts'
import { checkLayers } from './layers.ts'
import { checkStrays } from './strays.ts'
import { projectFiles } from './tree.ts'

/** Layer rules and strays of the project at `root`. @returns one line a breach */
export async function checkProject(root: string): Promise<string[]> {
  const files = await projectFiles(root)
  if (!files.some((file) => file.path.startsWith('src/'))) return [`${root}: expected sources below src/, got none`]
  return [...checkLayers(files), ...checkStrays(files, await configuredHosts())]
}

/** The registries that this machine is set up with; their names must not leak into the project. */
async function configuredHosts(): Promise<string[]> {
  const npm = await runTool('npm', ['config', 'get', 'registry'])
  const urls = [npm.stdout.trim(), ...(process.env.GOPROXY ?? '').split(/[,|]/)]
  const hosts = urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).hostname)
  // A mirror on the machine itself has a name that any test may use.
  return hosts.filter((host) => host.includes('.') && !host.startsWith('127.'))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const problems = await checkProject(join(import.meta.dirname, '../..'))
  for (const problem of problems) console.log(problem)
  process.exitCode = problems.length === 0 ? 0 : 1
}
