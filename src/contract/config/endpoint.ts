import type { Secret } from '../secret.ts'

/** How to reach a Kafka cluster: the `source` or `target` of a configuration file, resolved and checked. */
export interface KafkaEndpoint {
  bootstrap_servers: string[]
  security: SecurityConfig
  connection: ConnectionConfig
}

export type SecurityProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'
export type SaslMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'

export interface SecurityConfig {
  security_protocol: SecurityProtocol
  sasl_mechanism?: SaslMechanism
  sasl_username?: string
  sasl_password?: Secret
  /** PEM file; without it the system's store of trusted roots is used. */
  ssl_ca_location?: string
  ssl_certificate_location?: string
  ssl_key_location?: string
  ssl_key_password?: Secret
}

export interface ConnectionConfig {
  tcp_keepalive: boolean
  keepalive_time_secs: number
  keepalive_interval_secs: number
  tcp_nodelay: boolean
  connections_per_broker: number
}

/** Where an archive lives: `storage` of a configuration file, or what `--path` says. */
export type StorageConfig = FilesystemConfig | S3Config

export interface FilesystemConfig {
  backend: 'filesystem'
  path: string
}

export interface S3Config {
  backend: 's3'
  bucket: string
  region?: string
  endpoint?: string
  /** Without a key pair the SDK's credential chain is used. */
  access_key?: Secret
  secret_key?: Secret
  /** Goes with temporary keys (AWS_SESSION_TOKEN). */
  session_token?: Secret
  /** Key prefix inside the bucket, without slashes at its ends. */
  prefix?: string
  /** Default: true where an endpoint is given, else false. */
  path_style: boolean
  /** An `http:` endpoint is refused without this. */
  allow_http: boolean
}
