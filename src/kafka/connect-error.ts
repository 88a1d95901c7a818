import { WireError } from './errors.ts'
import type { Security } from './security.ts'

/** How far a connection has come: each stage is what is being tried. */
export type ConnectStage = 'dns' | 'tcp' | 'tls' | 'versions' | 'sasl' | 'open'

/** What the socket said. */
export interface ConnectFailure {
  code: string | undefined
  message: string
}

interface Attempt {
  host: string
  port: number
  stage: ConnectStage
  security: Security
  failure: ConnectFailure | undefined
  /** What the SASL exchange ended with, where it did. */
  brokerSaid: string | null
  cause: unknown
}

const CUT = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED'])

/** The error that names the step at which a connection failed, with what to try next. */
export function connectError(attempt: Attempt): WireError {
  const { failure, stage } = attempt
  const dns = failure?.code === 'ENOTFOUND' || failure?.code?.startsWith('EAI_') === true
  if (dns) return failed(attempt, 'KAFKA_DNS', `cannot resolve the name of broker "${attempt.host}"`, DNS_HINT, true)
  if (failure !== undefined && isTls(failure)) return tlsError(attempt, failure)
  if (stage === 'dns' || stage === 'tcp') return tcpError(attempt)
  if (stage === 'tls') return tlsError(attempt, failure)
  if (stage === 'sasl') return saslError(attempt)
  const hint =
    attempt.security.tls === null
      ? 'Is this the port of a Kafka broker, and does security_protocol fit it? A TLS listener closes plain connections.'
      : 'Is this the port of a Kafka broker? A listener that demands client certificates closes the connection too.'
  return failed(attempt, 'KAFKA_UNREACHABLE', `broker "${where(attempt)}" closed the connection`, hint, true)
}

const DNS_HINT = 'Check the spelling in bootstrap_servers, and that this machine can resolve it.'

function tcpError(attempt: Attempt): WireError {
  const code = attempt.failure?.code ?? 'ETIMEDOUT'
  const why =
    code === 'ECONNREFUSED'
      ? 'nothing listens there'
      : code === 'ETIMEDOUT'
        ? 'no answer in time'
        : code === 'EHOSTUNREACH' || code === 'ENETUNREACH'
          ? 'there is no route to it'
          : code
  const hint =
    'Check host, port and firewall. Brokers answer with their advertised listeners: those must be reachable from here too.'
  return failed(attempt, 'KAFKA_UNREACHABLE', `cannot connect to broker "${where(attempt)}": ${why}`, hint, true)
}

function tlsError(attempt: Attempt, failure: ConnectFailure | undefined): WireError {
  const code = failure?.code ?? ''
  const message = `TLS with broker "${where(attempt)}" failed: ${tlsReason(failure)}`
  return failed(attempt, 'KAFKA_TLS', message, tlsHint(code, failure?.message ?? '', attempt), CUT.has(code))
}

function tlsReason(failure: ConnectFailure | undefined): string {
  if (failure === undefined) return 'no answer in time'
  const openssl = /:([a-z0-9 /]+):[^:]*:\d+:/i.exec(failure.message)
  // what Node goes on with is advice on how to start Node
  const [reason = ''] = (openssl?.[1] ?? failure.message).split('; if the root CA')
  return reason.toLowerCase().replaceAll(/[.\n]+$/g, '')
}

function tlsHint(code: string, message: string, attempt: Attempt): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `The broker's certificate is not for "${attempt.host}": use a name that it lists.`
  }
  if (code === 'CERT_HAS_EXPIRED') return "The broker's certificate has expired: its operator must renew it."
  if (/SELF_SIGNED|UNABLE_TO|ISSUER|CERT_UNTRUSTED/.test(code)) {
    return "The broker's certificate is not signed by a trusted CA: give that CA's certificate in ssl_ca_location."
  }
  if (/WRONG_VERSION|PACKET_LENGTH|UNEXPECTED_MESSAGE/.test(code) || CUT.has(code)) {
    return 'The listener may not speak TLS: check the port and security_protocol.'
  }
  if (/ALERT|certificate required/i.test(`${code} ${message}`)) {
    return attempt.security.tls?.hasClientCertificate === true
      ? "The broker refused this client's certificate: check ssl_certificate_location and the CA that the broker trusts."
      : 'The broker asks for a client certificate: give ssl_certificate_location and ssl_key_location.'
  }
  return 'Check ssl_ca_location, and that the listener speaks TLS.'
}

function isTls(failure: ConnectFailure): boolean {
  const code = failure.code ?? ''
  return /^(ERR_SSL|ERR_TLS|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH|INVALID_CA)/.test(code)
}

function saslError(attempt: Attempt): WireError {
  const mechanism = attempt.security.sasl?.mechanism ?? ''
  const user = attempt.security.sasl?.username ?? ''
  const said = attempt.brokerSaid
  // A refusal is an answer; a cut wire is not.
  if (said === null || /closed connection|connection error|not connected|lost the connection/i.test(said)) {
    const message = `broker "${where(attempt)}" closed the connection while it authenticated`
    return failed(attempt, 'KAFKA_UNREACHABLE', message, 'Does this listener speak SASL?', true)
  }
  if (/mechanism is not supported|does not support the requested/i.test(said)) {
    const hint = 'Check sasl_mechanism against what the listener has enabled.'
    return failed(
      attempt,
      'KAFKA_AUTHENTICATION',
      `broker "${where(attempt)}" does not offer "${mechanism}"`,
      hint,
      false,
    )
  }
  if (/current SASL state/i.test(said)) {
    const hint = 'The listener does not ask for SASL: check the port and security_protocol.'
    return failed(attempt, 'KAFKA_AUTHENTICATION', `broker "${where(attempt)}" does not accept SASL`, hint, false)
  }
  const message = `broker "${where(attempt)}" refused user "${user}" by ${mechanism}`
  const hint = 'Check sasl_username, sasl_password and sasl_mechanism.'
  return failed(attempt, 'KAFKA_AUTHENTICATION', message, hint, false)
}

function where(attempt: Attempt): string {
  return `${attempt.host}:${attempt.port}`
}

function failed(
  attempt: Attempt,
  code: 'KAFKA_DNS' | 'KAFKA_UNREACHABLE' | 'KAFKA_TLS' | 'KAFKA_AUTHENTICATION',
  message: string,
  hint: string,
  retriable: boolean,
): WireError {
  return new WireError(code, message, {
    hint,
    retriable,
    details: {
      broker: where(attempt),
      step: attempt.stage,
      ...(attempt.failure?.code && { system: attempt.failure.code }),
    },
    cause: attempt.cause,
  })
}
