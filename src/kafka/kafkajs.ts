import { createRequire } from 'node:module'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import Connection, { type KafkajsLogger } from 'kafkajs/src/network/connection.js'
import { type ConnectFailure, type ConnectStage, connectError } from './connect-error.ts'
import { WireError } from './errors.ts'
import { AnswerFrames } from './framing.ts'
import { API, type Api, type ApiVersions } from './protocol/api.ts'
import { decodeApiVersions, encodeApiVersions } from './protocol/api-versions.ts'
import { ByteReader } from './protocol/byte-reader.ts'
import { ByteWriter } from './protocol/byte-writer.ts'
import type { Security } from './security.ts'

/**
 * The one file that touches kafkajs. It lends us its connection: TCP and TLS set-up and the SASL exchanges. After
 * that we frame requests and answers on its socket ourselves, because its own queue copies answers twice, keeps a
 * timer running at 1 kHz on Node 24, and decodes records lossily.
 */
const PINNED = '2.2.4'
const found = (createRequire(import.meta.url)('kafkajs/package.json') as { version: string }).version
if (found !== PINNED) {
  throw new Error(`expected kafkajs ${PINNED}, got ${found}: its internals must be checked first (kafkajs.ts)`)
}

export interface WireOptions {
  host: string
  port: number
  clientId: string
  security: Security
  keepAlive: { enabled: boolean; initialDelayMs: number; intervalMs: number }
  noDelay: boolean
  connectTimeoutMs: number
  requestTimeoutMs: number
  log: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void
  /** Told of each stage as it begins; `coffer check` names the one that fails. */
  onStage?: (stage: ConnectStage) => void
}

export interface RequestOptions {
  timeoutMs?: number
  /** Upper bound of the answer's size, checked before anything is allocated for it. */
  maxAnswerBytes?: number
  /** Lends a buffer of at least `size` bytes for the answer. */
  allocate?: (size: number) => Buffer
  /** Called when the request has been given to the socket: what is sent after that comes behind it. */
  onSent?: () => void
}

interface Waiting {
  correlationId: number
  flexible: boolean
  maxAnswerBytes: number
  allocate: (size: number) => Buffer
  resolve: (answer: Buffer) => void
  reject: (error: Error) => void
  timer: NodeJS.Timeout
}

const READ_BUFFER_BYTES = 256 * 1024
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
/** First bytes of a TLS alert record: what a TLS listener says to somebody who speaks plain Kafka. */
const TLS_ALERT = 0x1503

/** One connection to one broker, authenticated. Requests may overlap; a broker answers them in order. */
export class WireConnection {
  readonly host: string
  readonly port: number
  versions: ApiVersions = new Map()
  /** Requests without an answer yet. */
  get load(): number {
    return this.#waiting.length
  }

