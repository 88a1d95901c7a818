import { randomUUID } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { CofferError } from '../contract/errors.ts'
import { changed, exists } from './keys.ts'
import { base64Crc32, crc32Of, sliceParts } from './s3-body.ts'
import type { S3Connection } from './s3-connection.ts'
import { failureOf, isConditionFailed, isMissing } from './s3-errors.ts'
import type { PutOptions, StoredObject } from './storage.ts'

/** User metadata that tells one call of `put` from every other, whoever made it. */
const WRITE_ID = 'coffer-write'

/** S3's limit is 10,000 parts of at least 5 MiB. */
const MAX_PARTS = 9_000
const PARTS_AT_ONCE = 3

interface Condition {
  IfNoneMatch?: '*'
  IfMatch?: string
}

/**
 * One object on its way into a bucket.
 *
 * A conditional write whose answer is lost may have succeeded, and its repetition then fails on its own result. So each
 * write carries an id as metadata, and a condition that does not hold is followed by a look at whose object is there.
 */
export class S3Write {
  readonly #s3: S3Connection
  readonly #key: string
  readonly #parts: readonly Buffer[]
  readonly #size: number
  readonly #options: PutOptions
  readonly #writeId = randomUUID()
  #condition: Condition

  constructor(s3: S3Connection, key: string, parts: readonly Buffer[], size: number, options: PutOptions) {
    this.#s3 = s3
    this.#key = key
    this.#parts = parts
    this.#size = size
    this.#options = options
    this.#condition = {
      ...(options.ifAbsent === true ? { IfNoneMatch: '*' } : {}),
      ...(options.ifMatch === undefined ? {} : { IfMatch: quoted(options.ifMatch) }),
    }
  }

  async run(): Promise<StoredObject> {
    // An If-Match is asked about first even where the body is small: some servers (versitygw 1.8) let it match the
    // version below a delete marker.
    if (this.#options.ifMatch !== undefined || this.#size > this.#s3.tuning.multipartFrom) await this.#refuseEarly()
    return this.#size > this.#s3.tuning.multipartFrom ? await this.#inParts() : await this.#whole()
  }

  async #whole(): Promise<StoredObject> {
    const body = sliceParts(this.#parts, 0, this.#size)
    const input = {
      ...this.#target(),
      ...this.#description(),
      Body: body,
      ContentLength: this.#size,
      ChecksumCRC32: base64Crc32(crc32Of([body])),
    }
    return await this.#publish(() => this.#s3.send(new PutObjectCommand({ ...input, ...this.#condition })))
  }

  async #inParts(): Promise<StoredObject> {
    const { UploadId, ChecksumType } = await this.#s3.requests.run(() =>
      this.#s3.send(
        new CreateMultipartUploadCommand({
          ...this.#target(),
          ...this.#description(),
          ChecksumAlgorithm: 'CRC32',
          ChecksumType: 'FULL_OBJECT',
        }),
      ),
    )
    const upload = { ...this.#target(), UploadId }
    try {
      const { parts, crc } = await this.#uploadParts(upload)
      // Servers from before full-object checksums know only those of the parts.
      const whole =
        ChecksumType === 'FULL_OBJECT' ? { ChecksumCRC32: base64Crc32(crc), ChecksumType: 'FULL_OBJECT' as const } : {}
      const input = { ...upload, ...whole, MultipartUpload: { Parts: parts } }
      return await this.#publish(() =>
        this.#s3.send(new CompleteMultipartUploadCommand({ ...input, ...this.#condition })),
      )
    } catch (error) {
      // Parts that nobody completes are billed and never listed.
      await this.#s3.requests.once(() => this.#s3.send(new AbortMultipartUploadCommand(upload))).catch(() => undefined)
      throw error
    }
  }

  async #uploadParts(upload: {
    Bucket: string
    Key: string
    UploadId: string | undefined
  }): Promise<{ parts: CompletedPart[]; crc: number }> {
    const partBytes = Math.max(this.#s3.tuning.partBytes, Math.ceil(this.#size / MAX_PARTS))
    const count = Math.ceil(this.#size / partBytes)
    const done = new Array<CompletedPart>(count)
    let next = 0
    let crc = 0
    const uploadSome = async (): Promise<void> => {
      while (next < count) {
        const index = next++
        const body = sliceParts(this.#parts, index * partBytes, Math.min((index + 1) * partBytes, this.#size))
        // Parts are cut in order and without a pause in between, so this runs over the object from front to back.
        crc = crc32Of([body], crc)
        const input = {
          ...upload,
          PartNumber: index + 1,
          Body: body,
          ContentLength: body.length,
          ChecksumCRC32: base64Crc32(crc32Of([body])),
        }
        const { ETag } = await this.#s3.requests.run(() => this.#s3.send(new UploadPartCommand(input)))
        done[index] = {
          PartNumber: index + 1,
          ChecksumCRC32: input.ChecksumCRC32,
          ...(ETag === undefined ? {} : { ETag }),
        }
      }
    }
    const workers = Array.from({ length: PARTS_AT_ONCE }, () =>
      uploadSome().catch((error: unknown) => {
        next = count
        throw error
      }),
    )
    // All of them must have ended before the upload is aborted, or a late part would stay behind.
    const failed = (await Promise.allSettled(workers)).find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return { parts: done, crc }
  }

  /** Sends the request that makes the object visible, until it is known who won. */
  async #publish(send: () => Promise<{ ETag?: string | undefined }>): Promise<StoredObject> {
    const conditional = this.#condition.IfMatch !== undefined || this.#condition.IfNoneMatch !== undefined
    const attempt = async (): Promise<StoredObject> => {
      const { ETag } = await send()
      if (ETag === undefined) throw new CofferError('STORAGE_FAILED', `expected an etag for "${this.#key}", got none`)
      return { size: this.#size, etag: unquoted(ETag) }
    }
    for (let marker = false; ; marker = true) {
      try {
        return await this.#s3.requests.run(attempt, conditional ? () => this.#inspectAfterLoss() : undefined)
      } catch (error) {
        const lostItsUpload = failureOf(error).name === 'NoSuchUpload'
        if (!lostItsUpload && !(conditional && (isConditionFailed(error) || isMissing(error)))) throw error
        const there = await this.#s3.requests.run(() => this.#look())
        if (there?.mine === true) return there.stored
        if (lostItsUpload) throw error
        if (this.#options.ifAbsent !== true) throw changed(this.#key, this.#s3.location)
        if (there !== null || marker || !(await this.#replaceMarker())) throw exists(this.#key, this.#s3.location)
      }
    }
  }

  /**
   * A server may answer 412 and hang up while a large body is still being sent; the answer is then lost. One look tells
   * whether another try can succeed at all.
   */
  async #inspectAfterLoss(): Promise<StoredObject | undefined> {
    let there: { stored: StoredObject; mine: boolean } | null
    try {
      there = await this.#s3.requests.once(() => this.#look())
    } catch {
      return undefined
    }
    if (there?.mine === true) return there.stored
    if (this.#options.ifAbsent === true && there !== null) throw exists(this.#key, this.#s3.location)
    if (this.#options.ifMatch !== undefined && there?.stored.etag !== this.#options.ifMatch) {
      throw changed(this.#key, this.#s3.location)
    }
    return undefined
  }

  /**
   * Some servers (versitygw 1.8) refuse `If-None-Match: *` where only a delete marker is left of an object, though
   * nothing can be read there. The marker keeps the deleted version's etag with them, so that can be the condition.
   */
  async #replaceMarker(): Promise<boolean> {
    const { Bucket, Key } = this.#target()
    const { Versions, DeleteMarkers } = await this.#s3.requests.run(() =>
      this.#s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key, MaxKeys: 10 })),
    )
    const marked = DeleteMarkers?.some((marker) => marker.Key === Key && marker.IsLatest === true) === true
    const etag = Versions?.find((version) => version.Key === Key)?.ETag
    if (!marked || etag === undefined) return false
    this.#condition = { IfMatch: quoted(unquoted(etag)) }
    return true
  }

  async #refuseEarly(): Promise<void> {
    if (this.#options.ifAbsent !== true && this.#options.ifMatch === undefined) return
    const there = await this.#s3.requests.run(() => this.#look())
    if (this.#options.ifAbsent === true && there !== null) throw exists(this.#key, this.#s3.location)
    if (this.#options.ifMatch !== undefined && there?.stored.etag !== this.#options.ifMatch) {
      throw changed(this.#key, this.#s3.location)
    }
  }

  async #look(): Promise<{ stored: StoredObject; mine: boolean } | null> {
    const found = await this.#s3.head(this.#key)
    if (found === null) return null
    return {
      stored: { size: found.ContentLength ?? 0, etag: unquoted(found.ETag ?? '') },
      mine: found.Metadata?.[WRITE_ID] === this.#writeId,
    }
  }

  #target(): { Bucket: string; Key: string } {
    return { Bucket: this.#s3.bucket, Key: this.#s3.fullKey(this.#key) }
  }

  #description(): { Metadata: Record<string, string>; ContentType: string } {
    return {
      Metadata: { [WRITE_ID]: this.#writeId },
      ContentType: this.#options.contentType ?? 'application/octet-stream',
    }
  }
}

/** Etags travel in quotes (RFC 9110, section 8.8.3), and are kept without. */
export function unquoted(etag: string): string {
  return etag.replace(/^"|"$/g, '')
}

function quoted(etag: string): string {
  return `"${etag}"`
}
