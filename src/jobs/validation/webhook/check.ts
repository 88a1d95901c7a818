import type { WebhookConfig } from '../../../contract/config/validation.ts'
import type { CheckOutcome } from '../../../contract/evidence/report.ts'
import { say } from '../../../contract/said/said.ts'
import { post } from '../notify/post.ts'
import { type Answer, detailed, type Session } from '../session.ts'

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
    const late = detailed(say('report.webhookTimeout', { seconds: webhook.timeout_seconds }))
    return { outcome: webhook.fail_on_timeout ? 'FAILED' : 'WARNING', ...late, data: { ...facts, error: 'timeout' } }
  }
  if (answer.state === 'failed') {
    return {
      outcome: 'INDETERMINATE',
      ...detailed(say('report.webhookNotAsked', { why: answer.reason })),
      data: { ...facts, error: answer.reason },
    }
  }
  const { status } = answer
  if (status !== webhook.expected_status_code) {
    const other = detailed(say('report.webhookStatus', { expected: webhook.expected_status_code, got: status }))
    return { outcome: 'FAILED', ...other, data: { ...facts, status_code: status } }
  }
  const body = objectOf(answer.body)
  const outcome =
    typeof body?.result === 'string' && Object.hasOwn(RESULTS, body.result) ? RESULTS[body.result] : undefined
  if (outcome === undefined) {
    return webhook.accept_any_answer
      ? {
          outcome: 'PASSED',
          ...detailed(say('report.webhookAnyAnswer', { status })),
          data: { ...facts, status_code: status },
        }
      : {
          outcome: 'INDETERMINATE',
          ...detailed(say('report.webhookNoResult', { status })),
          data: { ...facts, status_code: status },
        }
  }
  const told =
    typeof body?.detail === 'string'
      ? { detail: oneLine(body.detail) }
      : detailed(say('report.webhookAnswered', { result: String(body?.result) }))
  const data = JSON.stringify(body?.data ?? {})
  return {
    outcome,
    ...told,
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
