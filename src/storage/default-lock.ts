import { GetObjectLockConfigurationCommand } from '@aws-sdk/client-s3'
import type { StorageConfig } from '../contract/config/endpoint.ts'
import { because, type Said } from '../contract/said/said.ts'
import { openStorage } from './open.ts'
import { checkS3Address } from './s3-address.ts'
import { S3Connection } from './s3-connection.ts'
import { s3Error } from './s3-errors.ts'
import { ask } from './s3-lock.ts'

export interface DefaultLock {
  location: string
  mode: 'COMPLIANCE' | 'GOVERNANCE' | 'none' | 'unknown'
  /** Years as days, leap days counted. */
  days: number | null
  place: 'in-bucket' | 'in-folder'
  /** One sentence. */
  reason: string
  said?: Said
}

/**
 * What the storage will do with objects that are written from now on, as it states itself. Each object is asked about
 * again once it is there (`Storage.retention`): only that is proof.
 * @throws STORAGE_UNREACHABLE, STORAGE_FAILED, STORAGE_NOT_ALLOWED where there is no such bucket or no way in
 */
export async function defaultLock(config: StorageConfig): Promise<DefaultLock> {
  if (config.backend === 'filesystem') {
    const storage = await openStorage(config)
    await storage.close()
    const { location } = storage
    return { location, mode: 'none', days: null, place: 'in-folder', ...because('lock.folderOutlasts') }
  }
  checkS3Address(config, 'CONFIG_INVALID_VALUE')
  const s3 = new S3Connection(config)
  const { location } = s3
  try {
    const told = await s3.requests.run(() =>
      ask(async () => {
        const command = new GetObjectLockConfigurationCommand({ Bucket: s3.bucket })
        return (await s3.send(command)).ObjectLockConfiguration
      }),
    )
    const known = { location, place: 'in-bucket' as const }
    if (told.state === 'unknown') {
      return { ...known, mode: 'unknown', days: null, ...because('lock.bucketNotTold', { answer: told.name }) }
    }
    const lock = told.state === 'told' ? told.value : undefined
    if (lock?.ObjectLockEnabled !== 'Enabled') {
      return { ...known, mode: 'none', days: null, ...because('lock.bucketNone') }
    }
    const { Mode: mode, Days: days, Years: years } = lock.Rule?.DefaultRetention ?? {}
    if (mode !== 'COMPLIANCE' && mode !== 'GOVERNANCE') {
      return { ...known, mode: 'none', days: null, ...because('lock.bucketNoDefault') }
    }
    return { ...known, mode, days: days ?? daysIn(years ?? 0), ...because('lock.bucketDefault') }
  } catch (error) {
    throw s3Error(error, 'ask for the Object Lock configuration', location)
  } finally {
    s3.close()
  }
}

/** Leap days counted, so that no period is told too short. */
function daysIn(years: number): number {
  return years * 365 + Math.ceil(years / 4)
}
