import { connect } from 'node:net'

/**
 * Asks a broker for its metadata, by hand and without any client library.
 * Metadata request v4, Kafka protocol guide: api_key 3, request header v1, no topics, no auto-creation.
 * @returns how many brokers the answer names (0 while the broker isn't registered yet)
 * @throws when nobody answers within `timeoutMs`
 */
export function probeMetadata(port: number, timeoutMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let received = Buffer.alloc(0)
    const finish = (outcome: () => void) => {
      clearTimeout(timer)
      socket.destroy()
      outcome()
    }
    const timer = setTimeout(() => finish(() => reject(new Error('no answer'))), timeoutMs)
    socket.once('error', (error) => finish(() => reject(error)))
    socket.once('close', () => finish(() => reject(new Error('closed'))))
    socket.once('connect', () => socket.write(METADATA_REQUEST))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      // size, correlation id, throttle time, then the count of brokers
      if (received.length >= 16) finish(() => resolve(received.readInt32BE(12)))
    })
  })
}

const METADATA_REQUEST = (() => {
  const client = Buffer.from('rig')
  const body = Buffer.alloc(4 + 2 + 2 + 4 + 2 + client.length + 4 + 1)
  let at = body.writeInt32BE(body.length - 4, 0)
  at = body.writeInt16BE(3, at)
  at = body.writeInt16BE(4, at)
  at = body.writeInt32BE(1, at)
  at = body.writeInt16BE(client.length, at)
  at += client.copy(body, at)
  at = body.writeInt32BE(0, at)
  body.writeInt8(0, at)
  return body
})()
