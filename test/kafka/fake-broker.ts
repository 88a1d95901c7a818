import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { ByteReader } from '../../src/kafka/protocol/byte-reader.ts'
import { ByteWriter } from '../../src/kafka/protocol/byte-writer.ts'

/**
 * A broker that says what a test wants, for what a real one can't be made to say. It stands at the very edge: whoever
 * talks to it uses real sockets.
 */
export interface FakeBroker {
  address: string
  port: number
  /** Requests so far, by API key. */
  counts: Map<number, number>
  /** What to answer, by API key; the last one goes on for ever. */
  script: Map<number, Answer[]>
  /** What metadata tells: this broker alone and partition 0 of topic `t`, unless a test says otherwise. */
  view: { ports: Map<number, number>; leader: number; topic: string }
  /** Closes all connections, and goes on listening. */
  hangUp(): void
  stop(): Promise<void>
}

/** The body to answer; null for silence; `close` to hang up. */
export type Answer = (request: ByteReader, version: number) => Buffer | null | 'close'

export const KEY = {
  produce: 0,
  fetch: 1,
  listOffsets: 2,
  metadata: 3,
  offsetCommit: 8,
  offsetFetch: 9,
  findCoordinator: 10,
  listGroups: 16,
  apiVersions: 18,
  createTopics: 19,
  initProducerId: 22,
  describeConfigs: 32,
}

