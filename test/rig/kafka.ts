import { existsSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cached, runTool, type ToolResult } from './cache.ts'
import { type Certificates, makeCertificates } from './certificates.ts'
import { type Child, logTail, removeNow, removeOnExit, startChild } from './child.ts'
import { BRIEF } from './java-process.ts'
import { type KafkaPorts, SECURE_USERS, serverProperties } from './kafka-config.ts'
import { formatData, randomId } from './kafka-format.ts'
import { KAFKA_VERSION, KEPT, KEPT_CLASSES, kafkaClassPath, keptClasses } from './kafka-jars.ts'
import { probeMetadata } from './metadata-probe.ts'
import { freePort } from './ports.ts'

export interface KafkaOptions {
  /** Adds listeners with TLS and SASL, an authorizer that denies by default, and users (see `SecureAccess`). */
  secure?: boolean
  /** The port that the broker tells its clients for the plaintext listener: a proxy's (see `startKafkaBehindProxy`). */
  advertisedPort?: number
  /** Lines for `server.properties`; they override the rig's. */
  extraProperties?: Record<string, string>
  /** `-Xmx` of the broker, 768m unless told. */
  heap?: string
  /** It serves for long, or is measured: see BRIEF. */
  lasting?: boolean
  /** Another release of Apache Kafka than the rig's own; before 3.3 it runs with ZooKeeper, as its users ran it. */
  version?: string
  /** Where it leaves its classes when it is shut down: see keptClasses. */
  keepClasses?: string
}

/** Reaching a broker started with `secure: true`. `User:ANONYMOUS` on the plaintext listener may do everything. */
export interface SecureAccess {
  saslSslBootstrap: string
  /** Asks for a client certificate. */
  sslBootstrap: string
  saslPlaintextBootstrap: string
  certificates: Certificates
  users: typeof SECURE_USERS
}

export interface KafkaRig {
  /** `localhost:PORT` of the plaintext listener; behind a proxy, the proxy's. */
  readonly bootstrap: string
  /** `localhost:PORT` of a plaintext listener that no proxy stands before. */
  readonly direct: string
  /** Where a proxy for `bootstrap` has to connect. */
  readonly plaintextPort: number
  readonly secure: SecureAccess | undefined
  readonly dataDir: string
  readonly logFile: string
  readonly pid: number
  /** SIGKILL; data and ports are kept for `restart`. */
  kill9(): Promise<void>
  /** Orderly shutdown; data and ports are kept for `restart`. @param patienceMs SIGKILL follows after that */
  shutdown(patienceMs?: number): Promise<void>
  /** Starts again on the same data and ports, after an orderly shutdown if it still runs. */
  restart(): Promise<void>
  /** Ends it and removes its data. */
  stop(): Promise<void>
  /** Runs a main class of Kafka's jars, its own command line tools for instance. */
  exec(mainClass: string, args: string[], options?: { input?: string }): Promise<ToolResult>
}

/**
 * Starts a real Apache Kafka (KRaft, one node that is broker and controller) on free ports of this machine.
 * Resolves when it answers a metadata request; rejects with the end of its log when it doesn't.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaRig> {
  const classPath = await kafkaClassPath(options.version)
  const folder = await mkdtemp(join(tmpdir(), 'coffer-kafka-'))
  removeOnExit(folder)
  try {
    return await startIn(folder, classPath, options)
  } catch (error) {
    removeNow(folder)
    throw error
  }
}

/** Writing the classes down takes seconds, and minutes where others want the processors. */
const KEEPING_MS = 5 * 60_000

/**
 * Makes what `keptClasses` gives: a broker that starts, and leaves its classes behind. Brokers start without them too, and
 * only slower: on a machine where that can't be had, it is said and gone on.
 */
export async function keepKafkaClasses(): Promise<void> {
  await cached(KEPT, 'keeping Kafka’s classes as a broker loads them, about 50 MB', async (to) => {
    const broker = await startKafka({ keepClasses: join(to, KEPT_CLASSES) })
    await broker.shutdown(KEEPING_MS)
    await broker.stop()
    if (!existsSync(join(to, KEPT_CLASSES))) throw new Error('Java left no classes behind')
  }).catch((error: Error) => process.stderr.write(`rig: brokers start without kept classes: ${error.message}\n`))
}

/** Nothing waits for the end of a broker that many tests share: it must not be taken for dead while they load the machine. */
const PATIENT = { 'broker.session.timeout.ms': '30000' }

