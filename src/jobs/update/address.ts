import { isIPv4 } from 'node:net'
import { dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CofferError } from '../../contract/errors.ts'

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
    throw wrong(address, 'it is neither', cause)
  }
  if (url.protocol === 'file:') {
    try {
      return folderPlace(fileURLToPath(url))
    } catch (cause) {
      throw wrong(address, 'it names no folder of this machine', cause)
    }
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw wrong(address, 'over http anybody on the way could keep new versions back')
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw wrong(address, `"${url.protocol}" is not used`)
  if (url.username !== '' || url.password !== '') {
    throw new CofferError('USAGE', 'expected an address without a user name or password')
  }
  if (url.search !== '' || url.hash !== '') throw wrong(address, 'nothing may stand behind "?" or "#"')
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

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'))
}

function wrong(address: string, why: string, cause?: unknown): CofferError {
  return new CofferError('USAGE', `expected an address with https or the path of a folder, got "${address}": ${why}`, {
    hint: 'Such as https://updates.example.com/coffer/ or /mnt/software/coffer.',
    ...(cause === undefined ? {} : { cause }),
  })
}
