import { MAX_MANIFEST_BYTES, parseManifest } from '../../archive/manifest/parse.ts'
import type { LoadedManifest } from '../../archive/manifest/store.ts'
import { checkedKey, manifestSignatureStem, signaturesPrefix } from '../../archive/paths.ts'
import type { Manifest } from '../../archive/types.ts'
import { isCofferError } from '../../contract/errors.ts'
import type { PackagePart } from '../../evidence/package/assemble.ts'
import { sha256Hex } from '../../evidence/package/digest.ts'
import { packBytes } from '../../evidence/package/packed.ts'
import type { Storage } from '../../storage/storage.ts'

/** Earlier manifests beyond these are left out, and that is said. */
const MAX_GENERATIONS = 1000
const MAX_EARLIER_BYTES = 256 * 1024 * 1024
const MAX_SIGNATURE_BYTES = 1024 * 1024
const SUFFIXES = ['.sig', '.sig.der', '.sig.tst', '.pub.pem', '.chain.pem', '.crl.pem']

/**
 * The manifest as it was read, those of the runs before it, and their signatures where the archive has them.
 * @returns the files, all manifests that were read (for the timeline), and a sentence for each that could not be had
 */
export async function manifestParts(
  storage: Storage,
  loaded: LoadedManifest,
): Promise<{ parts: PackagePart[]; manifests: [Manifest, ...Manifest[]]; problems: string[] }> {
  const { manifest, bytes, sha256 } = loaded
  const id = manifest.backup_id
  const signatures = await signaturesOf(storage, id)
  const parts: PackagePart[] = [
    { path: 'manifest/manifest.json', file: packBytes(bytes), what: 'The archive’s manifest as it was read.' },
    ...(await signatureParts(storage, id, signatures, 'manifest.json', manifest.coffer?.generation ?? 0, sha256)),
  ]
  const manifests: [Manifest, ...Manifest[]] = [manifest]
  const problems: string[] = []
  let total = 0
  let previous = manifest.coffer?.previous ?? null
  while (previous !== null) {
    const { generation, key, sha256: stated } = previous
    if (manifests.length > MAX_GENERATIONS || total > MAX_EARLIER_BYTES) {
      problems.push(
        `The manifests of generation ${generation} and before are not in the package, for their number or size.`,
      )
      break
    }
    const earlier = await earlierManifest(storage, id, key)
    if (earlier === null || sha256Hex(earlier) !== stated) {
      const what = earlier === null ? 'is not in the archive' : 'is not the one that the next run hashed'
      problems.push(
        `The manifest of generation ${generation} ${what}: the chain of runs can't be followed further back.`,
      )
      break
    }
    total += earlier.length
    const name = `previous-${String(generation).padStart(6, '0')}.json`
    const what = `The manifest as run ${generation} left it.`
    parts.push({ path: `manifest/${name}`, file: packBytes(earlier), what })
    parts.push(...(await signatureParts(storage, id, signatures, name, generation, stated)))
    const parsed = parseManifest(earlier, id)
    manifests.push(parsed)
    previous = parsed.coffer?.previous ?? null
  }
  return { parts, manifests, problems }
}

async function earlierManifest(storage: Storage, id: string, key: string): Promise<Buffer | null> {
  try {
    return (await storage.get(checkedKey(id, key), { maxBytes: MAX_MANIFEST_BYTES })).body
  } catch (error) {
    if (isCofferError(error, 'OBJECT_MISSING', 'SEGMENT_TOO_LARGE')) return null
    throw error
  }
}

async function signaturesOf(storage: Storage, id: string): Promise<Set<string>> {
  const keys = new Set<string>()
  for await (const { key } of storage.list(signaturesPrefix(id))) keys.add(key)
  return keys
}

/** docs/evidence-package.md, section 4. */
async function signatureParts(
  storage: Storage,
  id: string,
  there: ReadonlySet<string>,
  name: string,
  generation: number,
  sha256: string,
): Promise<PackagePart[]> {
  const stem = manifestSignatureStem(id, generation, sha256)
  const parts: PackagePart[] = []
  for (const suffix of SUFFIXES) {
    const key = `${stem}${suffix}`
    if (!there.has(key)) continue
    const { body } = await storage.get(checkedKey(id, key), { maxBytes: MAX_SIGNATURE_BYTES })
    const what = `Of the signature that the archive keeps over ${name}.`
    parts.push({ path: `manifest/${name}${suffix}`, file: packBytes(body), what })
  }
  return parts
}
