import type { KafkaEndpoint, SecurityConfig } from './endpoint.ts'
import { withoutUndefined } from './fields.ts'
import type { Problem } from './problems.ts'
import type { ConfigFile } from './schema.ts'
import type { TopicSelection } from './types.ts'
import type { KeyPath } from './yaml.ts'

/** `source` or `target`, checked for what a schema can't say. */
export function clusterOf(
  cluster: NonNullable<ConfigFile['source']>,
  path: KeyPath,
  problems: Problem[],
): KafkaEndpoint & { topics: TopicSelection } {
  const { bootstrap_servers, topics, security, connection } = cluster
  checkSecurity(withoutUndefined(security), [...path, 'security'], problems)
  return { bootstrap_servers, topics, security: withoutUndefined(security), connection }
}

/**
 * What goes with which protocol. Credentials or certificates beside a protocol that doesn't use them are an error:
 * whoever wrote them believes that the connection is protected.
 */
function checkSecurity(security: SecurityConfig, path: KeyPath, problems: Problem[]): void {
  const { security_protocol: protocol } = security
  const missing = (key: string) =>
    problems.push({
      code: 'CONFIG_MISSING_KEY',
      path: [...path, 'security_protocol'],
      message: `missing "${[...path, key].join('.')}", which ${protocol} needs`,
    })
  const unused = (key: string, hint: string) =>
    problems.push({
      code: 'CONFIG_CONFLICT',
      path: [...path, key],
      message: `"${[...path, key].join('.')}" is set, but the security protocol ${protocol} does not use it`,
      hint,
    })
  const sasl = protocol.startsWith('SASL')
  const tls = protocol.endsWith('SSL')
  for (const key of ['sasl_mechanism', 'sasl_username', 'sasl_password'] as const) {
    if (sasl && security[key] === undefined) missing(key)
    if (!sasl && security[key] !== undefined)
      unused(key, `Set "security_protocol: ${tls ? 'SASL_SSL' : 'SASL_PLAINTEXT or SASL_SSL'}", or remove it.`)
  }
  for (const key of ['ssl_ca_location', 'ssl_certificate_location', 'ssl_key_location', 'ssl_key_password'] as const) {
    if (!tls && security[key] !== undefined)
      unused(key, `Set "security_protocol: ${sasl ? 'SASL_SSL' : 'SSL'}", or remove it.`)
  }
  if (tls && security.ssl_certificate_location !== undefined && security.ssl_key_location === undefined)
    missing('ssl_key_location')
  if (tls && security.ssl_certificate_location === undefined && security.ssl_key_location !== undefined) {
    missing('ssl_certificate_location')
  }
}
