import { mkdir, mkdtemp } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { cacheRoot } from './cache.ts'
import { type Child, logTail, removeNow, removeOnExit, startChild } from './child.ts'
import { freePort } from './ports.ts'
import { versitygwBinary } from './versitygw.ts'

/** How to reach an S3 server, in a form that crosses processes. */
export interface S3Access {
  /** `http://127.0.0.1:PORT`; buckets are addressed by path. */
  endpoint: string
  region: string
  accessKeyId: string
  secretAccessKey: string
}

export interface S3Server extends S3Access {
  /** The SDK's own client, for looking at what a test left behind. */
  readonly client: S3Client
  /** With `objectLock` the bucket has versions and Object Lock (no default retention). Names need three letters. */
  makeBucket(name: string, options?: { objectLock?: boolean }): Promise<void>
  /** `s3://bucket/prefix?endpoint=…&region=…&path_style=true`, as Coffer's `--path` takes it. */
  url(bucket: string, prefix?: string): string
  /** The credentials as environment variables of a child process. */
  readonly env: Record<string, string>
}

export interface S3Rig extends S3Server {
  readonly port: number
  readonly pid: number
  /** Each bucket is a folder, each object a file in there. Damage may be done here. */
  readonly dataDir: string
  readonly logFile: string
  kill9(): Promise<void>
  /** Orderly; data and port are kept for `restart`. */
  shutdown(): Promise<void>
  restart(): Promise<void>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

const REGION = 'us-east-1'

/** Starts a real S3 server (versitygw) with versioning on a free port, with an empty store. */
export async function startS3(secretAccessKey = 'coffer-test-secret'): Promise<S3Rig> {
  const binary = await versitygwBinary()
  // Object metadata are extended attributes, which not every /tmp has.
  const candidates = [tmpdir(), cacheRoot()]
  for (const parent of candidates) {
    const folder = await mkdtemp(join(parent, 'coffer-s3-'))
    removeOnExit(folder)
    try {
      return await startIn(folder, binary, secretAccessKey)
    } catch (error) {
      removeNow(folder)
      if (!/xattr|extended attr/i.test(String(error))) throw error
    }
  }
  const places = candidates.map((place) => `"${place}"`).join(' nor ')
  throw new Error(
    `the S3 server needs a file system with extended attributes; neither ${places} has them: set TMPDIR to a folder on ext4, xfs or btrfs`,
  )
}

async function startIn(folder: string, binary: string, secretAccessKey: string): Promise<S3Rig> {
  const [dataDir, versions, logFile] = [join(folder, 'data'), join(folder, 'versions'), join(folder, 's3.log')]
  await mkdir(dataDir)
  await mkdir(versions)
  const port = await freePort()
  const access: S3Access = {
    endpoint: `http://127.0.0.1:${port}`,
    region: REGION,
    accessKeyId: 'coffer-test-key',
    secretAccessKey,
  }
  const keys = ['--access', access.accessKeyId, '--secret', access.secretAccessKey, '--region', REGION]
  const listen = ['--port', `127.0.0.1:${port}`, '--keep-alive', '--quiet']
  const args = [...listen, ...keys, 'posix', '--versioning-dir', versions, dataDir]
  let child: Child | undefined
  const start = async () => {
    child = startChild(binary, args, { logFile, cwd: folder, folder })
    await untilListening(child, port, logFile)
  }
  await start()
  const server = s3Server(access)
  return {
    ...server,
    port,
    get pid() {
      return child?.pid ?? -1
    },
    dataDir,
    logFile,
    async kill9() {
      await child?.end('SIGKILL')
    },
    async shutdown() {
      await child?.end('SIGTERM', 5000)
    },
    async restart() {
      if (child?.running === true) await child.end('SIGTERM', 5000)
      await start()
    },
    async stop() {
      server.client.destroy()
      await child?.end('SIGKILL')
      removeNow(folder)
    },
  }
}

/** The helpers for a server that already runs. */
export function s3Server(access: S3Access): S3Server {
  const { endpoint, region, accessKeyId, secretAccessKey } = access
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  })
  return {
    ...access,
    client,
    async makeBucket(name, options = {}) {
      await client.send(
        new CreateBucketCommand({ Bucket: name, ObjectLockEnabledForBucket: options.objectLock === true }),
      )
    },
    url(bucket, prefix = '') {
      const query = new URLSearchParams({ endpoint, region, path_style: 'true' })
      return `s3://${bucket}/${prefix}?${query.toString()}`
    },
    env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region },
  }
}

async function untilListening(child: Child, port: number, logFile: string): Promise<void> {
  const deadline = Date.now() + 20_000
  while (child.running && Date.now() < deadline) {
    if (await accepts(port)) return
    await delay(50)
  }
  const state = child.running ? 'does not listen after 20 s' : 'ended while starting'
  await child.end('SIGKILL')
  throw new Error(`the S3 server ${state}; the end of its log:\n${logTail(logFile)}`)
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
