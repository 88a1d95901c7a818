import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { KafkaEndpoint } from '../contract/config/endpoint.ts'
import { CofferError, type SerializedError, serializeError } from '../contract/errors.ts'
import type { SaidId } from '../contract/said/english.ts'
import { beside, english, type Said, type SaidValues, say } from '../contract/said/said.ts'
import { connectionOptions, parseServer, sendCall, type WireLog } from './brokers.ts'
import type { ConnectStage } from './connect-error.ts'
import { WireConnection } from './kafkajs.ts'
import { API } from './protocol/api.ts'
import { decodeMetadata, encodeMetadata } from './protocol/metadata.ts'
import { loadSecurity, type Security } from './security.ts'
import type { BrokerAddress } from './types.ts'

export type CheckStep = 'dns' | 'tcp' | 'tls' | 'sasl' | 'metadata'

export interface CheckLine {
  /** As in `bootstrap_servers`, or a broker's advertised `host:port`. */
  server: string
  step: CheckStep
  ok: boolean
  /** In words. */
  detail: string
  /** What the words are made of, without the error's hint; always there where it is `ok`. */
  said?: Said
  error?: SerializedError
}

const CLIENT_ID = 'coffer-check'

/**
 * Tries each bootstrap server step by step, and then the brokers that the cluster names as its own, since those are
 * where all further work goes. For each server the list ends with the step that failed, or with `metadata`.
 * Never throws for what it is there to find out.
 */
export async function checkEndpoint(endpoint: KafkaEndpoint, log: WireLog = () => {}): Promise<CheckLine[]> {
  let security: Security
  try {
    security = loadSecurity(endpoint.security)
  } catch (error) {
    const step = error instanceof CofferError && error.code === 'CONFIG_MISSING_KEY' ? 'sasl' : 'tls'
    return endpoint.bootstrap_servers.map((server) => failure(server, step, error))
  }
  const lines: CheckLine[] = []
  const brokers = new Map<string, BrokerAddress>()
  for (const server of endpoint.bootstrap_servers) {
    lines.push(...(await checkServer(endpoint, security, server, log, brokers)))
  }
  for (const [server, broker] of brokers) {
    if (endpoint.bootstrap_servers.includes(server)) continue
    const found = await checkServer(endpoint, security, server, log, new Map())
    const failed = found.find((line) => !line.ok)
    if (failed === undefined) {
      lines.push({
        server,
        step: 'metadata',
        ok: true,
        ...seen(say('check.brokerAnswers', { broker: broker.id })),
      })
    } else
      lines.push({
        ...failed,
        detail: `broker ${broker.id} can not be used at its advertised address: ${failed.detail}`,
        said: say('check.brokerUnusable', {
          broker: broker.id,
          why: failed.said ?? failed.error?.message ?? failed.detail,
        }),
      })
  }
  return lines
}

async function checkServer(
  endpoint: KafkaEndpoint,
  security: Security,
  server: string,
  log: WireLog,
  brokers: Map<string, BrokerAddress>,
): Promise<CheckLine[]> {
  const lines: CheckLine[] = []
  const ok = (step: CheckStep, id: SaidId, values?: SaidValues) =>
    lines.push({ server, step, ok: true, ...seen(say(id, values)) })
  let stage: ConnectStage = 'dns'
  let wire: WireConnection | null = null
  try {
    const { host, port } = parseServer(server)
    const addresses = await resolve(host)
    const onStage = (next: ConnectStage) => {
      if (next === 'tcp' && isIP(host)) ok('dns', 'check.isAddress', { host })
      else if (next === 'tcp') ok('dns', 'check.resolves', { host, addresses: addresses.join(', ') })
      if ((next === 'tls' || next === 'versions') && stage === 'tcp') ok('tcp', 'check.portOpen', { port })
      if (next === 'versions' && stage === 'tls') ok('tls', 'check.certificateTrusted')
      if (next === 'open' && security.sasl !== null)
        ok('sasl', 'check.signedIn', { user: security.sasl.username, mechanism: security.sasl.mechanism })
      stage = next
    }
    wire = await WireConnection.open(connectionOptions(endpoint, security, CLIENT_ID, log, host, port, onStage))
    const answer = await sendCall(wire, {
      api: API.metadata,
      encode: (version) => encodeMetadata(version, []),
      decode: decodeMetadata,
    })
    for (const broker of answer.brokers) brokers.set(`${broker.host}:${broker.port}`, broker)
    ok('metadata', 'check.cluster', {
      cluster: answer.clusterId ?? 'unknown',
      brokers: say('check.brokers', { count: answer.brokers.length }),
    })
  } catch (error) {
    const failed = stepOf(error, stage, security)
    // A TLS listener that wants a certificate says so only after the handshake.
    const before = lines.filter((line) => line.step !== failed)
    return [...before, failure(server, failed, unhelpful(error, security))]
  } finally {
    wire?.close()
  }
  return lines
}

const seen = (said: Said) => ({ detail: english(said), said })

async function resolve(host: string): Promise<string[]> {
  if (isIP(host)) return [host]
  // Failures are left to the connection, which words them.
  const found = await lookup(host, { all: true }).catch(() => [])
  return found.map(({ address }) => address)
}

function stepOf(error: unknown, stage: ConnectStage, security: Security): CheckStep {
  const code = error instanceof CofferError ? error.code : null
  if (code === 'KAFKA_DNS' || code === 'CONFIG_INVALID_VALUE') return 'dns'
  if (code === 'KAFKA_TLS') return 'tls'
  if (code === 'KAFKA_AUTHENTICATION') return 'sasl'
  if (stage === 'dns' || stage === 'tcp') return 'tcp'
  if (stage === 'tls' || stage === 'sasl') return stage
  return stage === 'versions' && security.tls !== null ? 'tls' : 'metadata'
}

/** A connection that is cut right after it was accepted tells no reason: the likely one is named. */
function unhelpful(error: unknown, security: Security): unknown {
  if (!(error instanceof CofferError) || error.code !== 'KAFKA_UNREACHABLE' || error.hint !== undefined) return error
  const hint =
    security.sasl === null
      ? 'The listener may ask for SASL: check the port and security_protocol.'
      : 'Check that the port belongs to the listener for this security_protocol.'
  return new CofferError(error.code, error.message, { hint, cause: error, details: error.details ?? {} })
}

function failure(server: string, step: CheckStep, error: unknown): CheckLine {
  const serialized = serializeError(error)
  const hint = serialized.hint === undefined ? '' : ` (${serialized.hint})`
  return {
    server,
    step,
    ok: false,
    detail: `${serialized.message}${hint}`,
    ...beside(serialized.said),
    error: serialized,
  }
}
