import { isIPv4 } from 'node:net'
import { dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CofferError } from '../../contract/errors.ts'
import { type Said, say } from '../../contract/said/said.ts'

const LIST_NAME = 'updates.json'

/** Where a list of versions lies; its signature and the packages lie beside it. */
export type UpdatePlace = { kind: 'http'; list: URL } | { kind: 'folder'; folder: string; list: string }

/**
 * Understands an address: https, http to this very machine, a `file:` address, or the absolute path of a folder. Where it
 * names no `.json` file, the list is `updates.json` in it.
 * @throws USAGE
 */
export function placeOf(address: string): UpdatePlace {
  if (isAbsolute(address)) return folderPlace(address)
  let url: URL
  try {
    url = new URL(address)
  } catch (cause) {
    throw wrong(address, say('update.noAddress'), cause)
  }
  if (url.protocol === 'file:') {
    try {
      return folderPlace(fileURLToPath(url))
    } catch (cause) {
      throw wrong(address, say('update.notHere'), cause)
    }
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw wrong(address, say('update.overHttp'))
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw wrong(address, say('update.scheme', { scheme: url.protocol }))
  if (url.username !== '' || url.password !== '') {
    throw new CofferError('USAGE', say('update.credentials'))
  }
  if (url.search !== '' || url.hash !== '') throw wrong(address, say('update.query'))
  if (!url.pathname.endsWith('.json')) url.pathname = `${url.pathname.replace(/\/$/, '')}/${LIST_NAME}`
  return { kind: 'http', list: url }
}

/** The address as it is kept and shown: of the list itself. */
export function shownPlace(place: UpdatePlace): string {
  return place.kind === 'http' ? place.list.href : place.list
}

function folderPlace(path: string): UpdatePlace {
  const list = path.endsWith('.json') ? path : join(path, LIST_NAME)
  return { kind: 'folder', folder: dirname(list), list }
}

/** Whether a host is this very machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'))
}

function wrong(address: string, why: Said, cause?: unknown): CofferError {
  return new CofferError('USAGE', say('update.address', { address, why }), {
    hint: 'Such as https://updates.example.com/coffer/ or /mnt/software/coffer.',
    ...(cause === undefined ? {} : { cause }),
  })
}
