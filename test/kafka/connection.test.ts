import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { ConnectionConfig } from '../../src/contract/config/endpoint.ts'
import { Brokers } from '../../src/kafka/brokers.ts'
import { API } from '../../src/kafka/protocol/api.ts'
import { ByteWriter } from '../../src/kafka/protocol/byte-writer.ts'
import { type FakeBroker, KEY, startFakeBroker } from './fake-broker.ts'
import { endpointOf } from './support.ts'

const LINUX = process.platform === 'linux'

describe('the keys of "connection" reach the sockets', () => {
  let broker: FakeBroker
  const open: Brokers[] = []
  beforeEach(async () => {
    broker = await startFakeBroker()
  })
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
    await broker.stop()
  })

  async function brokers(changes: Partial<ConnectionConfig>): Promise<Brokers> {
    const endpoint = endpointOf(broker.address)
    const one = new Brokers({ ...endpoint, connection: { ...endpoint.connection, ...changes } }, 'test', () => {})
    open.push(one)
    await one.start()
    return one
  }

  /** Seconds until the keep-alive timer of each connection to the broker, as the kernel has it; null: it has none. */
  async function keepAlive(): Promise<(number | null)[]> {
    const port = broker.port.toString(16).toUpperCase().padStart(4, '0')
    const rows = (await readFile('/proc/net/tcp', 'latin1')).split('\n').map((line) => line.trim().split(/\s+/))
    // proc(5): the timer's kind (2: keep-alive) and its time in hundredths of a second
    return rows
      .filter((row) => row[2]?.endsWith(`:${port}`) && row[3] === '01')
      .map((row) => row[5]?.split(':') ?? [])
      .map(([kind, left]) => (kind === '02' ? Number.parseInt(left ?? '', 16) / 100 : null))
  }

  test('tcp_keepalive and keepalive_time_secs', { skip: !LINUX }, async () => {
    await brokers({ keepalive_time_secs: 500 })
    const [seconds = null] = await keepAlive()
    assert.ok(seconds !== null && seconds > 400 && seconds <= 500, `${seconds}`)
    for (const one of open.splice(0)) await one.close()
    await brokers({ tcp_keepalive: false })
    assert.deepEqual(
      (await keepAlive()).filter((one) => one !== null),
      [],
    )
  })

  test('keepalive_interval_secs: what comes after the first probe', { skip: !LINUX }, async () => {
    await brokers({ keepalive_time_secs: 1, keepalive_interval_secs: 700 })
    await pause(1_600)
    const [seconds = null] = await keepAlive()
    assert.ok(seconds !== null && seconds > 600 && seconds <= 700, `${seconds}`)
  })

  test('so they do on a connection with TLS', { skip: !LINUX }, async () => {
    const { connection } = endpointOf(broker.address)
    const endpoint = { ...endpointOf(broker.address, { security_protocol: 'SSL' }), connection }
    const one = new Brokers({ ...endpoint, connection: { ...connection, keepalive_time_secs: 300 } }, 'test', () => {})
    open.push(one)
    // it never says hello: what counts here is below
    one.start().catch(() => {})
    await pause(300)
    const timers = (await keepAlive()).filter((seconds) => seconds !== null)
    assert.ok(timers.length > 0 && timers.every((seconds) => seconds > 250 && seconds <= 300), timers.join())
    broker.hangUp()
  })

  /**
   * Milliseconds between the arrivals of two small requests that are sent at once. Without TCP_NODELAY the second waits
   * for the acknowledgement of the first (RFC 896), which a peer of a lively connection holds back for 40 ms.
   */
  async function gaps(tcp_nodelay: boolean, rounds: number): Promise<number[]> {
    const found: number[] = []
    const arrivals: number[] = []
    broker.script.set(KEY.listGroups, [
      () => {
        arrivals.push(performance.now())
        return null
      },
    ])
    for (let round = 0; round < rounds; round++) {
      const wire = await (await brokers({ tcp_nodelay })).connection(1, 0)
      const body = new ByteWriter()
        .array([], () => {})
        .bool(false)
        .bytes()
      for (let i = 0; i < 10; i++) await wire.request(API.metadata, 5, [body])
      for (const _ of [1, 2]) {
        wire.request(API.listGroups, 0, []).catch(() => {})
        // each into a packet of its own
        await new Promise(setImmediate)
      }
      await pause(80)
      const [one, other] = arrivals.splice(0)
      // a machine that has much to do may not have come to it yet
      if (one === undefined || other === undefined) continue
      found.push(other - one)
      if (tcp_nodelay && other - one < 20) break
    }
    return found.sort((a, b) => a - b)
  }

  test('tcp_nodelay: a small request does not wait for the one before to be acknowledged', {
    skip: !LINUX,
  }, async () => {
    // a busy machine makes each gap longer and none shorter
    const [fastest = Number.NaN] = await gaps(true, 60)
    assert.ok(fastest < 20, `${fastest} ms`)
    const held = await gaps(false, 5)
    assert.ok((held[held.length >> 1] ?? Number.NaN) > 25, `${held} ms`)
  })

  test('connections_per_broker: so many for bulk data, and one for short requests', async () => {
    const one = await brokers({ connections_per_broker: 2 })
    const lanes = Array.from({ length: 6 }, () => one.takeLane())
    assert.deepEqual(lanes, [1, 2, 1, 2, 1, 2])
    const wires = await Promise.all([0, ...lanes].map((lane) => one.connection(1, lane)))
    assert.equal(new Set(wires).size, 3)
  })
})
