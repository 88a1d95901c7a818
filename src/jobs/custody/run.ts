import { createHash } from 'node:crypto'
import { manifestSignature } from '../../archive/manifest/signature.ts'
import { requireManifest } from '../../archive/manifest/store.ts'
import { canonicalJson } from '../../contract/canonical-json.ts'
import type { EvidenceConfig } from '../../contract/config/evidence.ts'
import { CofferError } from '../../contract/errors.ts'
import { CUSTODY_ACTIONS, type CustodyAction, type CustodyEntry } from '../../contract/evidence/custody.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { ConfigSource, JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { CustodyGeneration, CustodyRecord, CustodyResult, CustodySignature } from '../../contract/results.ts'
import { english, type Said, say, warned } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { TOOL } from '../../contract/tool.ts'
import { reportHost, reportOperator } from '../../evidence/report/operator.ts'
import { appendCustody, type CustodyChain, readCustody } from '../../journal/custody.ts'
import { type Generation, generationsOf } from '../../journal/generations.ts'
import type { Storage } from '../../storage/storage.ts'
import { storageFacts } from './storage-facts.ts'

/** What a job writes itself, when it has done it; nobody can claim it by hand. */
const BY_JOBS: readonly CustodyAction[] = [
  'backed-up',
  'restored',
  'validated',
  'reported',
  'extracted',
  'packaged',
  'signed',
  'held',
  'released',
  'retained',
]
const BY_HAND = CUSTODY_ACTIONS.filter((action) => !BY_JOBS.includes(action))
const MOST_NOTE = 2_000

/**
 * The chain-of-custody record of a backup: each generation (who, when, source, checksum, place, encryption, retention)
 * and every line of the log; signed where the configuration names a key. `append` adds an access or a transfer first.
 * @returns exit code done; damaged where the log or the chain of generations does not hold (the record says where)
 * @throws ARCHIVE_MISSING, MANIFEST_DAMAGED, USAGE for an action that can't be appended, KEY_…, STORAGE_…
 */
export async function runCustody(
  storage: Storage,
  request: Extract<JobRequest, { kind: 'custody' }>,
  context: JobContext,
): Promise<JobResult<CustodyResult>> {
  const { backupId, environment } = request
  const evidence = request.config === null ? null : await evidenceFrom(request.config, backupId, environment, context)
  const signing =
    evidence?.signing.enabled === true
      ? await (await import('../evidence/produce.ts')).openEvidenceSigner(evidence, environment, context)
      : null
  const loaded = await requireManifest(storage, backupId)
  const operator = reportOperator(evidence?.signing ?? null)
  let appended: CustodyEntry | null = null
  if (request.append !== null) {
    appended = await appendCustody(storage, backupId, {
      action: checkedAction(request.append.action),
      subject: `manifest generation ${loaded.manifest.coffer?.generation ?? 0}`,
      sha256: loaded.sha256,
      location: storage.location,
      details: { note: checkedNote(request.append.note) },
      actor: { name: operator.name, role: operator.role },
    })
  }

  const chain = await readCustody(storage, backupId)
  const problems = chain.problems.map(({ key, reason, said }) =>
    say('custody.at', { object: key, why: said ?? reason }),
  )
  const generations: CustodyGeneration[] = []
  for await (const generation of generationsOf(storage, loaded, (why) => problems.push(why))) {
    context.signal.throwIfAborted()
    generations.unshift(await generationRecord(storage, generation, chain, problems))
  }
  const record: CustodyRecord = {
    backup_id: backupId,
    storage_location: storage.location,
    made_at: isoTime(Date.now()),
    made_by: `${operator.os_user}@${reportHost().name}`,
    tool: { ...TOOL },
    generations,
    log: chain.entries,
    problems: problems.map((one) => english(one)),
    ...(problems.length === 0 ? {} : { sayings: problems }),
  }
  const warnings: Said[] = []
  if (signing === null) warnings.push(say('warn.notSigned'))
  if (loaded.manifest.coffer === undefined) {
    warnings.push(say('warn.foreignRecord'))
  }
  let signature: CustodySignature | null = null
  if (signing !== null) {
    const { signDetached } = await import('../../signing/detached.ts')
    const bytes = Buffer.from(canonicalJson(record))
    const { signer } = signing
    const made = await signDetached(bytes, { ...signing, id: `${backupId}/custody-${chain.entries.at(-1)?.seq ?? 0}` })
    if (made.timestampProblem !== null) warnings.push(say('warn.signatureTimestamp', { why: made.timestampProblem }))
    signature = {
      algorithm: signer.algorithm,
      key_id: signer.keyId,
      signed_by: signer.name,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      text: made.text.toString('latin1'),
      der: made.der.toString('base64'),
      token: made.token?.toString('base64') ?? null,
      public_key: made.publicKeyPem,
      chain: made.chainPem,
    }
  }
  const exitCode = problems.length === 0 ? EXIT.done : EXIT.damaged
  return {
    exitCode,
    result: { kind: 'custody', record, signature, appended, ...warned(warnings) },
  }
}

