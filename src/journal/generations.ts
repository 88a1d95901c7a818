import { createHash } from 'node:crypto'
import { MAX_MANIFEST_BYTES, parseManifest } from '../archive/manifest/parse.ts'
import { endedAs } from '../archive/manifest/run-state.ts'
import type { LoadedManifest } from '../archive/manifest/store.ts'
import { manifestKey } from '../archive/paths.ts'
import type { CofferSection, Manifest, RunEntry } from '../archive/types.ts'
import { CofferError, isCofferError } from '../contract/errors.ts'
import { type Said, say } from '../contract/said/said.ts'
import type { Storage } from '../storage/storage.ts'

/** The manifest as one run left it. */
export interface Generation {
  key: string
  manifest: Manifest
  coffer: CofferSection
  /** How its run ended, as `endedAs` has it. */
  state: RunEntry['state']
  bytes: Buffer
  /** Lowercase hex, of `bytes`. */
  sha256: string
}

/**
 * Every generation of a backup, the present one first, each one checked against the hash that the next one states.
 * Foreign archives have none.
 * @param broken gets why, where the chain ends too early; nothing before that can be told
 * @throws the storage's own errors
 */
export async function* generationsOf(
  storage: Storage,
  loaded: LoadedManifest,
  broken: (why: Said) => void,
): AsyncGenerator<Generation> {
  const backupId = loaded.manifest.backup_id
  const { coffer } = loaded.manifest
  if (coffer === undefined) return
  const { manifest, bytes, sha256 } = loaded
  let present: Generation = { key: manifestKey(backupId), manifest, coffer, state: coffer.run.state, bytes, sha256 }
  for (;;) {
    yield present
    const { previous, generation } = present.coffer
    if (previous === null) {
      if (generation !== 1) broken(say('custody.firstMissing', { generation }))
      return
    }
    try {
      const { body } = await storage.get(previous.key, { maxBytes: MAX_MANIFEST_BYTES })
      const found = createHash('sha256').update(body).digest('hex')
      if (found !== previous.sha256) {
        const values = { object: previous.key, sha256: found, generation, stated: previous.sha256 }
        return broken(say('custody.hashDiffers', values))
      }
      const earlier = parseManifest(body, backupId)
      // what another program had begun, and a run of ours went on with
      if (earlier.coffer === undefined) return
      const { coffer } = earlier
      present = {
        key: previous.key,
        manifest: earlier,
        coffer,
        state: endedAs(coffer.run, false),
        bytes: body,
        sha256: found,
      }
    } catch (error) {
      if (!(error instanceof CofferError)) throw error
      if (!isCofferError(error, 'OBJECT_MISSING', 'MANIFEST_DAMAGED', 'PATH_ESCAPES', 'SEGMENT_TOO_LARGE')) throw error
      return broken(say('custody.generationUnread', { generation, why: error.said ?? error.message }))
    }
  }
}
