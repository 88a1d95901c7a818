import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { mustRun, runTool, type ToolResult } from './cache.ts'
import { type Child, removeNow, removeOnExit, startChild } from './child.ts'
import type { JavaClient, LeaderRow } from './java-client.ts'
import { serverArguments, toolArguments, untilReady } from './kafka.ts'
import { type KafkaPorts, serverProperties } from './kafka-config.ts'
import { formatData, randomId } from './kafka-format.ts'
import { kafkaClassPath } from './kafka-jars.ts'
import { freePort } from './ports.ts'

export type NodeId = 1 | 2
export const NODES: readonly NodeId[] = [1, 2]
const CONTROLLER: number = 3

export interface KafkaPair {
  /** `localhost:PORT` of both brokers. */
  readonly bootstrap: readonly string[]
  readonly logFiles: Readonly<Record<NodeId, string>>
  /** SIGKILL of one broker; data and ports are kept for `restart`. */
  kill9(node: NodeId): Promise<void>
  /** Holds a broker still, connections and all, and lets it go on (SIGSTOP, SIGCONT). */
  hold(node: NodeId, still: boolean): void
  /** Starts a broker again on the same data and ports; resolves when it answers and knows so many (both). */
  restart(node: NodeId, known?: number): Promise<void>
  /** Runs a main class of Kafka's jars, its own command line tools for instance. */
  exec(mainClass: string, args: string[], options?: { input?: string }): Promise<ToolResult>
  /**
   * Makes `to` lead partitions that have their replicas on both brokers: `kafka-reassign-partitions` names it first of
   * the replicas, `kafka-leader-election` gives it the lead.
   */
  lead(partitions: readonly { topic: string; partition: number }[], to: NodeId): Promise<void>
  stop(): Promise<void>
}

/** Every topic, Kafka's own too, is on both brokers, one in sync is enough, and only one in sync may lead. */
const SHARED: Record<string, string> = {
  'default.replication.factor': '2',
  'offsets.topic.replication.factor': '2',
  'transaction.state.log.replication.factor': '2',
  'min.insync.replicas': '1',
  'unclean.leader.election.enable': 'false',
  'auto.leader.rebalance.enable': 'false',
  'replica.lag.time.max.ms': '5000',
  'replica.fetch.wait.max.ms': '100',
}

/**
 * Starts a real Apache Kafka of two brokers (1 and 2) and a controller of its own, so that a broker that is killed takes
 * no vote with it and the other one becomes leader.
 */
export async function startKafkaPair(options: { extraProperties?: Record<string, string> } = {}): Promise<KafkaPair> {
  const classPath = await kafkaClassPath()
  const folder = await mkdtemp(join(tmpdir(), 'coffer-kafka-'))
  removeOnExit(folder)
  const tools = toolArguments(classPath)
  const clusterId = randomId()
  const controllerPort = await freePort()
  const extra = { ...SHARED, ...options.extraProperties }

  const node = async (id: number) => {
    const home = join(folder, String(id))
    await mkdir(home)
    const ports: KafkaPorts = {
      plaintext: await freePort(),
      direct: await freePort(),
      controller: controllerPort,
      saslSsl: 0,
      ssl: 0,
      saslPlaintext: 0,
    }
    const properties = join(home, 'server.properties')
    const settings = { ports, dataDir: join(home, 'data'), advertisedPort: ports.plaintext, certificates: undefined }
    await writeFile(properties, serverProperties({ ...settings, extra: { ...extra, ...roleOf(id, ports) } }))
    const { dataDir } = settings
    await formatData({ tools, propertiesFile: properties, dataDir, nodeId: id, clusterId, secure: false })
    const logFile = join(home, 'kafka.log')
    const heap = id === CONTROLLER ? '256m' : '512m'
    const args = serverArguments(classPath, properties, { heap, firstHeap: '128m', lasting: false })
    let child: Child | undefined
    return {
      id,
      logFile,
      port: ports.plaintext,
      start: () => {
        // The guard that survives a killed test removes the whole cluster's folder.
        child = startChild('java', args, { logFile, cwd: home, folder })
        return child
      },
      end: async () => child?.end('SIGKILL'),
      hold: (still: boolean) => child?.process.kill(still ? 'SIGSTOP' : 'SIGCONT'),
    }
  }
  const nodes = await Promise.all([1, 2, CONTROLLER].map(node))
  const byId = (id: number) => {
    const found = nodes.find((one) => one.id === id)
    if (found === undefined) throw new Error(`no node ${id}`)
    return found
  }
  const start = async (id: NodeId, known = NODES.length) => {
    const { port, logFile, start } = byId(id)
    await untilReady(start(), port, logFile, known)
  }
  const stop = async () => {
    await Promise.all(nodes.map(({ end }) => end()))
    removeNow(folder)
  }
  const bootstrap = NODES.map((id) => `localhost:${byId(id).port}`)
  const exec: KafkaPair['exec'] = (mainClass, args, execOptions = {}) =>
    runTool('java', [...tools, mainClass, ...args], execOptions)
  byId(CONTROLLER).start()
  try {
    await Promise.all(NODES.map((id) => start(id)))
  } catch (error) {
    await stop()
    throw error
  }

  let files = 0
  return {
    bootstrap,
    logFiles: { 1: byId(1).logFile, 2: byId(2).logFile },
    kill9: async (id) => byId(id).end(),
    hold: (id, still) => void byId(id).hold(still),
    restart: start,
    exec,
    async lead(partitions, to) {
      const file = join(folder, `partitions-${files++}.json`)
      const replicas = [to, ...NODES.filter((id) => id !== to)]
      const rows = partitions.map(({ topic, partition }) => ({ topic, partition, replicas }))
      await writeFile(file, JSON.stringify({ version: 1, partitions: rows }))
      const common = ['--bootstrap-server', bootstrap.join(',')]
      const run = (mainClass: string, args: string[]) =>
        mustRun('java', [...tools, `org.apache.kafka.tools.${mainClass}`, ...common, ...args])
      await run('reassign.ReassignPartitionsCommand', ['--reassignment-json-file', file, '--execute'])
      await run('LeaderElectionCommand', ['--path-to-json-file', file, '--election-type', 'preferred'])
    },
    stop,
  }
}

function roleOf(id: number, ports: KafkaPorts): Record<string, string> {
  const common = { 'node.id': String(id), 'controller.quorum.voters': `${CONTROLLER}@127.0.0.1:${ports.controller}` }
  const broker = `PLAINTEXT://127.0.0.1:${ports.plaintext},DIRECT://127.0.0.1:${ports.direct}`
  if (id !== CONTROLLER) return { ...common, 'process.roles': 'broker', listeners: broker }
  const controller = `CONTROLLER://127.0.0.1:${ports.controller}`
  return { ...common, 'process.roles': 'controller', listeners: controller, 'advertised.listeners': controller }
}

/** Waits until Kafka's own client sees what is expected of the topics' partitions; fails after half a minute. */
export async function untilLeaders(
  java: JavaClient,
  topics: string[],
  expected: (row: LeaderRow) => boolean,
): Promise<LeaderRow[]> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const rows = await java.leaders(topics)
    if (rows.length > 0 && rows.every(expected)) return rows
    if (Date.now() > deadline) throw new Error(`waited 30 s for other leaders than ${JSON.stringify(rows)}`)
    await delay(50)
  }
}
