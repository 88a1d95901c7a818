import type { Said } from '../contract/said/said.ts'

/**
 * What an archive needs of the place it lives in. Keys are relative, with `/` between their parts, and are built by
 * archive/paths.ts alone. Every storage passes the same contract suite (test/storage/).
 */
export interface Storage {
  readonly kind: 'filesystem' | 's3'
  /** Where this is, in words fit for a manifest or a report: `file:///backups`, `s3://bucket/prefix`. Never a secret. */
  readonly location: string

  /**
   * Stores an object whole: after the promise resolves it is durable and readable, and before that nobody sees a part
   * of it under its key.
   * @param body one buffer, or its parts in order
   * @throws OBJECT_EXISTS with `ifAbsent` where the key is taken; OBJECT_CHANGED with `ifMatch` where the object's etag
   *   is another (or it is gone); STORAGE_FULL, STORAGE_NOT_ALLOWED, STORAGE_UNREACHABLE, STORAGE_FAILED
   */
  put(key: string, body: Buffer | readonly Buffer[], options?: PutOptions): Promise<StoredObject>

  /** The whole object. @throws OBJECT_MISSING, and SEGMENT_TOO_LARGE where it is larger than `maxBytes` */
  get(key: string, options?: { maxBytes?: number }): Promise<StoredBytes>

  /** Bytes `start` (inclusive) to `end` (exclusive). @throws OBJECT_MISSING; STORAGE_FAILED on a short read */
  getRange(key: string, start: number, end: number): Promise<Buffer>

  /** Size and etag, or null where there is no such object. */
  head(key: string): Promise<StoredObject | null>

  /** All objects whose key starts with `prefix`, in key order, page by page. Temporary files are not listed. */
  list(prefix: string): AsyncIterable<ListedObject>

  /** The names directly below `prefix` (which ends in `/` or is empty), as in a folder: `a/b/c` below `a/` gives `b`. */
  listFolders(prefix: string): Promise<string[]>

  /** Removes one object; a missing one is no error. @throws STORAGE_NOT_ALLOWED where a lock holds it */
  delete(key: string): Promise<void>

  /**
   * What keeps the object from being deleted or changed, read back from the storage itself. Never throws for a storage
   * that has no such thing, or that won't tell. @throws STORAGE_UNREACHABLE
   */
  retention(key: string): Promise<StoredRetention>

  /** Locks that can be put on single objects; absent where the storage has no such thing, as a folder on a disk. */
  readonly locks?: StorageLocks

  close(): Promise<void>
}

/** How long an object can't be deleted or replaced. Nobody can shorten COMPLIANCE; GOVERNANCE, whoever has the right. */
export interface ObjectRetention {
  mode: 'COMPLIANCE' | 'GOVERNANCE'
  /** Milliseconds since the epoch. */
  until: number
}

export interface ObjectVersion {
  key: string
  versionId: string
  /** The one that is read where none is named. */
  latest: boolean
}

/** Object Lock, object by object. Without a version the present one is meant. Everything here may throw STORAGE_…. */
export interface StorageLocks {
  /** One sentence: why nothing can be locked here; null where it can. */
  refusal(): Promise<Said | null>
  holdOf(key: string, versionId?: string): Promise<boolean>
  /** @throws STORAGE_NOT_ALLOWED */
  setHold(key: string, on: boolean, versionId?: string): Promise<void>
  retentionOf(key: string, versionId?: string): Promise<ObjectRetention | null>
  /** @throws STORAGE_NOT_ALLOWED, also where it would shorten what can't be shortened */
  setRetention(key: string, retention: ObjectRetention, versionId?: string): Promise<void>
  /** Every version below a prefix, without delete markers. */
  versions(prefix: string): AsyncIterable<ObjectVersion>
}

export interface StoredRetention {
  /** `none`: nothing holds it; `unknown`: the storage did not tell. */
  mode: 'COMPLIANCE' | 'GOVERNANCE' | 'none' | 'unknown'
  /** Milliseconds since the epoch. */
  retainUntil: number | null
  legalHold: boolean | null
  /** Encryption at rest as the storage states it (`AES256`, `aws:kms …`); null where it states none. */
  encryption?: string | null
  /** One sentence: how this is known. */
  reason: string
  said?: Said
}

export interface PutOptions {
  /** Only where nothing is stored under the key. */
  ifAbsent?: boolean
  /** Only where the stored object still has this etag. */
  ifMatch?: string
  contentType?: string
}

export interface StoredObject {
  size: number
  /** Changes whenever the content does. Opaque. */
  etag: string
}

export interface StoredBytes extends StoredObject {
  body: Buffer
}

export interface ListedObject extends StoredObject {
  key: string
  /** Milliseconds since the epoch, by the storage's clock. */
  lastModified: number
}
