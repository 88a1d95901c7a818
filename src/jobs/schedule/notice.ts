import { CofferError } from '../../contract/errors.ts'
import type { Notice } from './loop.ts'

/** Names the address that notices are posted to, as `{"text": …}`: what Slack, Mattermost and Teams take. A secret. */
export const WEBHOOK_VARIABLE = 'COFFER_NOTIFY_WEBHOOK'
const TIMEOUT_MS = 10_000

/** A notice in words: the schedule's name, and an error's sentence, which may name brokers and places, never a secret. */
export function noticeText(notice: Notice): string {
  const { name, kind } = notice.schedule
  if (notice.about === 'overdue') {
    const last = notice.lastGoodAt === null ? 'there was none yet' : `the last was at ${notice.lastGoodAt}`
    return `Coffer: no good ${kind} of "${name}" for ${notice.schedule.alert_after_hours} hours; ${last}.`
  }
  const { due_at, attempt, exit_code, error } = notice.run
  if (notice.about === 'recovered') return `Coffer: "${name}" (${kind}) is well again: the run of ${due_at} is done.`
  const why = error === null ? `exit code ${exit_code}` : `${error.message} [${error.code}]`
  return `Coffer: "${name}" (${kind}) failed: the run of ${due_at}, after ${attempt} of its attempts: ${why}.`
}

/**
 * Posts a notice where the environment says so; without an address nothing is sent.
 * @throws UNEXPECTED where the address doesn't take it; the message never holds the address, which is a secret
 */
export async function postNotice(notice: Notice, environment: Readonly<Record<string, string>>): Promise<void> {
  const address = environment[WEBHOOK_VARIABLE]
  if (address === undefined || address === '') return
  let status: number
  try {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: noticeText(notice) }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    status = answer.status
    await answer.body?.cancel()
  } catch (cause) {
    const reason = (cause as Error).name === 'TimeoutError' ? 'no answer in 10 seconds' : 'it can not be reached'
    throw new CofferError('UNEXPECTED', `the address in ${WEBHOOK_VARIABLE}: ${reason}`)
  }
  if (status < 200 || status > 299) {
    throw new CofferError('UNEXPECTED', `the address in ${WEBHOOK_VARIABLE} answered ${status}`)
  }
}
