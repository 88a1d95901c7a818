import type { ActivityFacts, ActivityOutcome } from '../contract/activity.ts'
import { DRY_RUN } from '../contract/activity-actions.ts'
import { ERROR_EXIT } from '../contract/errors.ts'
import { EXIT } from '../contract/exit-codes.ts'
import type { ArchiveLocation, ConfigSource, JobOutcome, JobRequest } from '../contract/jobs.ts'
import type { KeyOverview } from '../contract/results/keys.ts'
import type { UpdateCheckResult, UpdateSettingsResult } from '../contract/results/update.ts'

/** What the activity journal says of a job, from its request. */
export interface JobActivity {
  action: string
  subject: string
  details: ActivityFacts
}

/**
 * Jobs that only look at names and figures: no line for each look at a list. That records were looked at in a preview or a
 * package stands in the case's own chain of custody, once, and not for each letter of a filter that is typed.
 */
const ONLY_LOOKS = new Set([
  'list',
  'overview',
  'controls',
  'describe',
  'status',
  'show-offset-mapping',
  'evidence-list',
  'activity',
  'timeline',
  'preview',
  'package-records',
])
const ONLY_LOOKING_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  keys: ['list'],
  schedule: ['list', 'history', 'export'],
  hold: ['list', 'overview'],
  'offset-reset': ['plan', 'script'],
  'offset-rollback': ['list', 'show', 'verify'],
  approvals: ['list', 'verify'],
  update: ['show'],
}

/**
 * @returns null for jobs that get no line. Any other has one, also a kind that this table doesn't know: what is new
 *   must not go unrecorded.
 */
export function activityOf(request: JobRequest): JobActivity | null {
  const { environment } = request
  const fields = request as unknown as Readonly<Record<string, unknown>>
  const inner = isRecord(fields.request) ? fields.request : fields
  const action = typeof inner.action === 'string' ? inner.action : null
  if (ONLY_LOOKS.has(request.kind) && action !== 'export') return null
  if (action !== null && ONLY_LOOKING_ACTIONS[request.kind]?.includes(action)) return null
  const clean = (text: string) => withoutSecrets(text, environment)
  const details: ActivityFacts = {}
  for (const [name, value] of Object.entries(inner)) {
    if (KEPT.has(name) && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')) {
      details[snake(name)] = typeof value === 'string' ? clean(value) : value
    }
  }
  if (Array.isArray(inner.groups)) details.groups = clean(inner.groups.map(String).join(', '))
  if (Array.isArray(inner.files)) details.files = clean(inner.files.map(String).join(', '))
  const config = configIn(fields)
  if (config !== null) details.config = clean(config.name)
  const archive = fields.archive as ArchiveLocation | undefined
  if (archive !== undefined) details.place = clean('path' in archive ? archive.path : archive.config.name)
  if (isRecord(fields.append)) Object.assign(details, { appended: String(fields.append.action) })
  return { action: actionOf(request, action), subject: clean(subjectOf(inner, config)), details }
}

/** How a job ended, and what it says of itself. */
export function outcomeOf(
  request: JobRequest,
  outcome: JobOutcome,
): { result: ActivityOutcome; details: ActivityFacts; before: ActivityFacts | null; after: ActivityFacts | null } {
  const clean = (text: string) => withoutSecrets(text, request.environment)
  if (outcome.state === 'failed') {
    const { code, message } = outcome.error
    const exitCode = ERROR_EXIT[code] ?? EXIT.unexpected
    const result = { exit_code: exitCode, error: code, verdict: null, message: clean(message) }
    return { result, details: {}, before: null, after: null }
  }
  const found = isRecord(outcome.result) ? outcome.result : {}
  const verdict = [found.verdict, found.overall_result].find((one) => typeof one === 'string')
  const details: ActivityFacts = {}
  for (const name of TOLD) {
    const value = found[name]
    if (typeof value === 'string') details[name] = clean(value)
    else if (typeof value === 'number' || typeof value === 'boolean') details[name] = value
  }
  if (found.kind === 'update' && found.action === 'check') {
    const { newest, list } = found as unknown as UpdateCheckResult
    Object.assign(details, { version: newest?.version ?? null, serial: list.serial, list_sha256: list.sha256 })
  }
  if (found.kind === 'update' && Array.isArray(found.removed) && found.removed.length > 0) {
    details.removed = found.removed.join(', ')
  }
  const result = {
    exit_code: outcome.exitCode,
    error: null,
    verdict: typeof verdict === 'string' ? verdict : null,
    message: typeof found.reason === 'string' ? clean(found.reason) : null,
  }
  return { result, details, ...changeIn(found) }
}

/** What of a request is worth keeping; never its environment, a file's text or an append's note. */
const KEPT = new Set([
  'dryRun',
  'deep',
  'triggeredBy',
  'month',
  'format',
  'output',
  'file',
  'report',
  'reportId',
  'restoreId',
  'snapshotId',
  'algorithm',
  'owner',
  'reason',
  'matter',
  'until',
  'mode',
  'timestampUrl',
  'cron',
  'timezone',
  'address',
  'channel',
  'daily',
  'by',
])

