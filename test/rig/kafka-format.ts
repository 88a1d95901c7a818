import { createHash, randomBytes } from 'node:crypto'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached, mustRun } from './cache.ts'
import { scramArguments } from './kafka-config.ts'
import { KAFKA_VERSION } from './kafka-jars.ts'

/** What Kafka writes of the features of a new cluster, and of its first users. */
const FIRST_RECORDS = 'bootstrap.checkpoint'

export interface FormatOptions {
  /** Java's arguments before the main class. */
  tools: readonly string[]
  propertiesFile: string
  /** `log.dirs` of these properties; not there yet. */
  dataDir: string
  nodeId: number
  clusterId: string
  /** With the users of `SECURE_USERS`. */
  secure: boolean
  version?: string | undefined
}

/**
 * Formats a node's data as `kafka-storage format` does: by that tool itself the first time, and from then on by what it left
 * behind, which is the same for every cluster but for the ids. Each broker of the tests starts a Java less by that.
 */
export async function formatData(options: FormatOptions): Promise<void> {
  const { dataDir, nodeId, clusterId, propertiesFile, version = KAFKA_VERSION } = options
  const users = options.secure ? scramArguments() : []
  const state = createHash('sha256').update(users.join('\n')).digest('hex').slice(0, 8)
  let isFormatted = false
  const kept = await cached(
    `kafka-${version}-formatted-${state}`,
    'keeping what a broker’s data begin with',
    async (to) => {
      const args = ['format', '-t', clusterId, '-c', propertiesFile, ...users]
      await mustRun('java', [...options.tools, 'kafka.tools.StorageTool', ...args])
      await copyFile(join(dataDir, FIRST_RECORDS), join(to, FIRST_RECORDS))
      isFormatted = true
    },
  )
  if (isFormatted) return
  await mkdir(dataDir, { recursive: true })
  await copyFile(join(kept, FIRST_RECORDS), join(dataDir, FIRST_RECORDS))
  const ids = { version: '1', 'cluster.id': clusterId, 'node.id': String(nodeId), 'directory.id': randomId() }
  const lines = Object.entries(ids).map(([name, value]) => `${name}=${value}\n`)
  await writeFile(join(dataDir, 'meta.properties'), lines.join(''))
}

/** Kafka's ids are 16 random bytes in URL-safe base64; one that begins with a dash would look like an option. */
export function randomId(): string {
  const bytes = randomBytes(16)
  bytes[0] = 0
  return bytes.toString('base64url')
}
