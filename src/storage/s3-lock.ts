import {
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
} from '@aws-sdk/client-s3'
import { because } from '../contract/said/said.ts'
import type { S3Connection } from './s3-connection.ts'
import { failureOf } from './s3-errors.ts'
import type { StoredRetention } from './storage.ts'

/** What S3 and its likes answer for an object, or in a bucket, without Object Lock. */
const UNLOCKED = ['NoSuchObjectLockConfiguration', 'ObjectLockConfigurationNotFoundError', 'InvalidRequest']
/** No answer that is about the lock: to be repeated, or told as the storage's failure. */
const NOT_TOLD = ['AccessDenied', 'NotImplemented', 'MethodNotAllowed']

/** Object Lock of one object, as the server states it: retention and legal hold. */
export async function lockOf(s3: S3Connection, key: string): Promise<StoredRetention> {
  const target = { Bucket: s3.bucket, Key: s3.fullKey(key) }
  const hold = await ask(async () => (await s3.send(new GetObjectLegalHoldCommand(target))).LegalHold?.Status)
  const legalHold = hold.state === 'told' ? hold.value === 'ON' : hold.state === 'none' ? false : null
  const kept = await ask(async () => (await s3.send(new GetObjectRetentionCommand(target))).Retention)
  if (kept.state === 'unknown') {
    return { mode: 'unknown', retainUntil: null, legalHold, ...because('lock.notTold', { answer: kept.name }) }
  }
  const until = kept.state === 'told' ? kept.value?.RetainUntilDate?.getTime() : undefined
  const mode = kept.state === 'told' ? kept.value?.Mode : undefined
  if (until === undefined || (mode !== 'COMPLIANCE' && mode !== 'GOVERNANCE')) {
    const rule = await ask(async () => {
      const { ObjectLockConfiguration } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket: s3.bucket }))
      return ObjectLockConfiguration?.Rule?.DefaultRetention
    })
    const { Mode: byDefault, Days: days, Years: years } = (rule.state === 'told' ? rule.value : undefined) ?? {}
    const reason =
      byDefault === undefined
        ? because('lock.none')
        : years === undefined
          ? because('lock.noneThoughDays', { mode: byDefault, days: days ?? 0 })
          : because('lock.noneThoughYears', { mode: byDefault, years })
    return { mode: 'none', retainUntil: null, legalHold, ...reason }
  }
  return { mode, retainUntil: until, legalHold, ...because('lock.readBack') }
}

export type Told<T> = { state: 'told'; value: T } | { state: 'none' } | { state: 'unknown'; name: string }

/** Whether the server told, has none, or will not say. @throws what is no answer about the lock */
export async function ask<T>(question: () => Promise<T>): Promise<Told<T>> {
  try {
    return { state: 'told', value: await question() }
  } catch (error) {
    const name = failureOf(error).name ?? ''
    if (UNLOCKED.includes(name)) return { state: 'none' }
    if (NOT_TOLD.includes(name)) return { state: 'unknown', name }
    throw error
  }
}
