import { PACKAGE_STORED } from '../../contract/evidence/package.ts'
import type { ByteSource } from '../source.ts'
import { checkDistinct, checkedName, checkOrder } from './names.ts'
import { quoted, Refusal } from './refusal.ts'
import { findDirectory } from './zip-end.ts'

/**
 * A strict reader of the one form of zip that a package may have (docs/evidence-package.md section 5; APPNOTE 6.3.10).
 * Attacker-controlled: every byte outside the entries' data must be the one that the format asks for, so there is none
 * that could be changed unseen, and no two readers can see two different packages.
 */

export interface ZipEntry {
  path: string
  /** 0 stored, 8 deflate. */
  method: 0 | 8
  crc32: number
  /** Uncompressed. */
  size: number
  packedSize: number
  /** Where its packed bytes begin in the file. */
  from: number
}

/** deflate makes at most 1,032 bytes of one (RFC 1951); a few bytes of overhead in small files are room enough. */
const MAX_RATIO = 1100
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const CENTRAL_BYTES = 46
const LOCAL_BYTES = 30
const FULL = 0xffffffff
const UTF8_FLAG = 0x0800
const DATE = 0x0021

/**
 * The entries of a package, every header checked, in the file's order. Reads the headers only.
 * @throws Refusal CONTAINER_REFUSED
 */
export async function readZip(source: ByteSource): Promise<ZipEntry[]> {
  const end = await findDirectory(source)
  const directory = await source.read(end.from, end.from + end.size)
  const headers = centralHeaders(directory, end.entries)
  checkDistinct(headers.map(({ entry }) => entry.path))
  checkOrder(headers.map(({ entry }) => entry.path))
  let at = 0
  for (const header of headers) {
    if (header.offset !== at) {
      throw refused(header.offset > at ? 'There is a gap before' : 'There is an overlap at', header.entry)
    }
    at = await checkLocal(source, header, at, end.from)
  }
  if (at !== end.from)
    throw new Refusal('CONTAINER_REFUSED', 'There are bytes between the last entry and the directory.')
  return headers.map(({ entry }) => entry)
}

interface Header {
  entry: ZipEntry
  /** Of the local header. */
  offset: number
  /** The bytes that local and central header share: from "version needed" to the end of the lengths. */
  name: Uint8Array
}

function centralHeaders(directory: Uint8Array, expected: number): Header[] {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.length)
  const headers: Header[] = []
  let at = 0
  while (at < directory.length) {
    if (headers.length === expected || at + CENTRAL_BYTES > directory.length || view.getUint32(at, true) !== CENTRAL) {
      throw new Refusal(
        'CONTAINER_REFUSED',
        'The central directory does not consist of the entries that its end states.',
      )
    }
    const nameLength = view.getUint16(at + 28, true)
    const extraLength = view.getUint16(at + 30, true)
    const next = at + CENTRAL_BYTES + nameLength + extraLength
    if (next > directory.length) throw new Refusal('CONTAINER_REFUSED', 'An entry of the central directory is cut off.')
    const name = directory.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameLength)
    headers.push(centralHeader(view, at, name, extraLength))
    at = next
  }
  if (headers.length !== expected) {
    throw new Refusal(
      'CONTAINER_REFUSED',
      `The end record states ${expected} entries, and there are ${headers.length}.`,
    )
  }
  return headers
}

