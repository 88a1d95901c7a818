import { createHash } from 'node:crypto'
import { CofferError, isCofferError } from '../../contract/errors.ts'
import type { Storage } from '../../storage/storage.ts'
import { earlierManifestKey, manifestKey } from '../paths.ts'
import type { CofferSection, Compression, Manifest, RunEntry } from '../types.ts'
import { MAX_MANIFEST_BYTES, parseManifest, serializeManifest } from './parse.ts'

export interface LoadedManifest {
  manifest: Manifest
  /** As stored: what the chain of generations hashes. */
  bytes: Buffer
  /** Lowercase hex, of `bytes`. */
  sha256: string
  etag: string
}

/** What a run knows of itself when it begins. */
export interface GenerationStart {
  backupId: string
  run: RunEntry
  compression: Compression
  /** null: the one that the manifest names already stays. */
  sourceClusterId: string | null
  sourceBrokers: string[]
}

/** A manifest of ours. */
export type CofferManifest = Manifest & { coffer: CofferSection }

/**
 * The manifest of a backup.
 * @returns null only where the object is truly absent; every other failure is thrown, so that an archive that can't be
 *   read for a moment is never taken for a new one
 * @throws MANIFEST_DAMAGED, PATH_ESCAPES, SEGMENT_TOO_LARGE, and the storage's own
 */
export async function loadManifest(storage: Storage, backupId: string): Promise<LoadedManifest | null> {
  let stored: Awaited<ReturnType<Storage['get']>>
  try {
    stored = await storage.get(manifestKey(backupId), { maxBytes: MAX_MANIFEST_BYTES })
  } catch (error) {
    if (isCofferError(error, 'OBJECT_MISSING')) return null
    throw error
  }
  const bytes = stored.body
  return { manifest: parseManifest(bytes, backupId), bytes, sha256: sha256Hex(bytes), etag: stored.etag }
}

/** As `loadManifest`. @throws ARCHIVE_MISSING where there is none */
export async function requireManifest(storage: Storage, backupId: string): Promise<LoadedManifest> {
  const loaded = await loadManifest(storage, backupId)
  if (loaded !== null) return loaded
  throw new CofferError('ARCHIVE_MISSING', `no backup "${backupId}" in ${storage.location}`, {
    hint: 'List the backups there with "coffer list".',
  })
}

/**
 * Opens the next generation: keeps the exact bytes of the one before under `manifests/`, then stores a manifest with
 * the same content, one generation on, and the hash of the one before in `previous`.
 * @param loaded what `loadManifest` gave; null for the first run
 * @throws MANIFEST_CHANGED where somebody else wrote meanwhile; MANIFEST_DAMAGED where the kept copy's place holds
 *   something else
 */
export async function beginGeneration(
  storage: Storage,
  loaded: LoadedManifest | null,
  start: GenerationStart,
): Promise<ManifestWriter> {
  const manifest = loaded === null ? firstManifest(start) : await nextManifest(storage, loaded, start)
  const writer = new ManifestWriter(storage, manifest, loaded?.etag ?? null)
  await writer.save()
  return writer
}

function firstManifest(start: GenerationStart): CofferManifest {
  return {
    backup_id: start.backupId,
    created_at: start.run.started_at,
    source_cluster_id: start.sourceClusterId,
    source_brokers: start.sourceBrokers,
    compression: start.compression,
    topics: [],
    coffer: { format: 1, generation: 1, previous: null, run: start.run, abandoned: [] },
  }
}

async function nextManifest(storage: Storage, loaded: LoadedManifest, start: GenerationStart): Promise<CofferManifest> {
  // from the bytes, since `loaded.manifest` may have been changed by whoever looked at it
  const manifest = parseManifest(loaded.bytes, start.backupId)
  // a foreign archive that a run of ours continues counts as generation 0
  const generation = manifest.coffer?.generation ?? 0
  const key = earlierManifestKey(start.backupId, generation, loaded.sha256)
  await keepCopy(storage, key, loaded.bytes)
  return {
    ...manifest,
    source_cluster_id: start.sourceClusterId ?? manifest.source_cluster_id,
    source_brokers: start.sourceBrokers,
    coffer: {
      ...manifest.coffer,
      format: 1,
      generation: generation + 1,
      previous: { key, sha256: loaded.sha256, generation },
      run: start.run,
      abandoned: manifest.coffer?.abandoned ?? [],
    },
  }
}

async function keepCopy(storage: Storage, key: string, bytes: Buffer): Promise<void> {
  try {
    await storage.put(key, bytes, { ifAbsent: true, contentType: 'application/json' })
  } catch (error) {
    if (!isCofferError(error, 'OBJECT_EXISTS')) throw error
    const there = await storage.get(key, { maxBytes: MAX_MANIFEST_BYTES })
    if (there.body.equals(bytes)) return
    throw new CofferError('MANIFEST_DAMAGED', `expected a copy of the earlier manifest at "${key}", got other bytes`)
  }
}

/** Saves one run's manifest again and again, each time only over its own last state. */
export class ManifestWriter {
  /** Change it freely between saves. */
  readonly manifest: CofferManifest
  readonly #storage: Storage
  #etag: string | null
  #sha256 = ''
  #saving: Promise<void> = Promise.resolve()
  #next: Promise<void> | null = null

  /** @param etag of the manifest that stands there; null where there must be none */
  constructor(storage: Storage, manifest: CofferManifest, etag: string | null) {
    this.#storage = storage
    this.manifest = manifest
    this.#etag = etag
  }

  get generation(): number {
    return this.manifest.coffer.generation
  }

  /** Lowercase hex, of the bytes that were saved last. */
  get sha256(): string {
    return this.#sha256
  }

  /**
   * Replaces the stored manifest by the present state, atomically. Calls that come while one is being written share
   * the write after it.
   * @throws MANIFEST_CHANGED where somebody else wrote since the last save
   */
  save(): Promise<void> {
    this.#next ??= this.#saving
      .catch(() => {})
      .then(() => {
        this.#next = null
        this.#saving = this.#write()
        return this.#saving
      })
    return this.#next
  }

  async #write(): Promise<void> {
    const key = manifestKey(this.manifest.backup_id)
    const bytes = serializeManifest(this.manifest)
    const condition = this.#etag === null ? { ifAbsent: true } : { ifMatch: this.#etag }
    try {
      const stored = await this.#storage.put(key, bytes, { ...condition, contentType: 'application/json' })
      this.#etag = stored.etag
    } catch (error) {
      if (!isCofferError(error, 'OBJECT_EXISTS', 'OBJECT_CHANGED')) throw error
      // the write may have gone through and only its answer been lost: then these very bytes are there
      const there = await this.#storage.get(key, { maxBytes: MAX_MANIFEST_BYTES }).catch(() => null)
      if (there === null || !there.body.equals(bytes)) throw changed(key, error)
      this.#etag = there.etag
    }
    this.#sha256 = sha256Hex(bytes)
  }
}

function changed(key: string, cause: unknown): CofferError {
  return new CofferError('MANIFEST_CHANGED', `somebody else wrote "${key}" while this run was at work`, {
    hint: 'Nothing was overwritten. Make sure that only one backup with this id runs, then start it again.',
    details: { key },
    cause,
  })
}

function sha256Hex(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