async function generationRecord(
  storage: Storage,
  { key, manifest, coffer, state, bytes, sha256 }: Generation,
  chain: CustodyChain,
  problems: Said[],
): Promise<CustodyGeneration> {
  const { generation, run } = coffer
  const subject = `manifest generation ${generation}`
  const lines = chain.entries.filter((entry) => entry.action === 'backed-up' && entry.subject === subject)
  const line = lines.find((entry) => entry.sha256 === sha256)
  for (const other of lines) {
    if (other.sha256 === sha256) continue
    const values = { line: other.seq, stated: other.sha256 ?? 'null', generation, sha256 }
    problems.push(say('custody.otherManifest', values))
  }
  const last = lastSegment(manifest, generation)
  const lookedAt = last === null ? [key] : [key, last]
  const { encryption, lock } = await storageFacts(storage, lookedAt)
  const who = `${run.operator.os_user}@${run.operator.host}`
  const name = line?.actor.name ?? null
  return {
    generation,
    created_at: isoTime(run.started_at),
    ended_at: run.ended_at === null ? null : isoTime(run.ended_at),
    state,
    created_by: name === null ? who : `${who} (${name})`,
    run_id: run.run_id,
    source_cluster: run.source.cluster_id,
    source_brokers: run.source.brokers,
    records: run.records,
    bytes: run.bytes,
    checksum: `sha256:${sha256}`,
    manifest: key,
    manifest_signature: await manifestSignature(storage, manifest.backup_id, generation, bytes),
    storage_location: storage.location,
    encryption,
    retention_policy: lock,
    looked_at: lookedAt,
    logged: line?.seq ?? null,
  }
}

function lastSegment(manifest: Generation['manifest'], generation: number): string | null {
  let last: string | null = null
  for (const { partitions } of manifest.topics) {
    for (const { segments } of partitions) {
      const own = segments.findLast((segment) => segment.generation === generation)
      if (own !== undefined) last = own.key
    }
  }
  return last
}

async function evidenceFrom(
  source: ConfigSource,
  backupId: string,
  environment: Record<string, string>,
  context: JobContext,
): Promise<EvidenceConfig> {
  const { loadEvidence } = await import('../../contract/config/load-evidence.ts')
  const file = loadEvidence(source, environment)
  for (const note of file.notes) context.log('warn', note)
  if (file.backup_id === backupId) return file.evidence
  throw new CofferError('CONFIG_CONFLICT', `${source.name}: expected backup_id "${backupId}", got "${file.backup_id}"`)
}

function checkedAction(action: string): CustodyAction {
  const known = BY_HAND.find((one) => one === action)
  if (known !== undefined) return known
  throw new CofferError('USAGE', `expected one of ${BY_HAND.join(', ')} for "--append", got "${action}"`, {
    hint: BY_JOBS.some((one) => one === action)
      ? `Coffer itself writes "${action}" when it has done it.`
      : 'Say the rest in "--note".',
  })
}

function checkedNote(note: string): string {
  const text = note.toWellFormed().trim()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  if (text !== '' && text.length <= MOST_NOTE && !/[\u0000-\u001f\u007f]/.test(text)) return text
  throw new CofferError(
    'USAGE',
    `expected "--note" with one line of 1 to ${MOST_NOTE} characters: to whom, and what for`,
  )
}
