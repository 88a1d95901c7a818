import {
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import type { S3Config } from '../contract/config/endpoint.ts'
import { failureOf, isMissing, isPassing } from './s3-errors.ts'
import { RETRY, Requests, type RetryPolicy } from './s3-retry.ts'

/** What tests make smaller. */
export interface S3Tuning extends RetryPolicy {
  /** Objects larger than this are sent in parts, in bytes. */
  multipartFrom: number
  /** Bytes of a part; S3 takes no less than 5 MiB. */
  partBytes: number
  connectMs: number
  /** No byte in either direction for this long ends a request, in ms. */
  silenceMs: number
}

export const TUNING: S3Tuning = {
  ...RETRY,
  multipartFrom: 32 * 1024 * 1024,
  partBytes: 8 * 1024 * 1024,
  connectMs: 10_000,
  silenceMs: 60_000,
}

const SOCKETS = 16
/** An upper bound for one request from its first byte to the answer's header, however slowly it trickles. */
const REQUEST_MS = 15 * 60_000

/** A bucket, a prefix, and the client that reaches them. */
export class S3Connection {
  readonly bucket: string
  readonly prefix: string
  readonly location: string
  readonly tuning: S3Tuning
  readonly requests: Requests
  readonly #client: S3Client
  #bucketSeen = false
  readonly #closing = new AbortController()

  constructor(config: S3Config, tuning: Partial<S3Tuning> = {}) {
    this.bucket = config.bucket
    const prefix = (config.prefix ?? '').replace(/^\/+|\/+$/g, '')
    this.prefix = prefix === '' ? '' : `${prefix}/`
    this.location = `s3://${this.bucket}${prefix === '' ? '' : `/${prefix}`}`
    this.tuning = { ...TUNING, ...tuning }
    this.requests = new Requests(this.tuning, SOCKETS, this.#closing.signal)
    this.#client = new S3Client(clientConfig(config, this.tuning))
  }

  readonly send: S3Client['send'] = ((command: Parameters<S3Client['send']>[0]) =>
    this.#client.send(command, { abortSignal: this.#closing.signal })) as S3Client['send']

  /**
   * Looks an object up, in one request.
   * @returns null where it is missing, which is believed only once the bucket is known to be there: a 404 to a HEAD may
   *   also mean a wrong bucket or key pair, and an archive that seems empty would be begun anew (field failure 4)
   */
  async head(key: string): Promise<HeadObjectCommandOutput | null> {
    const target = { Bucket: this.bucket, Key: this.fullKey(key) }
    try {
      const found = await this.send(new HeadObjectCommand(target))
      this.#bucketSeen = true
      return found
    } catch (error) {
      if (!isMissing(error)) {
        // An answer to a HEAD has no body that says why. The list's has one.
        if (failureOf(error).status !== undefined && !isPassing(error)) await this.#askBucket(target.Key)
        throw error
      }
    }
    if (!this.#bucketSeen) await this.#askBucket(target.Key)
    this.#bucketSeen = true
    return null
  }

  async #askBucket(prefix: string): Promise<void> {
    await this.send(new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, MaxKeys: 1 }))
  }

  fullKey(key: string): string {
    return this.prefix + key
  }

  close(): void {
    this.#closing.abort()
    this.#client.destroy()
  }
}

function clientConfig(config: S3Config, tuning: S3Tuning): S3ClientConfig {
  const agent = { keepAlive: true, maxSockets: SOCKETS }
  const region = config.region ?? (config.endpoint === undefined ? undefined : 'us-east-1')
  return {
    ...(region === undefined ? {} : { region }),
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...(config.access_key === undefined || config.secret_key === undefined
      ? {}
      : {
          credentials: {
            accessKeyId: config.access_key.reveal(),
            secretAccessKey: config.secret_key.reveal(),
            ...(config.session_token === undefined ? {} : { sessionToken: config.session_token.reveal() }),
          },
        }),
    forcePathStyle: config.path_style,
    maxAttempts: 1,
    // Waiting for "100 Continue" costs a round trip, and the SDK opens an unbounded socket for each such request.
    expectContinueHeader: false,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: tuning.connectMs,
      socketTimeout: tuning.silenceMs,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  }
}
