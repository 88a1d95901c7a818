import {
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3'
import { CofferError } from '../contract/errors.ts'
import { say } from '../contract/said/said.ts'
import { checkKey, checkPrefix } from './keys.ts'
import type { S3Connection } from './s3-connection.ts'
import { failureOf, s3Error } from './s3-errors.ts'
import type { ObjectRetention, ObjectVersion, StorageLocks } from './storage.ts'

/** What S3 and its likes answer where an object has no lock of the kind that was asked for. */
const NONE = ['NoSuchObjectLockConfiguration', 'ObjectLockConfigurationNotFoundError', 'InvalidRequest']

/**
 * S3 Object Lock, asked for object by object. A lock belongs to one version of an object; where none is named, to the
 * present one.
 */
export function s3Locks(s3: S3Connection): StorageLocks {
  const target = (key: string, versionId?: string) => {
    checkKey(key)
    return {
      Bucket: s3.bucket,
      Key: s3.fullKey(key),
      ...(versionId === undefined ? {} : { VersionId: versionId }),
    }
  }
  const explained = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await s3.requests.run(work)
    } catch (error) {
      throw s3Error(error, doing, s3.location)
    }
  }
  return {
    refusal: () =>
      explained('ask whether the bucket has Object Lock', async () => {
        try {
          const answer = await s3.send(new GetObjectLockConfigurationCommand({ Bucket: s3.bucket }))
          if (answer.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled') return null
        } catch (error) {
          const name = failureOf(error).name ?? ''
          if (!NONE.includes(name) && name !== 'NotImplemented' && name !== 'MethodNotAllowed') throw error
        }
        return say('lock.thisBucketNone', { bucket: s3.bucket })
      }),
    holdOf: (key, versionId) =>
      explained(`ask whether "${key}" is under legal hold`, async () => {
        try {
          return (await s3.send(new GetObjectLegalHoldCommand(target(key, versionId)))).LegalHold?.Status === 'ON'
        } catch (error) {
          if (NONE.includes(failureOf(error).name ?? '')) return false
          throw error
        }
      }),
    setHold: (key, on, versionId) =>
      explained(`${on ? 'place' : 'lift'} the legal hold on "${key}"`, async () => {
        const LegalHold = { Status: on ? ('ON' as const) : ('OFF' as const) }
        await s3.send(new PutObjectLegalHoldCommand({ ...target(key, versionId), LegalHold }))
      }),
    retentionOf: (key, versionId) =>
      explained(`ask how long "${key}" is kept`, async () => {
        try {
          const { Retention } = await s3.send(new GetObjectRetentionCommand(target(key, versionId)))
          const until = Retention?.RetainUntilDate?.getTime()
          const mode = Retention?.Mode
          return until === undefined || (mode !== 'COMPLIANCE' && mode !== 'GOVERNANCE') ? null : { mode, until }
        } catch (error) {
          if (NONE.includes(failureOf(error).name ?? '')) return null
          throw error
        }
      }),
    setRetention: (key, { mode, until }: ObjectRetention, versionId) =>
      explained(`keep "${key}" for longer`, async () => {
        const Retention = { Mode: mode, RetainUntilDate: new Date(until) }
        await s3.send(new PutObjectRetentionCommand({ ...target(key, versionId), Retention }))
      }),
    versions: (prefix) => versionsOf(s3, prefix, explained),
  }
}

async function* versionsOf(
  s3: S3Connection,
  prefix: string,
  explained: <T>(doing: string, work: () => Promise<T>) => Promise<T>,
): AsyncGenerator<ObjectVersion> {
  checkPrefix(prefix)
  let markers: { KeyMarker?: string; VersionIdMarker?: string } = {}
  for (;;) {
    const input = { Bucket: s3.bucket, Prefix: s3.fullKey(prefix), ...markers }
    const page = await explained(`list the versions of "${prefix}"`, () =>
      s3.send(new ListObjectVersionsCommand(input)),
    )
    for (const { Key, VersionId, IsLatest } of page.Versions ?? []) {
      if (Key === undefined || VersionId === undefined || Key.endsWith('/')) continue
      yield { key: Key.slice(s3.prefix.length), versionId: VersionId, latest: IsLatest === true }
    }
    if (page.IsTruncated !== true) return
    const { NextKeyMarker, NextVersionIdMarker } = page
    const same = NextKeyMarker === markers.KeyMarker && NextVersionIdMarker === markers.VersionIdMarker
    if (NextKeyMarker === undefined || same) {
      throw new CofferError('STORAGE_FAILED', `expected a further page of the versions of "${prefix}", got none`)
    }
    markers = {
      KeyMarker: NextKeyMarker,
      ...(NextVersionIdMarker === undefined ? {} : { VersionIdMarker: NextVersionIdMarker }),
    }
  }
}
