import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3'
import type { S3Config } from '../contract/config/endpoint.ts'
import { CofferError } from '../contract/errors.ts'
import {
  bodyParts,
  checkKey,
  checkPrefix,
  checkRange,
  checkSize,
  compareKeys,
  DEFAULT_MAX_BYTES,
  missing,
} from './keys.ts'
import { contentLength, dropBody, readBody } from './s3-body.ts'
import { S3Connection, type S3Tuning } from './s3-connection.ts'
import { BrokenAnswer, failureOf, isMissing, s3Error } from './s3-errors.ts'
import { lockOf } from './s3-lock.ts'
import { s3Locks } from './s3-locks.ts'
import { S3Write, unquoted } from './s3-write.ts'
import type {
  ListedObject,
  PutOptions,
  Storage,
  StorageLocks,
  StoredBytes,
  StoredObject,
  StoredRetention,
} from './storage.ts'

/** Objects in a bucket of Amazon S3 or of a server that speaks its API. */
export class S3Storage implements Storage {
  readonly kind = 's3'
  readonly location: string
  readonly locks: StorageLocks
  readonly #s3: S3Connection

  /** @param tuning for tests */
  constructor(config: S3Config, tuning: Partial<S3Tuning> = {}) {
    this.#s3 = new S3Connection(config, tuning)
    this.location = this.#s3.location
    this.locks = s3Locks(this.#s3)
  }

  async put(key: string, body: Buffer | readonly Buffer[], options: PutOptions = {}): Promise<StoredObject> {
    this.#checkKey(key)
    const { parts, size } = bodyParts(body)
    return await this.#explained(`write "${key}"`, () => new S3Write(this.#s3, key, parts, size, options).run())
  }

  async get(key: string, options: { maxBytes?: number } = {}): Promise<StoredBytes> {
    this.#checkKey(key)
    const input = { ...this.#target(key), ChecksumMode: 'ENABLED' as const }
    return await this.#reading(key, async () => {
      const { Body, ContentLength, ETag } = await this.#s3.send(new GetObjectCommand(input))
      try {
        const size = contentLength(key, ContentLength)
        checkSize(key, size, options.maxBytes ?? DEFAULT_MAX_BYTES)
        return { body: await readBody(Body, key, size), size, etag: unquoted(ETag ?? '') }
      } finally {
        dropBody(Body)
      }
    })
  }

