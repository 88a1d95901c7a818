/**
 * The shape of kafkajs' internals that kafkajs.ts touches, as they are in the pinned version.
 * test/kafka/kafkajs-pin.test.ts fails when they are no longer so.
 */
declare module 'kafkajs/src/network/connection.js' {
  import type { Socket } from 'node:net'

  export interface KafkajsLogger {
    namespace(name: string): KafkajsLogger
    debug(message: string, extra?: object): void
    info(message: string, extra?: object): void
    warn(message: string, extra?: object): void
    error(message: string, extra?: object): void
  }

  export interface KafkajsSocketRequest {
    host: string
    port: number
    onConnect: () => void
  }

  export interface KafkajsConnectionOptions {
    host: string
    port: number
    clientId: string
    logger: KafkajsLogger
    socketFactory: (request: KafkajsSocketRequest) => Socket
    requestTimeout: number
    connectionTimeout: number
    ssl: object | null
    sasl: { mechanism: string; username: string; password: string } | null
  }

  export default class Connection {
    constructor(options: KafkajsConnectionOptions)
    socket: Socket | undefined
    requestQueue: {
      scheduleCheckPendingRequests(): void
      maybeThrottle(milliseconds: number): void
      destroy(): void
    }
    sessionLifetime: { toNumber(): number }
    connect(): Promise<boolean>
    authenticate(): Promise<void>
    disconnect(): Promise<boolean>
    setVersions(versions: Record<number, { minVersion: number; maxVersion: number }>): void
    setSupportAuthenticationProtocol(supported: boolean): void
    processData(data: Buffer): void
    rejectRequests(error: Error): void
  }
}
