import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { KafkaEndpoint } from '../../contract/config/endpoint.ts'
import type { Operation } from '../../kafka/cluster.ts'
import { shellWord } from '../shell-word.ts'

/** Rights that are missing, and on what. */
export interface MissingRights {
  operations: readonly Operation[]
  on: { topic: string } | { group: string } | 'cluster'
}

/**
 * What to ask the platform team for: the `kafka-acls.sh` command (org.apache.kafka:kafka-tools, AclCommand) that
 * allows it. Every name in it is quoted for a shell: a group may be called anything.
 */
export function aclHint(endpoint: KafkaEndpoint, { operations, on }: MissingRights): string {
  const words = ['kafka-acls.sh', '--bootstrap-server', endpoint.bootstrap_servers[0] ?? 'HOST:PORT']
  if (endpoint.security.security_protocol !== 'PLAINTEXT') words.push('--command-config', 'admin.properties')
  words.push('--add', '--allow-principal', principalOf(endpoint))
  for (const operation of operations) words.push('--operation', spelled(operation))
  if (on === 'cluster') words.push('--cluster')
  else if ('topic' in on) words.push('--topic', on.topic)
  else words.push('--group', on.group)
  return `Ask whoever runs the cluster for: ${words.map(shellWord).join(' ')}`
}

/** The user's name, as the broker has it. */
export function userOf(endpoint: KafkaEndpoint): string {
  return principalOf(endpoint).slice('User:'.length)
}

/**
 * Who the broker takes this client for. With a certificate this is its whole subject, unless the broker's
 * `ssl.principal.mapping.rules` shorten it, which nobody can see from here.
 */
function principalOf({ security }: KafkaEndpoint): string {
  if (security.security_protocol.startsWith('SASL_')) return `User:${security.sasl_username ?? ''}`
  if (security.ssl_certificate_location === undefined) return 'User:ANONYMOUS'
  try {
    const { subject } = new X509Certificate(readFileSync(security.ssl_certificate_location))
    return `User:${subject.split('\n').reverse().join(',')}`
  } catch {
    return 'User:(the subject of the client certificate)'
  }
}

/** As AclCommand spells it: `describeConfigs` → `DescribeConfigs`. */
function spelled(operation: Operation): string {
  return operation.charAt(0).toUpperCase() + operation.slice(1)
}