  async getRange(key: string, start: number, end: number): Promise<Buffer> {
    this.#checkKey(key)
    checkRange(key, start, end)
    checkSize(key, end - start, DEFAULT_MAX_BYTES)
    // HTTP has no empty range.
    if (start === end) return await this.#emptyRange(key, end)
    const input = { ...this.#target(key), Range: `bytes=${start}-${end - 1}` }
    return await this.#reading(key, async () => {
      const { Body, ContentLength, ContentRange } = await this.#s3.send(new GetObjectCommand(input))
      try {
        const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(ContentRange ?? '')
        if (range === null || Number(range[1]) !== start || Number(range[2]) !== end - 1) {
          throw new CofferError(
            'STORAGE_FAILED',
            `expected bytes ${start} to ${end} of "${key}", got "${ContentRange}"`,
            {
              details: { key },
            },
          )
        }
        if (contentLength(key, ContentLength) !== end - start) {
          throw new BrokenAnswer(`expected ${end - start} bytes of "${key}", was promised ${ContentLength}`)
        }
        return await readBody(Body, key, end - start)
      } finally {
        dropBody(Body)
      }
    })
  }

  async head(key: string): Promise<StoredObject | null> {
    this.#checkKey(key)
    return await this.#explained(`look up "${key}"`, () =>
      this.#s3.requests.run(async () => {
        const found = await this.#s3.head(key)
        if (found === null) return null
        return { size: contentLength(key, found.ContentLength), etag: unquoted(found.ETag ?? '') }
      }),
    )
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    for await (const page of this.#pages(prefix)) {
      for (const object of page.Contents ?? []) {
        // Consoles make an empty object with a slash at its end to show a folder.
        if (object.Key === undefined || object.Key.endsWith('/')) continue
        yield {
          key: object.Key.slice(this.#s3.prefix.length),
          size: object.Size ?? 0,
          etag: unquoted(object.ETag ?? ''),
          lastModified: object.LastModified?.getTime() ?? 0,
        }
      }
    }
  }

  async listFolders(prefix: string): Promise<string[]> {
    const names: string[] = []
    for await (const page of this.#pages(prefix, '/')) {
      for (const { Prefix } of page.CommonPrefixes ?? []) {
        const name = Prefix?.slice(this.#s3.prefix.length + prefix.length, -1) ?? ''
        if (name !== '') names.push(name)
      }
    }
    return names.sort(compareKeys)
  }

  async delete(key: string): Promise<void> {
    // In a bucket with versions, deleting what is not there would leave a marker.
    if ((await this.head(key)) === null) return
    await this.#explained(`delete "${key}"`, () =>
      this.#s3.requests.run(async () => {
        try {
          await this.#s3.send(new DeleteObjectCommand(this.#target(key)))
        } catch (error) {
          if (!isMissing(error)) throw error
        }
      }),
    )
  }

  async retention(key: string): Promise<StoredRetention> {
    this.#checkKey(key)
    return await this.#explained(`ask how "${key}" is kept`, () =>
      this.#s3.requests.run(async () => {
        const found = await this.#s3.head(key)
        if (found === null) throw missing(key, this.location)
        const kms = found.SSEKMSKeyId === undefined ? '' : ` ${found.SSEKMSKeyId}`
        const encryption = found.ServerSideEncryption === undefined ? null : `${found.ServerSideEncryption}${kms}`
        return { ...(await lockOf(this.#s3, key)), encryption }
      }),
    )
  }

  async close(): Promise<void> {
    this.#s3.close()
  }

  async *#pages(prefix: string, delimiter?: string): AsyncGenerator<ListObjectsV2CommandOutput> {
    checkPrefix(prefix)
    let token: string | undefined
    do {
      const input = {
        Bucket: this.#s3.bucket,
        Prefix: this.#s3.fullKey(prefix),
        ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }
      const page = await this.#explained(prefix === '' ? 'list what is' : `list "${prefix}"`, () =>
        this.#s3.requests.run(() => this.#s3.send(new ListObjectsV2Command(input))),
      )
      yield page
      const next = page.IsTruncated === true ? page.NextContinuationToken : undefined
      if (page.IsTruncated === true && (next === undefined || next === token)) {
        throw new CofferError('STORAGE_FAILED', `expected a further page of the list of "${prefix}", got none`)
      }
      token = next
    } while (token !== undefined)
  }

  async #emptyRange(key: string, end: number): Promise<Buffer> {
    const there = await this.head(key)
    if (there === null) throw missing(key, this.location)
    if (there.size < end) {
      throw new CofferError('STORAGE_FAILED', `expected bytes up to ${end} of "${key}", it has ${there.size}`)
    }
    return Buffer.alloc(0)
  }

  async #reading<T>(key: string, attempt: () => Promise<T>): Promise<T> {
    return await this.#explained(`read "${key}"`, async () => {
      try {
        return await this.#s3.requests.run(attempt)
      } catch (error) {
        if (isMissing(error)) throw missing(key, this.location, error)
        if (failureOf(error).name === 'InvalidRange') {
          throw new CofferError('STORAGE_FAILED', `"${key}" ends before the bytes that were asked for`, {
            details: { key },
            cause: error,
          })
        }
        throw error
      }
    })
  }

  async #explained<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw s3Error(error, doing, this.location)
    }
  }

  #checkKey(key: string): void {
    checkKey(key)
    checkKey(this.#s3.fullKey(key))
  }

  #target(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#s3.bucket, Key: this.#s3.fullKey(key) }
  }
}
