import type { TFunction } from 'i18next'

/** The fields of the form by the keys of a configuration file, which is what the engine names. */
const FIELDS = {
  bootstrap_servers: 'cluster.servers',
  security_protocol: 'cluster.protocol',
  sasl_mechanism: 'cluster.mechanism',
  sasl_username: 'cluster.username',
  sasl_password: 'cluster.password',
  ssl_ca_location: 'cluster.ca',
  ssl_certificate_location: 'cluster.certificate',
  ssl_key_location: 'cluster.key',
  ssl_key_password: 'cluster.keyPassword',
  access_key: 'storage.accessKey',
  secret_key: 'storage.secretKey',
} as const

const KEYS = new RegExp(`"?\\b(${Object.keys(FIELDS).join('|')})\\b"?`, 'g')

/** What the engine says of a connection, with the names that its form has: whoever filled that in knows no others. */
export function fieldWords(text: string, t: TFunction<'connections'>): string {
  return text.replaceAll(KEYS, (_, key: keyof typeof FIELDS) => t('field', { name: t(FIELDS[key]) }))
}

const HOST_PORT = /^(\[[0-9a-f:.]+\]|[^\s:[\]]+):\d{1,5}$/i

/** The first of the addresses that is none. */
export function wrongServer(servers: string): string | null {
  return servers.split(/[\s,]+/).find((one) => one !== '' && !HOST_PORT.test(one)) ?? null
}
