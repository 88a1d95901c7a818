import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { canonicalJson } from '../../contract/canonical-json.ts'
import { PACKAGE_ORDER, PACKAGE_PATHS, type PackageIndex } from '../../contract/evidence/package.ts'
import { SIGNATURE_SUFFIX } from '../../contract/evidence/signing.ts'
import { TOOL } from '../../contract/tool.ts'
import { type PackedFile, packBytes, packedBytes } from './packed.ts'
import { ZipWriter } from './zip.ts'

/** A file of the package but the index and its signature. */
export interface PackagePart {
  path: string
  file: PackedFile
  /** One sentence for the README and the page. */
  what: string
}

export interface PackageOrder {
  packageId: string
  reportId: string
  backupId: string
  /** Milliseconds since the epoch. */
  createdAt: number
  records: number
  /** The report's signature got a timestamp just before, so the index's should have one too. */
  timestampExpected: boolean
  parts: readonly PackagePart[]
  /** `index.json.sig` … over the index's bytes, with a timestamp where one is wanted; empty: not signed. */
  signIndex(index: Buffer, timestamp: boolean): Promise<{ name: string; bytes: Buffer }[]>
}

/**
 * Writes a whole package to `path` and makes it durable. The same parts, ids and signature give the same bytes.
 * @returns its size and SHA-256
 */
export async function writePackage(path: string, order: PackageOrder): Promise<{ size: number; sha256: string }> {
  const { index, signature } = await signedIndex(order)
  const entries = [
    ...order.parts,
    { path: PACKAGE_PATHS.index, file: packBytes(index, true) },
    ...signature.map(({ name, bytes }) => ({ path: name, file: packBytes(bytes, true) })),
  ].sort((a, b) => rankOf(a.path) - rankOf(b.path) || (a.path < b.path ? -1 : 1))
  const file = await open(path, 'w', 0o600)
  try {
    const hash = createHash('sha256')
    const zip = new ZipWriter({
      write: (async (bytes: Buffer, offset: number, length: number, position: number) => {
        const written = await file.write(bytes, offset, length, position)
        hash.update(bytes.subarray(offset, offset + written.bytesWritten))
        return written
      }) as typeof file.write,
    })
    for (const entry of entries) {
      const { method, crc32, size, packedSize } = entry.file
      await zip.add({ path: entry.path, method, crc32, size, packedSize }, packedBytes(entry.file))
    }
    const size = await zip.finish()
    await file.sync()
    return { size, sha256: hash.digest('hex') }
  } finally {
    await file.close()
  }
}

/** A timestamp that the authority did not give must not be promised: it would look as if somebody had taken it out. */
async function signedIndex(order: PackageOrder) {
  const index = Buffer.from(canonicalJson(indexOf(order)))
  const signature = await order.signIndex(index, order.timestampExpected)
  const has = signature.some(({ name }) => name.endsWith(SIGNATURE_SUFFIX.token))
  if (has === order.timestampExpected) return { index, signature }
  const other = Buffer.from(canonicalJson(indexOf({ ...order, timestampExpected: false })))
  return { index: other, signature: await order.signIndex(other, false) }
}

function indexOf(order: PackageOrder): PackageIndex {
  const { packageId, reportId, backupId, createdAt, records, timestampExpected, parts } = order
  const content = parts.find(({ path }) => path === PACKAGE_PATHS.records)
  if (content === undefined) throw new Error(`a package needs "${PACKAGE_PATHS.records}"`)
  return {
    format: 1,
    kind: 'coffer-evidence-package',
    package_id: packageId,
    report_id: reportId,
    backup_id: backupId,
    created_at: new Date(createdAt).toISOString(),
    tool: { ...TOOL },
    content_sha256: content.file.sha256,
    records,
    timestamp_expected: timestampExpected,
    files: parts
      .map(({ path, file, what }) => ({
        path,
        size: file.size,
        sha256: file.sha256,
        packed_size: file.packedSize,
        packed_sha256: file.packedSha256,
        what,
      }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  }
}

function rankOf(path: string): number {
  const rank = PACKAGE_ORDER.findIndex((place) => place === path || (place.endsWith('/') && path.startsWith(place)))
  if (rank < 0) throw new Error(`"${path}" has no place in a package`)
  return rank
}
