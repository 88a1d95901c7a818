import type { ByteSource } from '../source.ts'
import { grouped, Refusal } from './refusal.ts'

/** The end of a zip: end record, and zip64 end record with its locator exactly where the 32-bit figures are too small. */

const END = 0x06054b50
const END_BYTES = 22
const END_64 = 0x06064b50
const END_64_BYTES = 56
const LOCATOR = 0x07064b50
const LOCATOR_BYTES = 20
const FULL = 0xffffffff
const MAX_ENTRIES = 10_000
/** 46 bytes, a name of at most 1,024 and a zip64 field for each entry. */
const MAX_DIRECTORY = MAX_ENTRIES * 1100

export interface DirectoryPlace {
  from: number
  size: number
  entries: number
}

/** @throws Refusal CONTAINER_REFUSED where the file does not end as the format says */
export async function findDirectory(source: ByteSource): Promise<DirectoryPlace> {
  if (source.size < END_BYTES) throw new Refusal('CONTAINER_REFUSED', 'The file is too short for a zip.')
  const tail = await source.read(Math.max(0, source.size - END_BYTES - LOCATOR_BYTES - END_64_BYTES), source.size)
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length)
  const end = tail.length - END_BYTES
  if (view.getUint32(end, true) !== END || view.getUint16(end + 20, true) !== 0) {
    throw new Refusal(
      'CONTAINER_REFUSED',
      'The file does not end with the end record of a zip: it was cut off, something was added, or it is no package.',
    )
  }
  const small = {
    entriesHere: view.getUint16(end + 8, true),
    entries: view.getUint16(end + 10, true),
    size: view.getUint32(end + 12, true),
    from: view.getUint32(end + 16, true),
  }
  if (view.getUint32(end + 4, true) !== 0 || small.entriesHere !== small.entries) {
    throw new Refusal('CONTAINER_REFUSED', 'The zip says that it spans several disks.')
  }
  const wide = small.entries === 0xffff || small.size === FULL || small.from === FULL
  const place = wide ? wideEnd(view, end, small) : small
  const stop = source.size - END_BYTES - (wide ? END_64_BYTES + LOCATOR_BYTES : 0)
  if (place.entries > MAX_ENTRIES || place.size > MAX_DIRECTORY) {
    throw new Refusal('CONTAINER_REFUSED', `The package has more than ${grouped(MAX_ENTRIES)} entries.`)
  }
  if (place.from + place.size !== stop) {
    throw new Refusal('CONTAINER_REFUSED', 'The central directory does not lie right before the end record.')
  }
  return { from: place.from, size: place.size, entries: place.entries }
}

function wideEnd(view: DataView, end: number, small: DirectoryPlace): DirectoryPlace {
  const locator = end - LOCATOR_BYTES
  const record = locator - END_64_BYTES
  const u64 = (at: number) => Number(view.getBigUint64(at, true))
  const start = view.byteLength === 0 || record < 0 ? null : record
  if (
    start === null ||
    view.getUint32(locator, true) !== LOCATOR ||
    view.getUint32(locator + 4, true) !== 0 ||
    view.getUint32(locator + 16, true) !== 1 ||
    view.getUint32(record, true) !== END_64 ||
    u64(record + 4) !== END_64_BYTES - 12 ||
    view.getUint16(record + 12, true) !== 45 ||
    view.getUint16(record + 14, true) !== 45 ||
    view.getUint32(record + 16, true) !== 0 ||
    view.getUint32(record + 20, true) !== 0
  ) {
    throw new Refusal('CONTAINER_REFUSED', 'The zip64 end record is not as the format has it.')
  }
  const place = { entries: u64(record + 32), size: u64(record + 40), from: u64(record + 48) }
  const fits =
    u64(record + 24) === place.entries &&
    u64(locator + 8) === place.from + place.size &&
    narrowed(place.entries, 0xffff) === small.entries &&
    narrowed(place.size, FULL) === small.size &&
    narrowed(place.from, FULL) === small.from
  if (!fits) throw new Refusal('CONTAINER_REFUSED', 'The zip64 end record and the end record tell different figures.')
  return place
}

/** What stands in the small field. */
function narrowed(value: number, full: number): number {
  return Math.min(value, full)
}
