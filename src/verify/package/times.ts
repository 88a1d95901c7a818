import type { SignatureFacts, VerifyCheck } from '../../contract/evidence/verdict.ts'
import { CLAIM_TOLERANCE_MS } from '../judge.ts'
import { moment } from '../words.ts'
import type { ManifestFacts } from './manifest.ts'
import { unknownCheck } from './refusal.ts'

export interface ToldTimes {
  /** Of the index's signature: what a timestamp proves, else what the signer says; null: neither. */
  signed: SignatureFacts['time']
  /** The report's `generated_at`, milliseconds. */
  generatedAt: number | null
  /** The latest time in the chain of custody, milliseconds. */
  custodyAt: number | null
  run: ManifestFacts['run']
}

/**
 * A package holds its report and its manifest, so neither can be younger than what binds it: an archive whose last run is
 * said to have gone on beyond that would seem to reach further than anybody could have known.
 */
export function checkTimes({ signed, generatedAt, custodyAt, run }: ToldTimes): VerifyCheck[] {
  const ended = run === null ? null : (run.endedAt ?? run.startedAt)
  const at = signed === null ? null : Date.parse(signed.at)
  const checks: VerifyCheck[] = []
  const later = (one: number, other: number) => one > other + CLAIM_TOLERANCE_MS
  const add = (subject: string, reason: string) =>
    checks.push(unknownCheck('time', subject, 'TIMESTAMP_ORDER_FAILURE', reason))
  if (at !== null && ended !== null && later(ended, at)) {
    add(
      'manifest/manifest.json',
      `The package is of ${moment(at)}, and its manifest tells of a run until ${moment(ended)}: one of them is wrong.`,
    )
  }
  if (at !== null && generatedAt !== null && later(generatedAt, at)) {
    add(
      'report.json',
      `The package is of ${moment(at)}, and its report says that it was made on ${moment(generatedAt)}: one of them is wrong.`,
    )
  }
  if (generatedAt !== null && ended !== null && later(ended, generatedAt)) {
    add(
      'report.json',
      `The report says that it was made on ${moment(generatedAt)}, and its manifest tells of a run until ${moment(ended)}: one of them is wrong.`,
    )
  }
  if (at !== null && custodyAt !== null && later(custodyAt, at)) {
    add(
      'custody.ndjson',
      `The package is of ${moment(at)}, and its chain of custody tells of ${moment(custodyAt)}: one of them is wrong.`,
    )
  }
  return checks
}
