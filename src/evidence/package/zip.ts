import type { FileHandle } from 'node:fs/promises'

/**
 * A zip of stable bytes (docs/evidence-package.md, section 5; APPNOTE 6.3.10): every size and checksum is known before an
 * entry begins, so there are no data descriptors and nothing is written twice.
 */
export interface ZipEntry {
  /** UTF-8, relative, `/` between parts. */
  path: string
  /** 0 stored, 8 deflate. */
  method: 0 | 8
  /** IEEE, over the uncompressed bytes. */
  crc32: number
  size: number
  packedSize: number
}

const UINT32 = 0xffffffff
const UINT16 = 0xffff
const UTF8_NAMES = 0x0800
/** 1980-01-01 in MS-DOS form. */
const DATE = 0x0021
const VERSION = 20
const VERSION_ZIP64 = 45

/** Writes one zip from its beginning to its end. Nothing is durable before the caller syncs the file. */
export class ZipWriter {
  readonly #file: Pick<FileHandle, 'write'>
  readonly #central: Buffer[] = []
  #at = 0

  constructor(file: Pick<FileHandle, 'write'>) {
    this.#file = file
  }

  /** @param packed the entry's bytes as they are to lie in the file, `packedSize` of them in all */
  async add(entry: ZipEntry, packed: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
    const name = Buffer.from(entry.path, 'utf8')
    const large = entry.size >= UINT32 || entry.packedSize >= UINT32
    const far = this.#at >= UINT32
    const localExtra = large ? zip64Field([entry.size, entry.packedSize]) : Buffer.alloc(0)
    const centralExtra =
      large || far
        ? zip64Field([...(large ? [entry.size, entry.packedSize] : []), ...(far ? [this.#at] : [])])
        : Buffer.alloc(0)
    this.#central.push(
      headerOf(entry, name, centralExtra, { large, far, offset: this.#at, version: versionOf(large || far) }),
    )
    await this.#write(headerOf(entry, name, localExtra, { large, far: false, offset: null, version: versionOf(large) }))
    const end = this.#at + entry.packedSize
    for await (const piece of packed) await this.#write(piece)
    if (this.#at !== end) {
      throw new Error(
        `expected ${entry.packedSize} bytes for "${entry.path}", got ${entry.packedSize + this.#at - end}`,
      )
    }
  }

  /** Writes the central directory and the end record. @returns how many bytes the file has */
  async finish(): Promise<number> {
    const start = this.#at
    for (const header of this.#central) await this.#write(header)
    await this.#write(endOf(this.#central.length, this.#at - start, start))
    return this.#at
  }

  async #write(bytes: Buffer): Promise<void> {
    let done = 0
    while (done < bytes.length) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#at)
      done += bytesWritten
      this.#at += bytesWritten
    }
  }
}

function versionOf(zip64: boolean): number {
  return zip64 ? VERSION_ZIP64 : VERSION
}

/** Section 4.5.3: only the fields that don't fit, in their fixed order. */
function zip64Field(values: number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * values.length)
  field.writeUInt16LE(0x0001, 0)
  field.writeUInt16LE(8 * values.length, 2)
  for (const [index, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + 8 * index)
  return field
}

/** A local header (section 4.3.7) where `offset` is null, else a central one (section 4.3.12). */
function headerOf(
  entry: ZipEntry,
  name: Buffer,
  extra: Buffer,
  { large, far, offset, version }: { large: boolean; far: boolean; offset: number | null; version: number },
): Buffer {
  const common = Buffer.alloc(26)
  common.writeUInt16LE(version, 0)
  common.writeUInt16LE(UTF8_NAMES, 2)
  common.writeUInt16LE(entry.method, 4)
  common.writeUInt16LE(0, 6)
  common.writeUInt16LE(DATE, 8)
  common.writeUInt32LE(entry.crc32 >>> 0, 10)
  common.writeUInt32LE(large ? UINT32 : entry.packedSize, 14)
  common.writeUInt32LE(large ? UINT32 : entry.size, 18)
  common.writeUInt16LE(name.length, 22)
  common.writeUInt16LE(extra.length, 24)
  if (offset === null) return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, extra])
  const madeBy = Buffer.alloc(2)
  madeBy.writeUInt16LE(version, 0)
  const rest = Buffer.alloc(14)
  rest.writeUInt32LE(far ? UINT32 : offset, 10)
  return Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, common, rest, name, extra])
}

/** Sections 4.3.14 to 4.3.16. */
function endOf(entries: number, size: number, start: number): Buffer {
  const parts: Buffer[] = []
  if (entries >= UINT16 || size >= UINT32 || start >= UINT32) {
    const end64 = Buffer.alloc(56)
    end64.write('PK\x06\x06', 'latin1')
    end64.writeBigUInt64LE(44n, 4)
    end64.writeUInt16LE(VERSION_ZIP64, 12)
    end64.writeUInt16LE(VERSION_ZIP64, 14)
    end64.writeBigUInt64LE(BigInt(entries), 24)
    end64.writeBigUInt64LE(BigInt(entries), 32)
    end64.writeBigUInt64LE(BigInt(size), 40)
    end64.writeBigUInt64LE(BigInt(start), 48)
    const locator = Buffer.alloc(20)
    locator.write('PK\x06\x07', 'latin1')
    locator.writeBigUInt64LE(BigInt(start + size), 8)
    locator.writeUInt32LE(1, 16)
    parts.push(end64, locator)
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(Math.min(entries, UINT16), 8)
  end.writeUInt16LE(Math.min(entries, UINT16), 10)
  end.writeUInt32LE(Math.min(size, UINT32), 12)
  end.writeUInt32LE(Math.min(start, UINT32), 16)
  parts.push(end)
  return Buffer.concat(parts)
}
