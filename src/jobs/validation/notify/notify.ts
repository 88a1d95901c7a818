import type { ValidationConfig } from '../../../contract/config/validation.ts'
import type { EvidenceReport } from '../../../contract/evidence/report.ts'
import { Secret } from '../../../contract/secret.ts'
import { type Posted, post } from './post.ts'

const EVENTS = 'https://events.pagerduty.com/v2/enqueue'
const TIMEOUT_MS = 15_000
const CHECKS_TOLD = 20

/**
 * Tells Slack and PagerDuty how a validation ended: overall result, checks, where the report lies. No secret and no
 * record is in it. @returns one sentence for each that could not be told
 */
export async function notify(
  config: Pick<ValidationConfig, 'notifications' | 'backup_id'>,
  report: EvidenceReport,
  location: string | null,
): Promise<string[]> {
  const { slack, pagerduty } = config.notifications
  const problems: string[] = []
  if (slack !== null) {
    const answer = await post(
      slack.webhook_url,
      { text: slackText(config.backup_id, report, location) },
      { timeoutMs: TIMEOUT_MS },
    )
    const problem = problemOf('Slack', answer)
    if (problem !== null) problems.push(problem)
  }
  if (pagerduty !== null) {
    const url = pagerduty.events_url ?? new Secret(EVENTS)
    const answer = await post(url, pagerdutyEvent(config.backup_id, pagerduty, report, location), {
      timeoutMs: TIMEOUT_MS,
    })
    const problem = problemOf('PagerDuty', answer)
    if (problem !== null) problems.push(problem)
  }
  return problems
}

function summary(backupId: string, report: EvidenceReport): string {
  const { validation } = report
  return `Kafka backup validation ${validation.overall_result}: ${backupId}, ${validation.checks_passed}/${validation.checks_total} checks passed`
}

function slackText(backupId: string, report: EvidenceReport, location: string | null): string {
  const lines = report.validation.results
    .slice(0, CHECKS_TOLD)
    .map(({ outcome, check_name, detail }) => `[${outcome}] ${escaped(check_name)} — ${escaped(detail)}`)
  const where = location === null ? [] : [`Report: ${escaped(location)}`]
  return [escaped(summary(backupId, report)), ...lines, ...where].join('\n')
}

/** Slack's three control characters. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Events API v2: a failure opens an incident for this backup, a later pass closes it. */
function pagerdutyEvent(
  backupId: string,
  pagerduty: NonNullable<ValidationConfig['notifications']['pagerduty']>,
  report: EvidenceReport,
  location: string | null,
): unknown {
  const passed = ['PASSED', 'WARNING'].includes(report.validation.overall_result)
  return {
    routing_key: pagerduty.integration_key.reveal(),
    event_action: passed ? 'resolve' : 'trigger',
    dedup_key: `coffer-validation-${backupId}`,
    payload: {
      summary: summary(backupId, report),
      source: report.coffer.host.name,
      severity: pagerduty.severity,
      component: backupId,
      custom_details: {
        report_id: report.report_id,
        report: location,
        checks: report.validation.results
          .slice(0, CHECKS_TOLD)
          .map(({ check_name, outcome, detail }) => ({ check_name, outcome, detail })),
      },
    },
  }
}

function problemOf(name: string, answer: Posted): string | null {
  if (answer.state === 'answered' && answer.status >= 200 && answer.status < 300) return null
  const why =
    answer.state === 'answered'
      ? `it answered with status ${answer.status}`
      : answer.state === 'timeout'
        ? `no answer within ${TIMEOUT_MS / 1000} s`
        : answer.reason
  return `${name} could not be told of the result: ${why}`
}
