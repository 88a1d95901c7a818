import type { WebhookConfig } from '../../../contract/config/validation.ts'
import type { CheckOutcome } from '../../../contract/evidence/report.ts'
import { post } from '../notify/post.ts'
import type { Answer, Session } from '../session.ts'

const RESULTS: Readonly<Record<string, CheckOutcome>> = {
  passed: 'PASSED',
  failed: 'FAILED',
  warning: 'WARNING',
  skipped: 'SKIPPED',
}
const MOST_DETAIL = 500
const MOST_DATA = 16_384

/**
 * A check of the user's own, asked over HTTP: OSO Kafka Backup's request and answer. Only an answer that says so has
 * passed; one that can't be understood, or none, is indeterminate or failed as the file has it.
 */
export async function checkWebhook(webhook: WebhookConfig, session: Session): Promise<Answer> {
  const { config, context } = session
  const answer = await post(
    webhook.url,
    {
      event: 'kafka_backup_validation',
      backup_id: config.backup_id,
      pitr_timestamp: config.pitr_timestamp,
      restored_cluster: { bootstrap_servers: config.restore.target.bootstrap_servers },
    },
    { timeoutMs: webhook.timeout_seconds * 1000, signal: context.signal },
  )
  const facts = { check: 'CustomWebhook', host: answer.host }
  if (answer.state === 'timeout') {
    const detail = `no answer within ${webhook.timeout_seconds} s`
    return { outcome: webhook.fail_on_timeout ? 'FAILED' : 'WARNING', detail, data: { ...facts, error: 'timeout' } }
  }
  if (answer.state === 'failed') {
    return {
      outcome: 'INDETERMINATE',
      detail: `it can't be asked: ${answer.reason}`,
      data: { ...facts, error: answer.reason },
    }
  }
  const { status } = answer
  if (status !== webhook.expected_status_code) {
    const detail = `expected status ${webhook.expected_status_code}, got ${status}`
    return { outcome: 'FAILED', detail, data: { ...facts, status_code: status } }
  }
  const body = objectOf(answer.body)
  const outcome =
    typeof body?.result === 'string' && Object.hasOwn(RESULTS, body.result) ? RESULTS[body.result] : undefined
  if (outcome === undefined) {
    return webhook.accept_any_answer
      ? {
          outcome: 'PASSED',
          detail: `status ${status}, and "accept_any_answer" takes that for a pass`,
          data: { ...facts, status_code: status },
        }
      : {
          outcome: 'INDETERMINATE',
          detail: `status ${status}, but no "result" of passed, failed, warning or skipped`,
          data: { ...facts, status_code: status },
        }
  }
  const detail =
    typeof body?.detail === 'string' ? oneLine(body.detail) : `the webhook answered "${String(body?.result)}"`
  const data = JSON.stringify(body?.data ?? {})
  return {
    outcome,
    detail,
    data: {
      ...facts,
      status_code: status,
      answer: data.length <= MOST_DATA ? JSON.parse(data) : 'too long to be kept',
    },
  }
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** Somebody else's text, fit for one line. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, MOST_DETAIL)
}
