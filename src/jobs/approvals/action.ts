import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ApprovalAction, ApprovalPolicy } from '../../contract/approvals.ts'
import { canonicalJson } from '../../contract/canonical-json.ts'
import { CofferError } from '../../contract/errors.ts'
import type { ApprovableRequest, ArchiveLocation, JobRequest } from '../../contract/jobs.ts'
import { isoTime } from '../../contract/time.ts'
import { profileFolder } from '../profile.ts'

type Environment = Record<string, string>

/** The part of a job that may need an approval; null where none ever does. */
export function approvableOf(request: JobRequest): ApprovableRequest | null {
  switch (request.kind) {
    case 'restore':
      return request.dryRun ? null : { kind: 'restore', config: request.config }
    case 'hold':
      if (request.action !== 'lift') return null
      return { kind: 'hold-lift', archive: request.archive, backupId: request.backupId, matter: request.matter }
    case 'retention':
      return {
        kind: 'retention',
        archive: request.archive,
        backupId: request.backupId,
        mode: request.mode,
        until: request.until,
      }
    case 'keys':
      if (request.action === 'list' || request.action === 'export-public') return null
      return request.action === 'import'
        ? { kind: 'keys', action: 'import', name: request.name, file: request.file }
        : { kind: 'keys', action: request.action, name: request.name }
    default:
      return null
  }
}

/** Exactly what would be done, in words and in what decides it. @throws CONFIG_… for a restore's configuration */
export async function exactAction(request: ApprovableRequest, environment: Environment): Promise<ApprovalAction> {
  switch (request.kind) {
    case 'restore': {
      const { loadConfig } = await import('../../contract/config/load.ts')
      const config = loadConfig(request.config, environment, 'restore')
      if (config.mode !== 'restore') {
        throw new CofferError(
          'CONFIG_CONFLICT',
          `${request.config.name}: expected mode "restore", got "${config.mode}"`,
        )
      }
      const target = config.target.bootstrap_servers.join(',')
      return {
        kind: 'restore',
        summary: `restore the backup "${config.backup_id}" into the cluster at ${target}`,
        facts: {
          backup_id: config.backup_id,
          target,
          config_sha256: sha256(request.config.text),
          // with every variable resolved and every secret left out: the same file can mean something else
          resolved_sha256: sha256(JSON.stringify(config, plain)),
        },
      }
    }
    case 'hold-lift':
      return {
        kind: 'hold-lift',
        summary: `lift the legal hold for "${request.matter}" on the backup "${request.backupId}"`,
        facts: { backup_id: request.backupId, matter: request.matter.trim(), place: placeOf(request.archive) },
      }
    case 'retention':
      return {
        kind: 'retention',
        summary: `keep the backup "${request.backupId}" until ${isoTime(request.until)} (${request.mode})`,
        facts: {
          backup_id: request.backupId,
          place: placeOf(request.archive),
          mode: request.mode,
          until: isoTime(request.until),
        },
      }
    case 'keys':
      return {
        kind: 'keys',
        summary: `${request.action} the signing key "${request.name}"`,
        facts: {
          action: request.action,
          name: request.name,
          profile: profileFolder(environment),
          ...(request.action === 'import' ? { file_sha256: await fileDigest(request.file) } : {}),
        },
      }
  }
}

/** Whether the policy asks for an approval of it. */
export function needsApproval(action: ApprovalAction, policy: ApprovalPolicy): boolean {
  if (!policy.require.includes(action.kind)) return false
  return action.kind !== 'restore' || isProduction(String(action.facts.target).split(','), policy)
}

/** Whether what is restored there needs an approval: no patterns mean every cluster. */
export function isProduction(brokers: readonly string[], { production }: ApprovalPolicy): boolean {
  return production.length === 0 || brokers.some((broker) => production.some((pattern) => fits(pattern, broker)))
}

/** SHA-256 of the canonical JSON, lowercase hex: what an approval is good for. */
export function actionDigest(action: ApprovalAction): string {
  return sha256(canonicalJson(action))
}

/** A pattern with `*` and `?` over `host:port`; without a colon over the host alone. */
function fits(pattern: string, broker: string): boolean {
  const text = pattern.includes(':') ? broker : broker.replace(/:\d+$/, '')
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(text.toLowerCase())
}

function placeOf(archive: ArchiveLocation): string {
  if ('config' in archive) return `${archive.config.name} (SHA-256 ${sha256(archive.config.text)})`
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(archive.path) ? archive.path : resolve(archive.path)
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return value instanceof RegExp ? value.source : value
}

/** Of a key's file: another key under the same name would be another action. @throws KEY_MISSING */
async function fileDigest(path: string): Promise<string> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
  } catch (cause) {
    throw new CofferError('KEY_MISSING', `can't read "${path}"`, { cause })
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