function centralHeader(view: DataView, at: number, name: Uint8Array, extraLength: number): Header {
  const path = checkedName(name)
  const sizes = { packed: view.getUint32(at + 20, true), size: view.getUint32(at + 24, true) }
  let offset = view.getUint32(at + 42, true)
  const largeSizes = sizes.packed === FULL || sizes.size === FULL
  const wide = largeSizes || offset === FULL
  const extra = at + CENTRAL_BYTES + name.length
  if (extraLength !== (wide ? 4 + (largeSizes ? 16 : 0) + (offset === FULL ? 8 : 0) : 0)) {
    throw refused('Unexpected extra fields at', { path })
  }
  if (wide) {
    let field = zip64Field(view, extra, extraLength, path)
    if (largeSizes) {
      if (sizes.packed !== FULL || sizes.size !== FULL) throw refused('Half a zip64 size at', { path })
      sizes.size = uint64(view, field, path)
      sizes.packed = uint64(view, field + 8, path)
      if (sizes.size < FULL && sizes.packed < FULL) throw refused('A zip64 size that needs none at', { path })
      field += 16
    }
    if (offset === FULL) {
      offset = uint64(view, field, path)
      if (offset < FULL) throw refused('A zip64 offset that needs none at', { path })
    }
  }
  const version = wide ? 45 : 20
  const method = view.getUint16(at + 10, true)
  const fixed =
    view.getUint16(at + 4, true) === version &&
    view.getUint16(at + 6, true) === version &&
    view.getUint16(at + 32, true) === 0 &&
    view.getUint16(at + 34, true) === 0 &&
    view.getUint16(at + 36, true) === 0 &&
    view.getUint32(at + 38, true) === 0
  if (!fixed) throw refused('A version, comment, disk or attribute that the format does not have at', { path })
  checkCommon(view, at + 8, path)
  const entry: ZipEntry = {
    path,
    method: checkMethod(method, sizes.size, path),
    crc32: view.getUint32(at + 16, true),
    size: sizes.size,
    packedSize: sizes.packed,
    from: 0,
  }
  if (entry.method === 0 && entry.size !== entry.packedSize) throw refused('Two sizes for a stored entry at', entry)
  if (entry.size > entry.packedSize * MAX_RATIO) throw refused('A ratio that deflate can not reach (a bomb) at', entry)
  return { entry, offset, name }
}

/** Flags, then time and date, which stand alike in both kinds of header. @param at of the flags */
function checkCommon(view: DataView, at: number, path: string): void {
  const flags = view.getUint16(at, true)
  if ((flags & 1) !== 0) throw refused('Encryption at', { path })
  if (flags !== UTF8_FLAG) throw refused(`Flags ${quoted(`0x${flags.toString(16)}`)} at`, { path })
  if (view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 6, true) !== DATE) {
    throw refused('A time that is not 1980-01-01 at', { path })
  }
}

function checkMethod(method: number, size: number, path: string): 0 | 8 {
  if (method !== 0 && method !== 8) throw refused(`Compression method ${quoted(method)} at`, { path })
  if (method === 8 && (size === 0 || PACKAGE_STORED.includes(path)))
    throw refused('Compression where there is none at', { path })
  return method
}

/** @returns where the next local header, or the directory, must begin */
async function checkLocal(source: ByteSource, header: Header, at: number, limit: number): Promise<number> {
  const { entry, name } = header
  const large = entry.size >= FULL || entry.packedSize >= FULL
  const extraLength = large ? 20 : 0
  const from = at + LOCAL_BYTES + name.length + extraLength
  if (from + entry.packedSize > limit) throw refused('An entry that is longer than the file at', entry)
  const bytes = await source.read(at, from)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const same =
    view.getUint32(0, true) === LOCAL &&
    view.getUint16(4, true) === (large ? 45 : 20) &&
    view.getUint16(8, true) === entry.method &&
    view.getUint32(14, true) === entry.crc32 &&
    view.getUint32(18, true) === (large ? FULL : entry.packedSize) &&
    view.getUint32(22, true) === (large ? FULL : entry.size) &&
    view.getUint16(26, true) === name.length &&
    view.getUint16(28, true) === extraLength &&
    name.every((byte, i) => bytes[LOCAL_BYTES + i] === byte)
  if (!same) throw refused('A local header that differs from the central one at', entry)
  checkCommon(view, 6, entry.path)
  if (large) {
    const field = zip64Field(view, LOCAL_BYTES + name.length, extraLength, entry.path)
    if (uint64(view, field, entry.path) !== entry.size || uint64(view, field + 8, entry.path) !== entry.packedSize) {
      throw refused('A local header that differs from the central one at', entry)
    }
  }
  entry.from = from
  return from + entry.packedSize
}

/** @returns where its values begin */
function zip64Field(view: DataView, at: number, length: number, path: string): number {
  if (view.getUint16(at, true) !== 1 || view.getUint16(at + 2, true) !== length - 4) {
    throw refused('An extra field that is not zip64 at', { path })
  }
  return at + 4
}

function uint64(view: DataView, at: number, path: string): number {
  const value = Number(view.getBigUint64(at, true))
  if (!Number.isSafeInteger(value)) throw refused('An impossible size at', { path })
  return value
}

function refused(what: string, { path }: { path: string }): Refusal {
  return new Refusal('CONTAINER_REFUSED', `${what} ${quoted(path)}.`)
}
