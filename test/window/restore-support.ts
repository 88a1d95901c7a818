import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runJob } from '../../src/worker/client.ts'

export interface FourEyes {
  /** The policy's file. */
  policy: string
  /** Where requests for approvals are left. */
  exchange: string
  remove(): void
}

/** A policy by which a restore into production needs a second person. */
export function restoresNeedApproval(): FourEyes {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-policy-'))
  const [policy, exchange] = [join(folder, 'policy.json'), join(folder, 'exchange')]
  const text = JSON.stringify({
    format: 'coffer-approval-policy/1',
    require: ['restore'],
    // the one broker under another of its names
    production: ['127.0.0.1'],
    people: [],
    folder: exchange,
    valid_hours: 24,
  })
  writeFileSync(policy, text)
  return { policy, exchange, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/**
 * A backup into `archive` in a folder, made by the same engine that the backup's page uses.
 * @param more lines for its file
 */
export async function backUpOf(
  folder: string,
  bootstrap: string,
  id: string,
  topics: readonly string[],
  more = '',
): Promise<void> {
  const text = `mode: backup
backup_id: ${id}
source:
  bootstrap_servers: ["${bootstrap}"]
  topics: { include: ${JSON.stringify(topics)} }
storage:
  backend: filesystem
  path: ${join(folder, 'archive')}
${more}`
  const config = { name: 'backup.yaml', directory: folder, text }
  const outcome = await runJob({ kind: 'backup', dryRun: false, environment: {}, config })
  assert.equal(outcome.state, 'done', JSON.stringify(outcome))
}
