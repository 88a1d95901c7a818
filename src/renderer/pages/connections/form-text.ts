import { parse, stringify } from 'yaml'
import type { ConnectionKind } from '../../../contract/ipc/connection.ts'

export const PROTOCOLS = ['SASL_SSL', 'SSL', 'SASL_PLAINTEXT', 'PLAINTEXT'] as const
export const MECHANISMS = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'PLAIN'] as const

/** What the form knows of a cluster. `…Variable` name the `${VAR}` that a secret stands under; it is never here itself. */
export interface ClusterFields {
  servers: string
  protocol: (typeof PROTOCOLS)[number]
  mechanism: (typeof MECHANISMS)[number]
  username: string
  passwordVariable: string
  ca: string
  certificate: string
  key: string
  keyPasswordVariable: string
}

export interface StorageFields {
  backend: 'filesystem' | 's3'
  path: string
  bucket: string
  region: string
  prefix: string
  endpoint: string
  allowHttp: boolean
  accessKeyVariable: string
  secretKeyVariable: string
}

export interface ConnectionFields {
  cluster: ClusterFields
  storage: StorageFields
}

export function emptyFields(): ConnectionFields {
  return {
    cluster: {
      servers: '',
      protocol: 'SASL_SSL',
      mechanism: 'SCRAM-SHA-512',
      username: '',
      passwordVariable: '',
      ca: '',
      certificate: '',
      key: '',
      keyPasswordVariable: '',
    },
    storage: {
      backend: 'filesystem',
      path: '',
      bucket: '',
      region: '',
      prefix: '',
      endpoint: '',
      allowHttp: false,
      accessKeyVariable: '',
      secretKeyVariable: '',
    },
  }
}

export const usesSasl = (fields: ClusterFields): boolean => fields.protocol.startsWith('SASL')
export const usesTls = (fields: ClusterFields): boolean => fields.protocol.endsWith('SSL')

/** A variable's name of its own for a connection: one name has one value in a profile. */
export function variableFor(connection: string, what: string): string {
  const slug = connection
    .normalize('NFKD')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return `COFFER_${slug === '' ? 'CONNECTION' : slug}_${what}`.slice(0, 128)
}

/** The connection's text, as it would stand under `source:`, `target:` or `storage:`. Empty fields are left out. */
export function textOf(kind: ConnectionKind, fields: ConnectionFields): string {
  return stringify(kind === 'storage' ? storageSection(fields.storage) : clusterSection(fields.cluster), {
    lineWidth: 0,
  })
}

function clusterSection(one: ClusterFields): Record<string, unknown> {
  const security = without({
    security_protocol: one.protocol,
    ...(usesSasl(one)
      ? { sasl_mechanism: one.mechanism, sasl_username: one.username, sasl_password: variable(one.passwordVariable) }
      : {}),
    ...(usesTls(one)
      ? {
          ssl_ca_location: one.ca,
          ssl_certificate_location: one.certificate,
          ssl_key_location: one.key,
          ssl_key_password: one.key === '' ? '' : variable(one.keyPasswordVariable),
        }
      : {}),
  })
  const servers = one.servers.split(/[\s,]+/).filter((server) => server !== '')
  return { bootstrap_servers: servers, security }
}

function storageSection(one: StorageFields): Record<string, unknown> {
  if (one.backend === 'filesystem') return { backend: 'filesystem', path: one.path }
  const keys = one.accessKeyVariable !== '' || one.secretKeyVariable !== ''
  return without({
    backend: 's3',
    bucket: one.bucket,
    region: one.region,
    prefix: one.prefix,
    endpoint: one.endpoint,
    allow_http: one.allowHttp && one.endpoint.startsWith('http:') ? true : '',
    access_key: keys ? variable(one.accessKeyVariable) : '',
    secret_key: keys ? variable(one.secretKeyVariable) : '',
  })
}

const variable = (name: string): string => (name === '' ? '' : `\${${name}}`)

function without(section: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(section).filter(([, value]) => value !== ''))
}

/** @returns the fields of a connection's text, or null where it says something that the form does not know */
export function fieldsOf(kind: ConnectionKind, text: string): ConnectionFields | null {
  let section: unknown
  try {
    section = parse(text)
  } catch {
    return null
  }
  if (typeof section !== 'object' || section === null) return null
  const fields = emptyFields()
  const read = kind === 'storage' ? readStorage : readCluster
  if (!read(section as Record<string, unknown>, fields)) return null
  // What the form would write must say the same: else something of the text would be lost.
  return JSON.stringify(sorted(parse(textOf(kind, fields)))) === JSON.stringify(sorted(section)) ? fields : null
}

function readCluster(section: Record<string, unknown>, { cluster }: ConnectionFields): boolean {
  const servers = section.bootstrap_servers
  if (!Array.isArray(servers)) return false
  cluster.servers = servers.join(', ')
  const security = (section.security ?? {}) as Record<string, unknown>
  const text = (key: string) => (typeof security[key] === 'string' ? (security[key] as string) : '')
  cluster.protocol = (text('security_protocol') || 'PLAINTEXT') as ClusterFields['protocol']
  if (text('sasl_mechanism') !== '') cluster.mechanism = text('sasl_mechanism') as ClusterFields['mechanism']
  cluster.username = text('sasl_username')
  cluster.passwordVariable = nameIn(text('sasl_password'))
  cluster.ca = text('ssl_ca_location')
  cluster.certificate = text('ssl_certificate_location')
  cluster.key = text('ssl_key_location')
  cluster.keyPasswordVariable = nameIn(text('ssl_key_password'))
  return PROTOCOLS.includes(cluster.protocol) && MECHANISMS.includes(cluster.mechanism)
}

function readStorage(section: Record<string, unknown>, { storage }: ConnectionFields): boolean {
  const text = (key: string) => (typeof section[key] === 'string' ? (section[key] as string) : '')
  if (section.backend !== 'filesystem' && section.backend !== 's3') return false
  storage.backend = section.backend
  storage.path = text('path')
  storage.bucket = text('bucket')
  storage.region = text('region')
  storage.prefix = text('prefix')
  storage.endpoint = text('endpoint')
  storage.allowHttp = section.allow_http === true
  storage.accessKeyVariable = nameIn(text('access_key'))
  storage.secretKeyVariable = nameIn(text('secret_key'))
  return true
}

const nameIn = (text: string): string => /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(text)?.[1] ?? ''

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value as Record<string, unknown>)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
