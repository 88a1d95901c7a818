import { PACKAGE_ORDER } from '../../contract/evidence/package.ts'
import { quoted, Refusal } from './refusal.ts'

/** Names of entries are attacker-controlled: what unpacks them may be on any system, and people read them. */

const MAX_NAME_BYTES = 1024
/** A package has six; each part of each name is compared with all names. */
const MAX_PARTS = 32
/** Devices of Windows, with or without an extension. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i
/** Characters that Windows allows in no name. */
const FORBIDDEN = /[\\:*?"<>|]/
/** Control, format (also bidirectional), private and unassigned characters, line and paragraph separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u

/**
 * An entry's name, once it is certain that it unpacks to one file below the folder it is unpacked in, on every system.
 * @throws Refusal CONTAINER_REFUSED
 */
export function checkedName(bytes: Uint8Array): string {
  const name = decodeName(bytes)
  if (name === null) throw refused(name, 'is no UTF-8')
  if (name === '' || bytes.length > MAX_NAME_BYTES) throw refused(name, `is not 1 to ${MAX_NAME_BYTES} bytes long`)
  if (UNSEEN.test(name)) throw refused(name, 'holds a character that is not seen')
  if (name.includes('\\')) throw refused(name, 'holds a backslash')
  if (/^[A-Za-z]:/.test(name)) throw refused(name, 'begins with a drive letter')
  if (FORBIDDEN.test(name)) throw refused(name, 'holds a character that not every system allows')
  if (name.startsWith('/')) throw refused(name, 'is absolute')
  const parts = name.split('/')
  if (parts.length > MAX_PARTS) throw refused(name, `has more than ${MAX_PARTS} parts`)
  for (const part of parts) {
    if (part === '' || part === '.' || part === '..') throw refused(name, 'has an empty part, "." or ".."')
    if (/[. ]$/.test(part) || part.startsWith(' '))
      throw refused(name, 'has a part that begins or ends with a space or ends with a dot')
    if (DEVICE.test(part)) throw refused(name, 'has the name of a device of Windows')
  }
  return name
}

function decodeName(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

/**
 * Refuses names that would become the same file on a system that ignores case or Unicode form, and files that would
 * have to be folders too. @throws Refusal CONTAINER_REFUSED
 */
export function checkDistinct(names: readonly string[]): void {
  const seen = new Map<string, string>()
  for (const name of names) {
    const key = folded(name)
    const other = seen.get(key)
    if (other === name) throw refused(name, 'stands there twice')
    if (other !== undefined) throw refused(name, `differs from ${quoted(other)} only in case or Unicode form`)
    seen.set(key, name)
  }
  for (const name of names) {
    const parts = folded(name).split('/')
    for (let n = 1; n < parts.length; n++) {
      if (seen.has(parts.slice(0, n).join('/'))) throw refused(name, 'lies below the name of a file')
    }
  }
}

/** @throws Refusal CONTAINER_REFUSED where the entries are not in the order of the format, or one has no place in it */
export function checkOrder(names: readonly string[]): void {
  let before: { rank: number; name: string } | null = null
  for (const name of names) {
    const rank = rankOf(name)
    if (rank < 0) throw refused(name, 'has no place in a package')
    if (before !== null && (rank < before.rank || (rank === before.rank && name <= before.name))) {
      throw refused(name, `stands after ${quoted(before.name)}, against the order of the format`)
    }
    before = { rank, name }
  }
}

function rankOf(name: string): number {
  const folder = PACKAGE_ORDER.findIndex((place) => place.endsWith('/') && name.startsWith(place))
  return folder < 0 ? PACKAGE_ORDER.indexOf(name) : folder
}

function folded(name: string): string {
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC')
}

function refused(name: string | null, what: string): Refusal {
  return new Refusal('CONTAINER_REFUSED', `The name ${name === null ? 'of an entry' : quoted(name)} ${what}.`)
}
