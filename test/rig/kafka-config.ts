import type { Certificates } from './certificates.ts'

/** The users of a broker started with `secure: true`. Only `admin` may do everything; the others need ACLs. */
export const SECURE_USERS = {
  admin: { username: 'admin', password: 'admin-secret' },
  /** Known to SCRAM-SHA-256 and -512. */
  scram: { username: 'scram-user', password: 'scram secret; with $ and ü' },
  /** Known to PLAIN. */
  plain: { username: 'plain-user', password: 'plain-secret' },
} as const

export interface KafkaPorts {
  plaintext: number
  direct: number
  controller: number
  saslSsl: number
  ssl: number
  saslPlaintext: number
}

/** What every rig broker has: everything single, and every periodic job frequent, so that a test can await its effect. */
const COMMON: Record<string, string> = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'DIRECT',
  'auto.create.topics.enable': 'false',
  'num.partitions': '1',
  'default.replication.factor': '1',
  'min.insync.replicas': '1',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '4',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'share.coordinator.state.topic.num.partitions': '2',
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': '1000',
  'group.initial.rebalance.delay.ms': '0',
  'group.min.session.timeout.ms': '1000',
  'message.max.bytes': '12582912',
  'replica.fetch.max.bytes': '12582912',
  'socket.request.max.bytes': '104857600',
  // Tests write timestamps of any year; a test of retention sets `retention.ms` on its topic.
  'log.retention.ms': '-1',
  'log.retention.check.interval.ms': '1000',
  'log.initial.task.delay.ms': '1000',
  'log.segment.delete.delay.ms': '1000',
  'log.cleaner.backoff.ms': '500',
  'log.cleaner.dedupe.buffer.size': '16777216',
  'log.flush.offset.checkpoint.interval.ms': '1000',
  'broker.session.timeout.ms': '2500',
  'broker.heartbeat.interval.ms': '500',
  'controlled.shutdown.max.retries': '1',
  'num.network.threads': '2',
  'num.io.threads': '4',
}

/** What a broker without ZooKeeper has, and one with it refuses. */
const KRAFT_ONLY = ['process.roles', 'node.id', 'controller.listener.names', 'controller.quorum.voters']

/** The lines of `server.properties`. Later entries win: `extra` may override anything. */
export function serverProperties(settings: {
  ports: KafkaPorts
  dataDir: string
  advertisedPort: number
  certificates: Certificates | undefined
  extra: Record<string, string>
  /** The port of `controller` is a ZooKeeper's. */
  zooKeeper?: boolean
}): string {
  const { ports, certificates } = settings
  const listeners: [string, string, number, number][] = [
    ['PLAINTEXT', 'PLAINTEXT', ports.plaintext, settings.advertisedPort],
    ['DIRECT', 'PLAINTEXT', ports.direct, ports.direct],
  ]
  if (certificates !== undefined) {
    listeners.push(['SASL_SSL', 'SASL_SSL', ports.saslSsl, ports.saslSsl])
    listeners.push(['SSL', 'SSL', ports.ssl, ports.ssl])
    listeners.push(['SASL_PLAINTEXT', 'SASL_PLAINTEXT', ports.saslPlaintext, ports.saslPlaintext])
  }
  const all: Record<string, string> = {
    ...COMMON,
    'log.dirs': settings.dataDir,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: [
      ...listeners.map(([name, , port]) => `${name}://127.0.0.1:${port}`),
      ...(settings.zooKeeper === true ? [] : [`CONTROLLER://127.0.0.1:${ports.controller}`]),
    ].join(','),
    'advertised.listeners': listeners.map(([name, , , port]) => `${name}://localhost:${port}`).join(','),
    'listener.security.protocol.map': [
      ...listeners.map(([name, protocol]) => `${name}:${protocol}`),
      'CONTROLLER:PLAINTEXT',
    ].join(','),
    ...(certificates === undefined ? {} : security(certificates)),
    ...settings.extra,
  }
  if (settings.zooKeeper === true) {
    for (const key of KRAFT_ONLY) delete all[key]
    Object.assign(all, { 'broker.id': '1', 'zookeeper.connect': `127.0.0.1:${ports.controller}` }, settings.extra)
  }
  return `${Object.entries(all)
    .map(([key, value]) => `${key}=${value.replaceAll('\\', '\\\\').replace(/[^\x20-\x7e]/g, unicodeEscape)}`)
    .join('\n')}\n`
}

/** Java's property files are ISO 8859-1 with escapes. */
function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** `StorageTool format --add-scram` arguments that make the SCRAM users. */
export function scramArguments(): string[] {
  const args: string[] = []
  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
    for (const user of [SECURE_USERS.admin, SECURE_USERS.scram]) {
      const password = user.password.replaceAll('"', '\\"')
      args.push('--add-scram', `${mechanism}=[name="${user.username}",password="${password}"]`)
    }
  }
  return args
}

function security(certificates: Certificates): Record<string, string> {
  const plainUsers = [SECURE_USERS.admin, SECURE_USERS.plain].map((user) => `user_${user.username}="${user.password}"`)
  const properties: Record<string, string> = {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'false',
    'super.users': 'User:ANONYMOUS;User:admin',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': certificates.serverPemFile,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': certificates.caFile,
    'ssl.principal.mapping.rules': 'RULE:^.*CN=([^,]+).*$/$1/,DEFAULT',
    'listener.name.ssl.ssl.client.auth': 'required',
    'listener.name.sasl_ssl.ssl.client.auth': 'none',
  }
  for (const listener of ['sasl_ssl', 'sasl_plaintext']) {
    const prefix = `listener.name.${listener}`
    const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule'
    const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule'
    properties[`${prefix}.plain.sasl.jaas.config`] = `${plain} required ${plainUsers.join(' ')};`
    properties[`${prefix}.scram-sha-256.sasl.jaas.config`] = `${scram} required;`
    properties[`${prefix}.scram-sha-512.sasl.jaas.config`] = `${scram} required;`
  }
  return properties
}
