import { MAX_MANIFEST_BYTES, parseManifest } from '../../archive/manifest/parse.ts'
import type { Manifest } from '../../archive/types.ts'
import { isCofferError } from '../../contract/errors.ts'
import type { Storage } from '../../storage/storage.ts'

/** Runs before these are left out of the timeline. */
const MOST_RUNS = 400

/** The manifests of all generations, the newest first, as far as they can be read. What is wrong with one the integrity check tells. */
export async function manifestsOf(storage: Storage, newest: Manifest): Promise<Manifest[]> {
  const manifests = [newest]
  for (let at: Manifest = newest; manifests.length < MOST_RUNS; ) {
    const previous = at.coffer?.previous
    if (previous === undefined || previous === null) break
    try {
      const { body } = await storage.get(previous.key, { maxBytes: MAX_MANIFEST_BYTES })
      at = parseManifest(body, newest.backup_id)
      manifests.push(at)
    } catch (error) {
      if (!isCofferError(error, 'OBJECT_MISSING', 'MANIFEST_DAMAGED', 'PATH_ESCAPES', 'SEGMENT_TOO_LARGE')) throw error
      break
    }
  }
  return manifests
}
