import type { KafkaEndpoint } from '../contract/config/endpoint.ts'
import { CofferError } from '../contract/errors.ts'
import type { ConnectStage } from './connect-error.ts'
import { brokerError, isRetriable, WireError } from './errors.ts'
import { type RequestOptions, WireConnection, type WireOptions } from './kafkajs.ts'
import { API, type Api } from './protocol/api.ts'
import { decodeMetadata, encodeMetadata, type MetadataAnswer } from './protocol/metadata.ts'
import { retrying } from './retry.ts'
import { loadSecurity, type Security } from './security.ts'
import type { BrokerAddress } from './types.ts'

export type WireLog = (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void

export const CONNECT_TIMEOUT_MS = 10_000
export const REQUEST_TIMEOUT_MS = 30_000
/** How long a request that isn't about bulk data is tried again. */
export const PATIENCE_MS = 60_000

/** A request in one version: what to send, and how to read the answer. */
export interface Call<T> {
  api: Api
  encode: (version: number) => Buffer | readonly Buffer[]
  decode: (answer: Buffer, version: number) => T & { throttleMs: number }
  options?: RequestOptions
}

interface Leader {
  id: number
  epoch: number
}

/**
 * The brokers of one cluster: connections, opened when first needed, and who leads which partition. Connection 0 of a
 * broker carries short requests; 1 to `connections_per_broker` carry bulk data, so that partitions don't wait for
 * each other (a broker answers one request after the other on a connection).
 */
export class Brokers {
  readonly #endpoint: KafkaEndpoint
  readonly #security: Security
  readonly #clientId: string
  readonly log: WireLog
  #addresses = new Map<number, BrokerAddress>()
  #controllerId: number | null = null
  clusterId: string | null = null
  readonly #leaders = new Map<string, Leader>()
  readonly #connections = new Map<string, Promise<WireConnection>>()
  readonly #refreshing = new Map<string, Promise<MetadataAnswer>>()
  #bootstrap: Promise<WireConnection> | null = null
  #lanes = 0
  #closed = false

  constructor(endpoint: KafkaEndpoint, clientId: string, log: WireLog) {
    this.#endpoint = endpoint
    this.#security = loadSecurity(endpoint.security)
    this.#clientId = clientId
    this.log = log
  }

  get addresses(): readonly BrokerAddress[] {
    return [...this.#addresses.values()]
  }

  get controllerId(): number | null {
    return this.#controllerId
  }

  /** Reaches the first bootstrap server that answers and learns the brokers. @throws the most telling error of all */
  async start(): Promise<void> {
    await this.metadata([])
  }

  /** A number for each user of bulk connections, so that they spread over a broker's connections. */
  takeLane(): number {
    return 1 + (this.#lanes++ % Math.max(1, this.#endpoint.connection.connections_per_broker))
  }

  /** Sends to a given broker. @param lane 0 for short requests, else from `takeLane` */
  async callBroker<T>(id: number, lane: number, call: Call<T>): Promise<T & { throttleMs: number }> {
    return sendCall(await this.connection(id, lane), call)
  }

  /** A connection that works, opened where there is none: for callers to whom it matters that it is another one. */
  async connection(id: number, lane: number): Promise<WireConnection> {
    this.#failIfClosed()
    const key = `${id}/${lane}`
    const existing = this.#connections.get(key)
    if (existing !== undefined) {
      const wire = await existing.catch(() => null)
      if (wire?.usable === true) return wire
      if (this.#connections.get(key) === existing) this.#connections.delete(key)
      if (wire !== null) retire(wire)
    }
    const again = this.#connections.get(key)
    if (again !== undefined) return again
    const address = this.#addresses.get(id)
    if (address === undefined) {
      throw new WireError('KAFKA_UNAVAILABLE', `broker ${id} is not among the cluster's live brokers`, {
        retriable: true,
      })
    }
    this.#failIfClosed()
    const opening = WireConnection.open(this.#options(address.host, address.port))
    this.#connections.set(key, opening)
    return opening
  }

  /** Sends to whichever broker can be reached. */
  async callAny<T>(call: Call<T>): Promise<T & { throttleMs: number }> {
    return sendCall(await this.#anyConnection(), call)
  }

  /** Sends to the controller where it is known: before Kafka 2.8 only it creates topics. */
  async callController<T>(call: Call<T>): Promise<T & { throttleMs: number }> {
    const id = this.#controllerId
    return id !== null && this.#addresses.has(id) ? this.callBroker(id, 0, call) : this.callAny(call)
  }

  /** Metadata of `names` (null: all), which also refreshes what is known of brokers and leaders. */
  metadata(names: readonly string[] | null, withOperations = false): Promise<MetadataAnswer> {
    const key = JSON.stringify([names, withOperations])
    const running = this.#refreshing.get(key)
    if (running !== undefined) return running
    const started = this.#fetchMetadata(names, withOperations).finally(() => this.#refreshing.delete(key))
    this.#refreshing.set(key, started)
    return started
  }

  /** Who leads a partition. @throws TOPIC_MISSING or KAFKA_UNAVAILABLE, both retriable: metadata may lag behind */
  async leader(topic: string, partition: number): Promise<Leader> {
    const key = `${topic}/${partition}`
    const known = this.#leaders.get(key)
    if (known !== undefined) return known
    const answer = await this.metadata([topic])
    const found = this.#leaders.get(key)
    if (found !== undefined) return found
    const entry = answer.topics[0]
    const what = `finding the leader of topic "${topic}" partition ${partition}`
    if (entry !== undefined && entry.errorCode !== 0) throw brokerError(entry.errorCode, what, { topic, partition })
    const code = entry?.partitions.some((p) => p.partition === partition) === true ? 5 : 3
    throw brokerError(code, what, { topic, partition })
  }

  /** Forgets a leader that turned out to be none, so that the next `leader()` asks again. */
  forgetLeader(topic: string, partition: number): void {
    this.#leaders.delete(`${topic}/${partition}`)
  }

  /** Does `attempt` with the partition's leader, again and again across leader changes and lost connections. */
  withLeader<T>(
    what: string,
    { topic, partition }: { topic: string; partition: number },
    options: { deadlineMs?: number; signal?: AbortSignal | undefined },
    attempt: (leader: Leader) => Promise<T>,
  ): Promise<T> {
    const recover = async () => this.forgetLeader(topic, partition)
    const { deadlineMs = PATIENCE_MS, signal } = options
    return retrying(what, { deadlineMs, signal, recover }, async () => attempt(await this.leader(topic, partition)))
  }

  async close(): Promise<void> {
    this.#closed = true
    const all = [...this.#connections.values(), ...(this.#bootstrap === null ? [] : [this.#bootstrap])]
    this.#connections.clear()
    this.#bootstrap = null
    const settled = await Promise.allSettled(all)
    for (const result of settled) if (result.status === 'fulfilled') result.value.close()
  }

  async #fetchMetadata(names: readonly string[] | null, withOperations: boolean): Promise<MetadataAnswer> {
    const answer = await this.callAny({
      api: API.metadata,
      encode: (version) => encodeMetadata(version, names, withOperations),
      decode: decodeMetadata,
    })
    if (answer.brokers.length > 0) this.#addresses = new Map(answer.brokers.map((broker) => [broker.id, broker]))
    this.#controllerId = answer.controllerId
    this.clusterId = answer.clusterId
    for (const topic of answer.topics) {
      for (const { partition, leader, leaderEpoch, errorCode } of topic.partitions) {
        const key = `${topic.name}/${partition}`
        if (leader >= 0 && errorCode !== 5) this.#leaders.set(key, { id: leader, epoch: leaderEpoch })
        else this.#leaders.delete(key)
      }
    }
    return answer
  }

  async #anyConnection(): Promise<WireConnection> {
    const errors: unknown[] = []
    for (const id of shuffled([...this.#addresses.keys()])) {
      try {
        return await this.connection(id, 0)
      } catch (error) {
        if (!isRetriable(error)) throw error
        errors.push(error)
      }
    }
    return this.#bootstrapConnection()
  }

  /** The connection over which the brokers were first learned; also the way back when all addresses went stale. */
  async #bootstrapConnection(): Promise<WireConnection> {
    this.#failIfClosed()
    const existing = this.#bootstrap
    if (existing !== null) {
      const wire = await existing.catch(() => null)
      if (wire?.usable === true) return wire
      if (this.#bootstrap === existing) this.#bootstrap = null
      if (wire !== null) retire(wire)
    }
    this.#bootstrap ??= this.#reachAny()
    return this.#bootstrap
  }

  async #reachAny(): Promise<WireConnection> {
    const errors: CofferError[] = []
    for (const server of this.#endpoint.bootstrap_servers) {
      try {
        const { host, port } = parseServer(server)
        return await WireConnection.open(this.#options(host, port))
      } catch (error) {
        if (!(error instanceof CofferError)) throw error
        errors.push(error)
      }
    }
    throw mostTelling(errors)
  }

  #options(host: string, port: number): WireOptions {
    return connectionOptions(this.#endpoint, this.#security, this.#clientId, this.log, host, port)
  }

  #failIfClosed(): void {
    if (this.#closed) throw new CofferError('KAFKA_UNAVAILABLE', 'the connection to the cluster has been closed')
  }
}

/** Sends a call in the highest version that both sides have. */
export async function sendCall<T>(wire: WireConnection, call: Call<T>): Promise<T & { throttleMs: number }> {
  const version = wire.version(call.api)
  const body = call.encode(version)
  const answer = await wire.request(call.api, version, Buffer.isBuffer(body) ? [body] : body, call.options)
  const decoded = call.decode(answer, version)
  wire.throttle(decoded.throttleMs)
  return decoded
}

export function connectionOptions(
  endpoint: KafkaEndpoint,
  security: Security,
  clientId: string,
  log: WireLog,
  host: string,
  port: number,
  onStage?: (stage: ConnectStage) => void,
): WireOptions {
  const { tcp_keepalive, keepalive_time_secs, keepalive_interval_secs, tcp_nodelay } = endpoint.connection
  return {
    host,
    port,
    clientId,
    security,
    keepAlive: {
      enabled: tcp_keepalive,
      initialDelayMs: keepalive_time_secs * 1000,
      intervalMs: keepalive_interval_secs * 1000,
    },
    noDelay: tcp_nodelay,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    log,
    ...(onStage === undefined ? {} : { onStage }),
  }
}

/** Lets a connection whose SASL session ends soon answer what it still owes, then closes it. */
function retire(wire: WireConnection): void {
  if (wire.load === 0) wire.close()
  else setTimeout(() => retire(wire), 1000).unref()
}

/** `host:port`, `[::1]:9092`; without a port Kafka's 9092. @throws CONFIG_INVALID_VALUE */
export function parseServer(server: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(server.trim())
  const port = Number(match?.[3] ?? 9092)
  const host = match?.[1] ?? match?.[2]
  if (host === undefined || port < 1 || port > 65535) {
    throw new CofferError('CONFIG_INVALID_VALUE', `expected host:port, got "${server}"`, {
      details: { key: 'bootstrap_servers' },
    })
  }
  return { host, port }
}

/** Which failure says most when several servers failed in different ways: the one that came furthest. */
const TELLING = ['KAFKA_DNS', 'KAFKA_UNREACHABLE', 'KAFKA_PROTOCOL', 'KAFKA_TLS', 'UNSUPPORTED', 'KAFKA_AUTHENTICATION']

function mostTelling(errors: readonly CofferError[]): CofferError {
  const [worst] = [...errors].sort((a, b) => TELLING.indexOf(b.code) - TELLING.indexOf(a.code))
  return worst ?? new CofferError('CONFIG_MISSING_KEY', '"bootstrap_servers" names no server')
}

function shuffled<T>(values: T[]): T[] {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[values[i], values[j]] = [values[j] as T, values[i] as T]
  }
  return values
}
