import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { type KafkaOptions, type KafkaRig, startKafka } from './kafka.ts'
import { freePort } from './ports.ts'
import { seededRandom } from './random.ts'

export interface ProxyCounters {
  accepted: number
  /** Connections that the proxy cut, refused ones included. */
  cut: number
  bytesToServer: number
  bytesToClient: number
}

/** A TCP proxy that can be as bad as a network. All faults apply to open connections too, and last until they are ended. */
export interface FaultyProxy {
  readonly port: number
  /** `localhost:PORT` */
  readonly address: string
  readonly counters: Readonly<ProxyCounters>
  /** Connections open now. */
  readonly open: number
  /** The server's port; may change while it runs. */
  target: number
  /** Resets all connections at once. @returns how many there were */
  cutAll(): number
  /** Resets each connection after a random number of bytes (both directions counted), new connections as well. */
  cutRandomly(options: { seed: number; minBytes: number; maxBytes: number; atMost?: number }): void
  /** Resets the connection that carries the next `bytes`th byte of all traffic, once. Resolves when it has been cut. */
  cutAfter(bytes: number): Promise<void>
  /** Holds every chunk back for this long; 0 ends it. */
  delay(milliseconds: number): void
  /** Stops reading on both sides: back pressure, nothing is lost. */
  pause(): void
  resume(): void
  /**
   * Takes what comes (or only what the server answers) and passes nothing on, while connections stay open. Ending it cuts
   * those that lost bytes.
   */
  blackHole(on: boolean | 'answers'): void
  /** Resets new connections at once; open ones live on. */
  refuse(on: boolean): void
  /** Ends all faults. */
  heal(): void
  stop(): Promise<void>
}

interface Pair {
  client: Socket
  server: Socket
  /** Bytes until this pair is cut, where that was asked for. */
  left: number
  lostBytes: boolean
}

/** @param target the server's port on this machine; 0 refuses until `target` is set */
export async function startProxy(target: number, options: { port?: number } = {}): Promise<FaultyProxy> {
  const pairs = new Set<Pair>()
  const counters: ProxyCounters = { accepted: 0, cut: 0, bytesToServer: 0, bytesToClient: 0 }
  const state = { target, delay: 0, paused: false, blackHole: false as boolean | 'answers', refuse: false }
  let random: (() => number) | undefined
  let randomCutsLeft = 0
  let oneCut: { left: number; done: () => void } | undefined

  const cut = (pair: Pair) => {
    if (!pairs.delete(pair)) return
    counters.cut++
    pair.client.resetAndDestroy()
    pair.server.resetAndDestroy()
  }
  const budget = () => (random === undefined ? Number.POSITIVE_INFINITY : random())

  /** Whether the chunk may pass; what the faults allow of it does. */
  const admit = (pair: Pair, chunk: Buffer, to: Socket) => {
    counters[to === pair.server ? 'bytesToServer' : 'bytesToClient'] += chunk.length
    if (state.blackHole === true || (state.blackHole === 'answers' && to === pair.client)) {
      pair.lostBytes = true
      return
    }
    let allowed = chunk.length
    if (oneCut !== undefined) {
      allowed = Math.min(allowed, oneCut.left)
      oneCut.left -= chunk.length
    }
    if (randomCutsLeft > 0) {
      allowed = Math.min(allowed, pair.left)
      pair.left -= chunk.length
    }
    if (allowed > 0) pass(pair, chunk.subarray(0, allowed), to)
    if (allowed === chunk.length) return
    if (oneCut !== undefined && oneCut.left < 0) {
      const { done } = oneCut
      oneCut = undefined
      cut(pair)
      done()
    } else {
      randomCutsLeft--
      cut(pair)
    }
  }
  const pass = (pair: Pair, chunk: Buffer, to: Socket) => {
    const write = () => {
      if (to.destroyed) return
      const from = to === pair.server ? pair.client : pair.server
      if (to.write(chunk)) return
      from.pause()
      to.once('drain', () => {
        if (!state.paused) from.resume()
      })
    }
    if (state.delay === 0) write()
    else setTimeout(write, state.delay)
  }

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    counters.accepted++
    client.on('error', () => {})
    if (state.refuse || state.target === 0) {
      counters.cut++
      client.resetAndDestroy()
      return
    }
    const server = connect({ port: state.target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    const pair: Pair = { client, server, left: budget(), lostBytes: false }
    pairs.add(pair)
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('data', (chunk: Buffer) => admit(pair, chunk, to))
      from.on('end', () => setTimeout(() => to.end(), state.delay))
      from.on('error', () => to.resetAndDestroy())
      from.on('close', () => {
        if (client.destroyed && server.destroyed) pairs.delete(pair)
      })
      if (state.paused) from.pause()
    }
  })
  const port = options.port ?? (await freePort())
  listener.listen(port)
  await once(listener, 'listening')
  // A proxy that a test forgot must not keep the test process from ending.
  listener.unref()

  const setPaused = (paused: boolean) => {
    state.paused = paused
    for (const { client, server } of pairs) {
      for (const socket of [client, server]) paused ? socket.pause() : socket.resume()
    }
  }
  const setBlackHole = (on: boolean | 'answers') => {
    state.blackHole = on
    if (on === false) for (const pair of [...pairs].filter((one) => one.lostBytes)) cut(pair)
  }
  return {
    port,
    address: `localhost:${port}`,
    counters,
    get open() {
      return pairs.size
    },
    get target() {
      return state.target
    },
    set target(value) {
      state.target = value
    },
    cutAll() {
      const all = [...pairs]
      for (const pair of all) cut(pair)
      return all.length
    },
    cutRandomly({ seed, minBytes, maxBytes, atMost = Number.POSITIVE_INFINITY }) {
      const next = seededRandom(seed)
      random = () => minBytes + Math.floor(next() * (maxBytes - minBytes))
      randomCutsLeft = atMost
      for (const pair of pairs) pair.left = random()
    },
    cutAfter(bytes) {
      return new Promise((done) => {
        oneCut = { left: bytes, done }
      })
    },
    delay(milliseconds) {
      state.delay = milliseconds
    },
    pause: () => setPaused(true),
    resume: () => setPaused(false),
    blackHole: setBlackHole,
    refuse(on) {
      state.refuse = on
    },
    heal() {
      random = undefined
      randomCutsLeft = 0
      oneCut = undefined
      state.delay = 0
      state.refuse = false
      setBlackHole(false)
      setPaused(false)
    },
    async stop() {
      for (const { client, server } of pairs) {
        client.destroy()
        server.destroy()
      }
      pairs.clear()
      await new Promise<void>((resolve) => listener.close(() => resolve()))
    },
  }
}

/**
 * A broker whose plaintext listener is advertised as the proxy, so that clients that reconnect by its metadata come
 * through the proxy again. `kafka.direct` goes around it.
 */
export async function startKafkaBehindProxy(
  options: KafkaOptions = {},
): Promise<{ kafka: KafkaRig; proxy: FaultyProxy }> {
  const proxy = await startProxy(0)
  try {
    const kafka = await startKafka({ ...options, advertisedPort: proxy.port })
    proxy.target = kafka.plaintextPort
    return { kafka, proxy }
  } catch (error) {
    await proxy.stop()
    throw error
  }
}