  readonly #options: WireOptions
  readonly #connection: Connection
  #socket: Socket | undefined
  #stage: ConnectStage = 'dns'
  #socketError: ConnectFailure | undefined
  #authenticating = false
  #broken: WireError | undefined
  #expiresAt = Number.POSITIVE_INFINITY
  #throttledUntil = 0
  #nextCorrelationId = 1
  readonly #waiting: Waiting[] = []
  readonly #frames = new AnswerFrames(
    (size, sizeBytes) => this.#beginAnswer(size, sizeBytes),
    (body) => this.#endAnswer(body),
  )

  private constructor(options: WireOptions) {
    this.#options = options
    this.host = options.host
    this.port = options.port
    this.#connection = new Connection({
      host: options.host,
      port: options.port,
      clientId: options.clientId,
      logger: quietLogger(options.log),
      requestTimeout: options.requestTimeoutMs,
      connectionTimeout: options.connectTimeoutMs,
      ssl: options.security.tls === null ? null : {},
      sasl: options.security.sasl === null ? null : { ...options.security.sasl },
      socketFactory: ({ onConnect }) => this.#openSocket(onConnect),
    })
    // Re-arms itself every millisecond for ever (its delay is negative); nothing is ever pending in our use of it.
    this.#connection.requestQueue.scheduleCheckPendingRequests = () => {}
  }

  /**
   * Connects, negotiates versions and authenticates.
   * @throws KAFKA_DNS, KAFKA_UNREACHABLE, KAFKA_TLS, KAFKA_AUTHENTICATION, UNSUPPORTED
   */
  static async open(options: WireOptions): Promise<WireConnection> {
    const wire = new WireConnection(options)
    try {
      wire.#enter('dns')
      await wire.#connect()
      wire.#enter('versions')
      await wire.#negotiate()
      if (options.security.sasl !== null) {
        wire.#enter('sasl')
        await wire.#authenticate()
      }
      wire.#enter('open')
      return wire
    } catch (error) {
      wire.close()
      throw error
    }
  }

  /** Whether new requests may be sent: connected, and not about to outlive the SASL session (KIP-368). */
  get usable(): boolean {
    return this.#broken === undefined && Date.now() < this.#expiresAt
  }

  /** The highest version of `api` that both sides have. @throws UNSUPPORTED */
  version(api: Api): number {
    const theirs = this.versions.get(api.key)
    const version = Math.min(api.max, theirs?.max ?? -1)
    if (theirs === undefined || version < Math.max(api.min, theirs.min)) {
      const range = theirs === undefined ? 'none' : `${theirs.min} to ${theirs.max}`
      throw new WireError(
        'UNSUPPORTED',
        `broker "${this.host}:${this.port}" has no common version of ${api.name}: expected ${api.min} to ${api.max}, got ${range}`,
        { hint: 'Coffer works with Apache Kafka 2.4 and newer.' },
      )
    }
    return version
  }

  /**
   * Sends one request and waits for its answer.
   * @param body in order, without the header; sent as they are, not copied
   * @returns the answer behind its header. A request that times out breaks the connection, so that a late answer
   *   can't be taken for another one.
   * @throws KAFKA_UNREACHABLE (retriable) when the connection is or gets lost
   */
  async request(api: Api, version: number, body: readonly Buffer[], options: RequestOptions = {}): Promise<Buffer> {
    while (this.#throttledUntil > Date.now() && this.#broken === undefined) {
      const wait = this.#throttledUntil - Date.now()
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
    return new Promise((resolve, reject) => {
      const socket = this.#socket
      if (this.#broken !== undefined || socket === undefined) {
        reject(this.#broken ?? this.#lost('it is closed'))
        return
      }
      const correlationId = this.#nextCorrelationId
      this.#nextCorrelationId = (correlationId % 0x7ffffffe) + 1
      const timeoutMs = options.timeoutMs ?? this.#options.requestTimeoutMs
      this.#waiting.push({
        correlationId,
        flexible: version >= api.flexible && api.key !== API.apiVersions.key,
        maxAnswerBytes: options.maxAnswerBytes ?? MAX_ANSWER_BYTES,
        allocate: options.allocate ?? Buffer.allocUnsafe,
        resolve,
        reject,
        timer: setTimeout(() => this.#break(this.#lost(`${api.name} got no answer within ${timeoutMs} ms`)), timeoutMs),
      })
      socket.cork()
      socket.write(this.#header(api, version, correlationId, body))
      for (const part of body) socket.write(part)
      socket.uncork()
      options.onSent?.()
    })
  }

  /** A broker's throttle time (KIP-219): no request is sent on this connection before it is over. */
  throttle(milliseconds: number): void {
    if (milliseconds > 0) this.#throttledUntil = Math.max(this.#throttledUntil, Date.now() + milliseconds)
  }

  /** Closes at once; requests without an answer are rejected. */
  close(): void {
    this.#break(this.#lost('it was closed'))
  }

  #header(api: Api, version: number, correlationId: number, body: readonly Buffer[]): Buffer {
    const header = new ByteWriter(64).int32(0).int16(api.key).int16(version).int32(correlationId)
    header.nullableString(this.#options.clientId)
    if (version >= api.flexible) header.noTags()
    const bytes = header.bytes()
    bytes.writeInt32BE(bytes.length - 4 + body.reduce((sum, part) => sum + part.length, 0), 0)
    return bytes
  }

  async #connect(): Promise<void> {
    try {
      await this.#connection.connect()
    } catch (cause) {
      throw this.#connectError(cause)
    } finally {
      this.#connection.requestQueue.destroy()
    }
  }

  async #negotiate(): Promise<void> {
    const ask = async (version: number) => {
      const options = { timeoutMs: this.#options.connectTimeoutMs, maxAnswerBytes: 1024 * 1024 }
      return decodeApiVersions(
        await this.request(API.apiVersions, version, [encodeApiVersions(version)], options),
        version,
      )
    }
    try {
      const answer = await ask(3)
      const unsupportedVersion = 35
      this.versions = answer.errorCode === unsupportedVersion ? (await ask(0)).versions : answer.versions
    } catch (cause) {
      throw this.#connectError(cause)
    }
  }

  async #authenticate(): Promise<void> {
    const versions = [...this.versions].map(([key, { min, max }]) => [key, { minVersion: min, maxVersion: max }])
    this.#connection.setVersions(
      Object.fromEntries(versions) as Record<number, { minVersion: number; maxVersion: number }>,
    )
    const saslAuthenticate = 36
    this.#connection.setSupportAuthenticationProtocol(this.versions.has(saslAuthenticate))
    this.#authenticating = true
    const timer = setTimeout(
      () => this.#break(this.#lost('authentication took too long')),
      this.#options.connectTimeoutMs,
    )
    try {
      await this.#connection.authenticate()
    } catch (cause) {
      throw this.#connectError(cause)
    } finally {
      clearTimeout(timer)
      this.#authenticating = false
      this.#connection.requestQueue.destroy()
    }
    const lifetime = this.#connection.sessionLifetime.toNumber()
    if (lifetime > 0) this.#expiresAt = Date.now() + lifetime * 0.8
  }

  #openSocket(onConnect: () => void): Socket {
    const { host, port, security, keepAlive, noDelay } = this.#options
    const common = {
      host,
      port,
      noDelay,
      onread: {
        buffer: Buffer.allocUnsafe(READ_BUFFER_BYTES),
        callback: (size: number, buffer: Uint8Array) => this.#received(buffer as Buffer, size),
      },
    }
    const socket =
      security.tls === null
        ? connectTcp(common, onConnect)
        : connectTls(
            { ...common, ...(isIP(host) ? {} : { servername: host }), secureContext: security.tls.context },
            onConnect,
          )
    socket.once('lookup', (error) => {
      if (!error) this.#enter('tcp')
    })
    socket.once('connect', () => {
      // Before Node 24.19 the interval is the system's own.
      socket.setKeepAlive(keepAlive.enabled, keepAlive.initialDelayMs, keepAlive.intervalMs)
      if (security.tls !== null) this.#enter('tls')
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#socketError ??= { code: error.code, message: error.message }
    })
    socket.once('close', () => this.#break(this.#lost(this.#socketError?.code ?? 'the broker closed it')))
    if (isIP(host)) this.#enter('tcp')
    this.#socket = socket
    return socket
  }

  #enter(stage: ConnectStage): void {
    this.#stage = stage
    this.#options.onStage?.(stage)
  }

  /** Bytes from the socket, in a buffer that is reused after the call. @returns true: go on reading */
  #received(chunk: Buffer, size: number): boolean {
    if (this.#broken !== undefined) return true
    // A request times out when nothing comes, not when its answer is large and the line slow.
    for (const waiting of this.#waiting) waiting.timer.refresh()
    try {
      if (this.#authenticating) this.#connection.processData(Buffer.from(chunk.subarray(0, size)))
      else this.#frames.push(chunk, size)
    } catch (error) {
      this.#break(error instanceof WireError ? error : this.#lost(String(error)))
    }
    return true
  }

  #beginAnswer(size: number, sizeBytes: Buffer): Buffer {
    const waiting = this.#waiting[0]
    if (waiting === undefined) throw this.#protocol('the broker sent an answer that nobody asked for')
    if (size < 4 || size > waiting.maxAnswerBytes) {
      const looksLikeTls = sizeBytes.readUInt16BE(0) === TLS_ALERT && this.#options.security.tls === null
      if (looksLikeTls) {
        throw new WireError(
          'KAFKA_TLS',
          `the listener "${this.host}:${this.port}" speaks TLS, but security_protocol is "${this.#options.security.protocol}"`,
          {
            hint: 'Set security_protocol to SSL or SASL_SSL, or use the port of a plain listener.',
          },
        )
      }
      throw this.#protocol(`expected an answer of 4 to ${waiting.maxAnswerBytes} bytes, got ${size}`)
    }
    return waiting.allocate(size).subarray(0, size)
  }

  #endAnswer(body: Buffer): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) return
    clearTimeout(waiting.timer)
    const reader = new ByteReader(body)
    const correlationId = reader.int32()
    if (correlationId !== waiting.correlationId) {
      const error = this.#protocol(`expected the answer to request ${waiting.correlationId}, got ${correlationId}`)
      waiting.reject(error)
      throw error
    }
    if (waiting.flexible) reader.taggedFields()
    waiting.resolve(body.subarray(reader.position))
  }

  #break(error: WireError): void {
    if (this.#broken !== undefined) return
    this.#broken = error
    this.#frames.drop()
    this.#connection.rejectRequests(error)
    this.#connection.requestQueue.destroy()
    this.#socket?.destroy()
    for (const waiting of this.#waiting.splice(0)) {
      clearTimeout(waiting.timer)
      waiting.reject(error)
    }
  }

  #lost(why: string): WireError {
    return new WireError('KAFKA_UNREACHABLE', `lost the connection to broker "${this.host}:${this.port}": ${why}`, {
      retriable: true,
      details: { broker: `${this.host}:${this.port}` },
    })
  }

  #protocol(why: string): WireError {
    return new WireError('KAFKA_PROTOCOL', `broker "${this.host}:${this.port}": ${why}`, {
      hint: 'Is this the port of a Kafka broker?',
      details: { broker: `${this.host}:${this.port}` },
    })
  }

  #connectError(cause: unknown): WireError {
    if (cause instanceof WireError && !(cause.retriable && this.#socketError !== undefined)) {
      if (cause.code !== 'KAFKA_UNREACHABLE') return cause
    }
    const said = cause as { name?: string; message?: string; type?: string } | null
    return connectError({
      host: this.host,
      port: this.port,
      stage: this.#stage,
      security: this.#options.security,
      failure: this.#socketError,
      brokerSaid: said?.name?.includes('SASL') || said?.type !== undefined ? (said.message ?? null) : null,
      cause,
    })
  }
}

function quietLogger(log: WireOptions['log']): KafkajsLogger {
  // All of it is told again by our own errors, in our words.
  const debug = (message: string) => log('debug', `kafkajs: ${message}`)
  const logger: KafkajsLogger = { namespace: () => logger, debug, info: debug, warn: debug, error: debug }
  return logger
}
