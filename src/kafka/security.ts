import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, getCACertificates, rootCertificates, type SecureContext } from 'node:tls'
import type { SecurityConfig } from '../contract/config/endpoint.ts'
import { CofferError } from '../contract/errors.ts'

/** What a connection needs of `security`, with its files read. */
export interface Security {
  protocol: SecurityConfig['security_protocol']
  /** null without TLS. */
  tls: { context: SecureContext; hasClientCertificate: boolean } | null
  sasl: { mechanism: string; username: string; password: string } | null
}

/**
 * Reads the PEM files and the system's trusted roots that `config` asks for.
 * @throws CONFIG_INVALID_VALUE where a file can't be read, is no PEM, or the passphrase does not open the key;
 *   CONFIG_MISSING_KEY where a SASL protocol lacks its mechanism, name or password
 */
export function loadSecurity(config: SecurityConfig): Security {
  const protocol = config.security_protocol
  return {
    protocol,
    tls: protocol === 'SSL' || protocol === 'SASL_SSL' ? loadTls(config) : null,
    sasl: protocol === 'SASL_PLAINTEXT' || protocol === 'SASL_SSL' ? loadSasl(config) : null,
  }
}

function loadSasl(config: SecurityConfig): NonNullable<Security['sasl']> {
  const { sasl_mechanism: mechanism, sasl_username: username, sasl_password: password } = config
  if (mechanism === undefined) throw missing('sasl_mechanism', config)
  if (username === undefined) throw missing('sasl_username', config)
  if (password === undefined) throw missing('sasl_password', config)
  return { mechanism, username, password: password.reveal() }
}

function missing(key: string, config: SecurityConfig): CofferError {
  return new CofferError('CONFIG_MISSING_KEY', `"${config.security_protocol}" needs "${key}"`, { details: { key } })
}

function loadTls(config: SecurityConfig): NonNullable<Security['tls']> {
  const { ssl_certificate_location: certificateFile, ssl_key_location: keyFile } = config
  if (certificateFile !== undefined && keyFile === undefined) throw missing('ssl_key_location', config)
  if (certificateFile === undefined && keyFile !== undefined) throw missing('ssl_certificate_location', config)
  const ca = config.ssl_ca_location === undefined ? systemRoots() : readPem('ssl_ca_location', config.ssl_ca_location)
  if (certificateFile === undefined || keyFile === undefined) {
    const context = secureContext({ ca }, 'ssl_ca_location', config.ssl_ca_location ?? '')
    return { context, hasClientCertificate: false }
  }
  const cert = readPem('ssl_certificate_location', certificateFile)
  const key = openKey(readPem('ssl_key_location', keyFile), keyFile, config)
  const context = secureContext({ ca, cert, key }, 'ssl_certificate_location', certificateFile)
  return { context, hasClientCertificate: true }
}

/** The key as unencrypted PEM, so that a wrong passphrase is told apart from a wrong certificate. */
function openKey(pem: string, file: string, config: SecurityConfig): string {
  const passphrase = config.ssl_key_password?.reveal()
  try {
    const key = createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase })
    return key.export({ type: 'pkcs8', format: 'pem' }).toString()
  } catch (cause) {
    const encrypted = /ENCRYPTED/.test(pem)
    const message = !encrypted
      ? `expected a private key in "${file}"`
      : passphrase === undefined
        ? `the private key in "${file}" is encrypted`
        : `the passphrase does not open the private key in "${file}"`
    throw new CofferError('CONFIG_INVALID_VALUE', message, {
      hint: encrypted ? 'Give its passphrase in ssl_key_password.' : 'Give a PEM file with a private key.',
      details: { key: encrypted ? 'ssl_key_password' : 'ssl_key_location', file },
      cause,
    })
  }
}

function secureContext(options: { ca: string | string[]; cert?: string; key?: string }, key: string, file: string) {
  try {
    return createSecureContext({ ...options, minVersion: 'TLSv1.2' })
  } catch (cause) {
    throw new CofferError('CONFIG_INVALID_VALUE', `cannot use the certificates in "${file}"`, {
      hint: `Check that ${key} is a PEM file, and that certificate and key belong together.`,
      details: { key, file },
      cause,
    })
  }
}

function readPem(key: string, file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new CofferError('CONFIG_INVALID_VALUE', `cannot read "${file}", the value of "${key}"`, {
      details: { key, file },
      cause,
    })
  }
  if (!text.includes('-----BEGIN ')) {
    throw new CofferError('CONFIG_INVALID_VALUE', `expected PEM in "${file}", the value of "${key}"`, {
      hint: 'Convert a JKS or PKCS#12 store to PEM first.',
      details: { key, file },
    })
  }
  return text
}

/** The roots that the operating system trusts; Node's own list where the system has none to give. */
function systemRoots(): string[] {
  const system = getCACertificates('system')
  return system.length > 0 ? system : [...rootCertificates]
}