async function startIn(folder: string, classPath: string, options: KafkaOptions): Promise<KafkaRig> {
  const dataDir = join(folder, 'data')
  const logFile = join(folder, 'kafka.log')
  const propertiesFile = join(folder, 'server.properties')
  const certificates = options.secure === true ? await makeCertificates(join(folder, 'tls')) : undefined
  const ports: KafkaPorts = {
    plaintext: await freePort(),
    direct: await freePort(),
    controller: await freePort(),
    saslSsl: await freePort(),
    ssl: await freePort(),
    saslPlaintext: await freePort(),
  }
  const advertisedPort = options.advertisedPort ?? ports.plaintext
  const extra = { ...(options.lasting === true ? PATIENT : {}), ...options.extraProperties }
  const zooKeeper = needsZooKeeper(options.version)
  const properties = serverProperties({ ports, dataDir, advertisedPort, certificates, extra, zooKeeper })
  await writeFile(propertiesFile, properties)

  const tools = toolArguments(classPath)
  const exec: KafkaRig['exec'] = (mainClass, args, execOptions = {}) =>
    runTool('java', [...tools, mainClass, ...args], execOptions)
  let keeper: Child | undefined
  if (zooKeeper) keeper = await startZooKeeper(classPath, folder, ports.controller)
  else {
    const secure = certificates !== undefined
    const { version } = options
    await formatData({ tools, propertiesFile, dataDir, nodeId: 1, clusterId: randomId(), secure, version })
  }

  const heap = options.heap ?? '768m'
  const serverArgs = serverArguments(classPath, propertiesFile, {
    heap,
    firstHeap: '256m',
    lasting: options.lasting ?? false,
  })
  if (options.keepClasses !== undefined) serverArgs.unshift(`-XX:ArchiveClassesAtExit=${options.keepClasses}`)
  let child: Child | undefined
  const start = async () => {
    const started = startChild('java', serverArgs, { logFile, cwd: folder, folder })
    child = started
    await untilReady(started, ports.direct, logFile)
    await untilReady(started, ports.plaintext, logFile)
  }
  await start()

  return {
    bootstrap: `localhost:${advertisedPort}`,
    direct: `localhost:${ports.direct}`,
    plaintextPort: ports.plaintext,
    secure:
      certificates === undefined
        ? undefined
        : {
            saslSslBootstrap: `localhost:${ports.saslSsl}`,
            sslBootstrap: `localhost:${ports.ssl}`,
            saslPlaintextBootstrap: `localhost:${ports.saslPlaintext}`,
            certificates,
            users: SECURE_USERS,
          },
    dataDir,
    logFile,
    get pid() {
      return child?.pid ?? -1
    },
    async kill9() {
      await child?.end('SIGKILL')
    },
    async shutdown(patienceMs) {
      await child?.end('SIGTERM', patienceMs)
    },
    async restart() {
      if (child?.running === true) await child.end('SIGTERM')
      await start()
    },
    async stop() {
      await child?.end('SIGKILL')
      await keeper?.end('SIGKILL')
      removeNow(folder)
    },
    exec,
  }
}

/** KRaft was ready for production in 3.3. */
function needsZooKeeper(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? KAFKA_VERSION).split('.').map(Number)
  return major < 3 || (major === 3 && minor < 3)
}

/** The ZooKeeper that came with that release of Kafka, alone, on the loopback interface. The broker waits for it. */
async function startZooKeeper(classPath: string, folder: string, port: number): Promise<Child> {
  const file = join(folder, 'zookeeper.properties')
  const data = join(folder, 'zookeeper').replaceAll('\\', '/')
  const lines = [`dataDir=${data}`, 'clientPortAddress=127.0.0.1', `clientPort=${port}`, 'admin.enableServer=false']
  await writeFile(file, `${lines.join('\n')}\n`)
  const args = ['-Xmx128m', '-XX:+UseSerialGC', ...logging('warn'), '-cp', classPath]
  return startChild('java', [...args, 'org.apache.zookeeper.server.quorum.QuorumPeerMain', file], {
    logFile: join(folder, 'zookeeper.log'),
    cwd: folder,
    folder,
  })
}

/** Java's arguments for a main class of Kafka's that runs for a moment. */
export function toolArguments(classPath: string): string[] {
  return ['-Xmx128m', BRIEF, '-XX:+UseSerialGC', ...keptClasses(), ...logging('warn'), '-cp', classPath]
}

/** Java's arguments for a broker or controller. @param options `heap` is `-Xmx`, `firstHeap` is `-Xms` */
export function serverArguments(
  classPath: string,
  propertiesFile: string,
  { heap, firstHeap, lasting }: { heap: string; firstHeap: string; lasting: boolean },
): string[] {
  const args = [
    `-Xmx${heap}`,
    `-Xms${firstHeap}`,
    ...(lasting ? ['-XX:+UseG1GC', '-XX:MaxGCPauseMillis=50'] : ['-XX:+UseSerialGC', BRIEF]),
  ]
  return [
    ...args,
    ...keptClasses(),
    '-Djava.awt.headless=true',
    ...logging('info'),
    '-cp',
    classPath,
    'kafka.Kafka',
    propertiesFile,
  ]
}

function logging(level: string): string[] {
  return [`-Dorg.slf4j.simpleLogger.defaultLogLevel=${level}`, '-Dorg.slf4j.simpleLogger.showDateTime=true']
}

/** Waits until the broker knows of `brokers` brokers, itself included. */
export async function untilReady(child: Child, port: number, logFile: string, brokers = 1): Promise<void> {
  const deadline = Date.now() + 120_000
  while (child.running && Date.now() < deadline) {
    const found = await probeMetadata(port, 2000).catch(() => 0)
    if (found >= brokers) return
    await delay(100)
  }
  const state = child.running ? 'did not answer within 120 s' : 'ended while starting'
  await child.end('SIGKILL')
  throw new Error(`the broker ${state}; the end of its log:\n${existsSync(logFile) ? logTail(logFile) : ''}`)
}