export async function startFakeBroker(options: { maxVersions?: Record<number, number> } = {}): Promise<FakeBroker> {
  const counts = new Map<number, number>()
  const script = new Map<number, Answer[]>()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    let pending = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk])
      while (!socket.destroyed && pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
        const size = 4 + pending.readInt32BE(0)
        answer(socket, new ByteReader(pending.subarray(4, size)))
        pending = pending.subarray(size)
      }
    })
  })
  const answer = (socket: Socket, request: ByteReader) => {
    const key = request.int16()
    const version = request.int16()
    const correlationId = request.int32()
    request.nullableString()
    counts.set(key, (counts.get(key) ?? 0) + 1)
    const flexible = (key === KEY.metadata && version >= 9) || (key === KEY.apiVersions && version >= 3)
    if (flexible) request.taggedFields()
    const answers = script.get(key) ?? []
    const next = answers.length > 1 ? answers.shift() : answers[0]
    const body = next?.(request, version) ?? null
    if (body === 'close') socket.destroy()
    else if (body !== null) {
      const head = new ByteWriter().int32(0).int32(correlationId)
      if (key === KEY.metadata && flexible) head.noTags()
      const bytes = Buffer.concat([head.bytes(), body])
      bytes.writeInt32BE(bytes.length - 4, 0)
      socket.write(bytes)
    }
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A test that fails must not keep its process from ending.
  server.unref()
  const port = (server.address() as { port: number }).port
  const max = { 0: 8, 1: 11, 2: 5, 3: 12, 8: 7, 9: 5, 10: 2, 16: 2, 18: 3, 19: 4, 22: 1, 32: 2, ...options.maxVersions }
  script.set(KEY.apiVersions, [() => apiVersions(max)])
  const view = { ports: new Map([[1, port]]), leader: 1, topic: 't' }
  script.set(KEY.metadata, [(_, version) => metadata(view, version)])
  const hangUp = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    address: `127.0.0.1:${port}`,
    port,
    counts,
    script,
    view,
    hangUp,
    async stop() {
      hangUp()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function apiVersions(max: Record<number, number>): Buffer {
  const writer = new ByteWriter().int16(0)
  writer.compactArray(Object.entries(max), ([key, version], w) => w.int16(Number(key)).int16(0).int16(version).noTags())
  return writer.int32(0).noTags().bytes()
}

/** Partition 0 of the view's topic. */
function metadata({ ports, leader, topic }: FakeBroker['view'], version: number): Buffer {
  const w = new ByteWriter().int32(0)
  if (version < 9) {
    w.array([...ports], ([id, port]) => w.int32(id).string('127.0.0.1').int32(port).nullableString(null))
    w.nullableString('fake').int32(1)
    w.int32(1).int16(0).string(topic).bool(false).int32(1)
    w.int16(0).int32(0).int32(leader).int32(0).int32(1).int32(1).int32(1).int32(1).int32(0)
    return w.int32(0).int32(0).bytes()
  }
  w.compactArray([...ports], ([id, port]) => w.int32(id).compactString('127.0.0.1').int32(port).uvarint(0).noTags())
  w.compactString('fake').int32(1)
  w.uvarint(2).int16(0).compactString(topic).raw(Buffer.alloc(16, 7)).bool(false)
  w.uvarint(2).int16(0).int32(0).int32(leader).int32(0)
  w.uvarint(2).int32(1).uvarint(2).int32(1).uvarint(1).noTags()
  w.int32(0).noTags()
  return w.noTags().bytes()
}

export interface FetchPart {
  errorCode?: number
  end?: number
  logStart?: number
  records?: Buffer
  throttleMs?: number
  /** Leaves the partition out, as a broker that throttles does. */
  absent?: boolean
}

export function fetchAnswer(part: FetchPart): () => Buffer {
  const w = new ByteWriter()
    .int32(part.throttleMs ?? 0)
    .int16(0)
    .int32(0)
  if (part.absent === true) return () => w.int32(0).bytes()
  const { errorCode = 0, end = 1000, logStart = 0, records = Buffer.alloc(0) } = part
  w.int32(1).string('t').int32(1).int32(0).int16(errorCode).int64(end).int64(end).int64(logStart).int32(0).int32(-1)
  w.int32(records.length).raw(records)
  return () => w.bytes()
}

export function listOffsetsAnswer(offset: number): () => Buffer {
  const w = new ByteWriter().int32(0).int32(1).string('t').int32(1).int32(0).int16(0).int64(-1).int64(offset).int32(0)
  return () => w.bytes()
}

export function cleanupPolicyAnswer(policy: string): () => Buffer {
  return topicConfigAnswer({ 'cleanup.policy': policy })
}

/** The same configuration for each of the topics. */
export function topicConfigAnswer(configs: Record<string, string>, topics = ['t']): () => Buffer {
  const w = new ByteWriter().int32(0).array(topics, (topic, result) => {
    result.int16(0).nullableString(null).int8(2).string(topic)
    result.array(Object.entries(configs), ([name, value], entry) => {
      entry.string(name).nullableString(value).bool(false).int8(1).bool(false).int32(0)
    })
  })
  return () => w.bytes()
}

export function produceAnswer(errorCode: number, baseOffset: number): () => Buffer {
  const w = new ByteWriter().int32(1).string('t').int32(1).int32(0).int16(errorCode).int64(baseOffset)
  w.int64(-1).int64(0).int32(0).nullableString(null).int32(0)
  return () => w.bytes()
}

export function groupsAnswer(...ids: string[]): () => Buffer {
  const w = new ByteWriter()
    .int32(0)
    .int16(0)
    .array(ids, (id, g) => g.string(id).string('consumer'))
  return () => w.bytes()
}

export function coordinatorAnswer(node: number): () => Buffer {
  const w = new ByteWriter().int32(0).int16(0).nullableString(null).int32(node)
  return () => w.bytes()
}

/** What a group has committed on partition 0 of `t`; with an error it has nothing, as brokers answer. */
export function committedAnswer(errorCode: number, offset: number): () => Buffer {
  const w = new ByteWriter().int32(0)
  if (errorCode !== 0) w.int32(0)
  else w.int32(1).string('t').int32(1).int32(0).int64(offset).int32(-1).nullableString('').int16(0)
  w.int16(errorCode)
  return () => w.bytes()
}

export function commitAnswer(errorCode: number): () => Buffer {
  const w = new ByteWriter().int32(0).int32(1).string('t').int32(1).int32(0).int16(errorCode)
  return () => w.bytes()
}

export function topicMadeAnswer(errorCode: number): () => Buffer {
  const w = new ByteWriter().int32(0).int32(1).string('t').int16(errorCode).nullableString(null)
  return () => w.bytes()
}

export function producerIdAnswer(): Buffer {
  return new ByteWriter().int32(0).int16(0).int64(7).int16(0).bytes()
}
