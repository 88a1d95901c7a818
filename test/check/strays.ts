import type { CheckedFile } from './layers.ts'

/** Written in pieces, or this file would be the first to break its own rule. */
const REGISTRY_HOSTS = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['repo', 'maven', 'apache', 'org'],
  ['repo1', 'maven', 'org'],
  ['proxy', 'golang', 'org'],
  ['index', 'crates', 'io'],
  ['static', 'crates', 'io'],
  ['files', 'pythonhosted', 'org'],
].map((parts) => parts.join('.'))

const MACHINE_PATH = new RegExp(`(^|[^\\w./-])${'/'}work(/|\\b(?!-))`)

/**
 * Checks that no tracked file names a package registry's host (each machine has its own) or a path of the machine that
 * the project happened to be written on.
 * @param moreHosts the hosts that this machine is set up with
 */
export function checkStrays(files: readonly CheckedFile[], moreHosts: readonly string[] = []): string[] {
  const problems: string[] = []
  const hosts = [...REGISTRY_HOSTS, ...moreHosts]
  for (const { path, text } of files) {
    text.split('\n').forEach((line, index) => {
      for (const host of hosts) {
        if (line.includes(host)) problems.push(`${path}:${index + 1}: names the package registry "${host}"`)
      }
      const machine = MACHINE_PATH.exec(line)
      if (machine !== null) problems.push(`${path}:${index + 1}: names a path of one machine, "${machine[0].trim()}"`)
    })
  }
  return problems
}
