import { stat } from 'node:fs/promises'
import type { StorageConfig } from '../contract/config/endpoint.ts'
import { CofferError } from '../contract/errors.ts'
import type { ArchiveLocation } from '../contract/jobs.ts'
import { openStorage, storageFromPath } from '../storage/open.ts'
import type { Storage } from '../storage/storage.ts'

/**
 * Opens the place that an archive is read from: what `--path` says, or the `storage` of a configuration file
 * (or a `storage` section alone). A folder must be there: a misspelt one would pass for an archive without backups.
 * Nothing is sent to S3 yet. The caller closes it.
 * @param environment resolves `${VAR}` in a file, and AWS_… variables for a path
 * @throws USAGE, UNSUPPORTED for a path that can't be one; CONFIG_… for a file; ARCHIVE_MISSING where there is no folder
 */
export async function openArchiveLocation(
  location: ArchiveLocation,
  environment: Record<string, string>,
): Promise<Storage> {
  const config =
    'path' in location
      ? storageFromPath(location.path, environment)
      : (await import('../contract/config/section.ts')).loadStorage(location.config, environment)
  return openExistingStorage(config)
}

/** A storage that must hold something already. @throws ARCHIVE_MISSING where there is no folder */
export async function openExistingStorage(config: StorageConfig): Promise<Storage> {
  if (config.backend === 'filesystem') await requireFolder(config)
  return openStorage(config)
}

async function requireFolder({ path }: Extract<StorageConfig, { backend: 'filesystem' }>): Promise<void> {
  const hint = 'Give the folder that a backup was written to: its "storage.path".'
  try {
    if ((await stat(path)).isDirectory()) return
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    // What else can be wrong with it, such as rights, is the storage's to tell.
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return
    throw new CofferError('ARCHIVE_MISSING', `there is no folder "${path}"`, { hint, cause })
  }
  throw new CofferError('ARCHIVE_MISSING', `expected a folder, got "${path}", which is none`, { hint })
}
