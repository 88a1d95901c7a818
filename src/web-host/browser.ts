import { spawn } from 'node:child_process'

/** Opens an address in the browser that this machine's user chose. @returns why it could not, or null */
export function openInBrowser(address: string): Promise<string | null> {
  const [command, ...args] = opener(address)
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true })
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code) => resolve(code === 0 ? null : `"${command}" ended with code ${code}`))
    // An opener may stay as long as the browser does.
    const timer = setTimeout(() => resolve(null), 3_000)
    timer.unref()
    child.unref()
  })
}

function opener(address: string): [string, ...string[]] {
  switch (process.platform) {
    case 'darwin':
      return ['open', address]
    case 'win32':
      // Not by way of cmd.exe, which would read characters of the address as its own.
      return ['rundll32', 'url.dll,FileProtocolHandler', address]
    default:
      return ['xdg-open', address]
  }
}
