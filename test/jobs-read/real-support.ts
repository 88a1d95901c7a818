import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadConfig } from '../../src/contract/config/load.ts'
import type { BackupConfig } from '../../src/contract/config/types.ts'
import type { BackupResult } from '../../src/contract/results.ts'
import { runBackup } from '../../src/jobs/backup/run.ts'
import { mustRun } from '../rig/cache.ts'
import { PROGRAM } from '../rig/program.ts'
import type { S3Access } from '../rig/s3.ts'
import { context, temporaryFolder } from './support.ts'

/** Who signs in, as a configuration file has it. */
export type Security = Record<string, string>

/** A backup's configuration, through the same reading as a user's file. JSON is YAML. */
export function backupConfig(settings: {
  bootstrap: string
  backupId: string
  storage: Record<string, unknown>
  topics: string[]
  security?: Security
  backup?: Record<string, unknown>
}): BackupConfig {
  const { bootstrap, backupId, storage, topics, security, backup } = settings
  const text = JSON.stringify({
    mode: 'backup',
    backup_id: backupId,
    source: {
      bootstrap_servers: [bootstrap],
      topics: { include: topics },
      ...(security === undefined ? {} : { security }),
    },
    storage,
    ...(backup === undefined ? {} : { backup }),
  })
  return loadConfig({ text, name: 'test.yaml', directory: '/' }, {}, 'backup')
}

export function s3Storage(s3: S3Access, bucket: string, prefix: string): Record<string, unknown> {
  const { endpoint, region, accessKeyId: access_key, secretAccessKey: secret_key } = s3
  return { backend: 's3', bucket, prefix, endpoint, region, access_key, secret_key, path_style: true, allow_http: true }
}

export async function backUp(config: BackupConfig): Promise<BackupResult> {
  const { result } = await runBackup(config, { dryRun: false }, context())
  if (result.dry_run) throw new Error('expected a real run')
  return result
}

/** A folder with the real command line as `coffer`, to be put on a PATH. */
export async function binFolder(): Promise<string> {
  const folder = join(await temporaryFolder(), 'bin')
  await mkdir(folder)
  const file = join(folder, 'coffer')
  await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`)
  await chmod(file, 0o755)
  return folder
}

/** Fails with what to install, so that nobody has to guess why a script did not run. */
export async function needPrograms(): Promise<void> {
  await mustRun('bash', ['--version'], { install: 'install bash' })
  await mustRun('jq', ['--version'], { install: 'install jq (Debian: apt install jq)' })
}
