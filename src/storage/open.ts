import path from 'node:path'
import type { StorageConfig } from '../contract/config/endpoint.ts'
import { parseLocation } from '../contract/config/location.ts'
import { FilesystemStorage } from './filesystem.ts'
import { checkS3Address } from './s3-address.ts'
import type { Storage } from './storage.ts'

/**
 * Opens the storage that a configuration describes. Nothing is sent or made yet: the first call finds out whether it
 * can be reached (`checkStorage` asks on purpose).
 * @param options.patienceMs how long a request is tried again while the server fails or is away, default a minute
 * @throws CONFIG_INVALID_VALUE for an address that can't be one
 */
export async function openStorage(config: StorageConfig, options: { patienceMs?: number } = {}): Promise<Storage> {
  if (config.backend === 'filesystem') return new FilesystemStorage(config.path)
  checkS3Address(config, 'CONFIG_INVALID_VALUE')
  // The SDK takes a while to load, and most runs on a folder never need it.
  const { S3Storage } = await import('./s3.ts')
  return new S3Storage(config, options)
}

/**
 * Reads a `--path` (see `parseLocation`), and checks what only a storage knows: the folder in full, the S3 address.
 * @throws USAGE; UNSUPPORTED for a kind of storage that Coffer does not speak
 */
export function storageFromPath(location: string, environment: Record<string, string | undefined>): StorageConfig {
  const config = parseLocation(location, environment)
  if (config.backend === 'filesystem') return { ...config, path: path.resolve(config.path) }
  checkS3Address(config, 'USAGE')
  return config
}