/** What of a result is worth keeping. */
const TOLD = [
  'backup_id',
  'location',
  'state',
  'generation',
  'restore_id',
  'snapshot_id',
  'undo_snapshot_id',
  'report_id',
  'package_id',
  'package_sha256',
  'manifest_sha256',
  'records',
  'segments',
  'objects',
  'signed',
  'signed_by',
  'output',
  'path',
  'sha256',
  'version',
  'serial',
] as const

function actionOf(request: JobRequest, action: string | null): string {
  const dry = 'dryRun' in request && request.dryRun === true ? DRY_RUN : ''
  const appended = request.kind === 'custody' && request.append !== null ? ' append' : ''
  const known: Readonly<Record<string, string>> = { 'monthly-report': 'report monthly', custody: `custody${appended}` }
  const words = known[request.kind] ?? request.kind.replaceAll('-', ' ')
  return `${words}${action === null ? '' : ` ${action.replaceAll('-', ' ')}`}${dry}`
}

function subjectOf(inner: Readonly<Record<string, unknown>>, config: ConfigSource | null): string {
  if (inner.kind === 'update') return typeof inner.file === 'string' ? inner.file : 'new versions'
  for (const name of ['backupId', 'reportId', 'snapshotId', 'name', 'report', 'file'] as const) {
    const value = inner[name]
    if (typeof value === 'string') return value
  }
  // names alone: where they lie stands in the details, and of an upload in a folder that is gone
  if (Array.isArray(inner.files)) return inner.files.map((path) => String(path).split(/[\\/]/).at(-1)).join(', ')
  if (isRecord(inner.schedule) && typeof inner.schedule.name === 'string') return inner.schedule.name
  if (config === null) return ''
  // as it stands in the file, unread: what is a variable there is told by the result
  const id = /^\s{0,2}"?backup_id"?:\s*["']?([A-Za-z0-9_][A-Za-z0-9._:@=+-]*)["']?\s*(#.*)?$/m.exec(config.text)?.[1]
  return id ?? /"backup_id":"([^"]{1,200})"/.exec(config.text)?.[1] ?? config.name
}

/** Keys and schedules are changed by jobs: what they were and what they are. */
function changeIn(found: Readonly<Record<string, unknown>>): {
  before: ActivityFacts | null
  after: ActivityFacts | null
} {
  if (found.kind === 'keys' && isRecord(found.key) && found.action !== 'export-public') {
    const key = found.key as unknown as KeyOverview
    const after: ActivityFacts = {
      status: key.status,
      key_id: key.key_id,
      algorithm: key.algorithm,
      kept_in: key.kept_in,
    }
    if (key.certificate !== null) after.certificate_sha256 = key.certificate.sha256
    return found.action === 'revoke'
      ? { before: { status: 'usable' }, after: { ...after, reason: key.revoked?.reason ?? null } }
      : { before: null, after }
  }
  if (found.kind === 'update' && isRecord(found.before)) {
    const { enabled, address, key, channel, daily, proxy } = found as unknown as UpdateSettingsResult
    const after = { enabled, address, key_id: key?.key_id ?? null, channel, daily, proxy }
    return { before: scalars(found.before), after }
  }
  if (found.kind === 'schedule' && Array.isArray(found.schedules) && isRecord(found.schedules[0])) {
    const schedule = scalars(found.schedules[0])
    if (found.action === 'add') return { before: null, after: schedule }
    if (found.action === 'remove') return { before: schedule, after: null }
    if (found.action === 'pause' || found.action === 'resume') {
      return { before: { paused: found.action === 'resume' }, after: { paused: found.action === 'pause' } }
    }
  }
  return { before: null, after: null }
}

function scalars(object: Readonly<Record<string, unknown>>): ActivityFacts {
  const facts: ActivityFacts = {}
  for (const [name, value] of Object.entries(object)) {
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) facts[name] = value as string
  }
  return facts
}

function configIn(fields: Readonly<Record<string, unknown>>): ConfigSource | null {
  const { config } = fields
  return isRecord(config) && typeof config.text === 'string' && typeof config.name === 'string'
    ? (config as unknown as ConfigSource)
    : null
}

const SECRET_NAME = /PASS|SECRET|TOKEN|CREDENTIAL|PRIVATE|_KEY$|^KEY_/i

/**
 * A text without what may be a secret: credentials in addresses, query parameters other than an archive's own, and the
 * values of variables whose names say that they are secret. A second line of defence: nothing of that kind should be here.
 */
export function withoutSecrets(text: string, environment: Readonly<Record<string, string>>): string {
  let clean = text
    .replace(/(:\/\/)[^/?#\s@]*@/g, '$1…@')
    .replace(/([?&](?!endpoint=|region=|path_style=|allow_http=)[^=&\s]+)=[^&\s]*/g, '$1=…')
  for (const [name, value] of Object.entries(environment)) {
    if (value.length >= 6 && SECRET_NAME.test(name) && clean.includes(value))
      clean = clean.replaceAll(value, `[${name}]`)
  }
  return clean
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
