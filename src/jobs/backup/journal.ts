import { checkChain } from '../../archive/check/chain.ts'
import { Findings } from '../../archive/check/findings.ts'
import { manifestSignature, signatureId } from '../../archive/manifest/signature.ts'
import { type LoadedManifest, requireManifest } from '../../archive/manifest/store.ts'
import { manifestSignatureStem } from '../../archive/paths.ts'
import type { Manifest } from '../../archive/types.ts'
import type { BackupConfig } from '../../contract/config/types.ts'
import { CofferError } from '../../contract/errors.ts'
import { SIGNATURE_SUFFIX } from '../../contract/evidence/signing.ts'
import type { JobContext } from '../../contract/jobs.ts'
import type { ManifestSignature } from '../../contract/results.ts'
import { readCustody } from '../../journal/custody.ts'
import type { Storage } from '../../storage/storage.ts'
import { noteCustody } from '../custody/note.ts'
import type { EvidenceSigner } from '../evidence/produce.ts'

/** What a run leaves besides the backup itself: its custody line, and the signature over its manifest. */
export interface Journal {
  storage: Storage
  backupId: string
  /** null: no key is configured. */
  signing: EvidenceSigner | null
  /** Of the signature's configuration. */
  actor: { name: string | null; role: string | null }
  context: JobContext
}

/**
 * Opens what a run's journal needs. Whatever signs is loaded only where a key is configured.
 * @throws CofferError where signing is asked for and the key can't be used: before the run, so that nobody waits for a
 *   backup that ends unsigned
 */
export async function openJournal(
  config: Pick<BackupConfig, 'backup_id' | 'evidence'>,
  storage: Storage,
  environment: Record<string, string>,
  context: JobContext,
): Promise<Journal> {
  const { evidence } = config
  const wanted = evidence?.signing.enabled === true ? evidence : null
  const signing =
    wanted === null
      ? null
      : await (await import('../evidence/produce.ts')).openEvidenceSigner(wanted, environment, context)
  const actor = { name: evidence?.signing.signer_name ?? null, role: evidence?.signing.signer_role ?? null }
  return { storage, backupId: config.backup_id, signing, actor, context }
}

/**
 * Ends a generation: its custody line first, then its signature. Killed between manifest and signature, the next run
 * finds the manifest's SHA-256 in the custody line (`signLate`). The manifest is read back from the storage, so that what
 * is signed is what lies there.
 * @param sha256 of the manifest as this run saved it last
 * @param unsigned what `signLate` gave: this run's signature covers what it found as it found it, and the line says so
 * @returns null without a key
 * @throws MANIFEST_CHANGED where something else lies there now; the storage's and the key's errors. The backup is
 *   complete by then, and stays so.
 */
export async function endGeneration(
  journal: Journal,
  sha256: string,
  unsigned: string | null = null,
): Promise<ManifestSignature | null> {
  const { storage, backupId, signing, actor, context } = journal
  const loaded = await requireManifest(storage, backupId)
  const { coffer } = loaded.manifest
  if (loaded.sha256 !== sha256 || coffer === undefined) {
    const got = `expected the manifest that this run saved (SHA-256 ${sha256}), found ${loaded.sha256}`
    throw new CofferError('MANIFEST_CHANGED', got, {
      hint: 'Somebody else wrote it after this run; nothing was signed.',
    })
  }
  await noteCustody(context, storage, backupId, {
    action: 'backed-up',
    subject: `manifest generation ${coffer.generation}`,
    sha256,
    location: storage.location,
    details: {
      ...runDetails(loaded.manifest),
      key_id: signing?.signer.keyId ?? null,
      ...(unsigned === null ? {} : { found_unsigned: unsigned }),
    },
    actor,
  })
  if (signing === null) return null
  return await sign(journal, signing, loaded, coffer.generation)
}

/** `endGeneration` for a run that has failed: its own error is the one to be told. */
export async function endFailed(journal: Journal, sha256: string): Promise<void> {
  try {
    await endGeneration(journal, sha256)
  } catch (error) {
    journal.context.log('warn', `the failed run's manifest was not signed: ${(error as Error).message}`)
  }
}

/**
 * Signs the manifest that an earlier run left unsigned (it was killed after its manifest and before its signature, or
 * had no key), before this run builds on it. Only where all that can be checked says that it is that run's: its hash
 * chain holds back to the first generation, every signature in it holds, and where the custody log has a line for the
 * generation, its SHA-256 is this one. The signature says no more than that: it was found so, at the time it was made.
 * @returns why it was not signed, in a sentence that belongs into this run's result and custody line; null where all is well
 */
export async function signLate(journal: Journal, loaded: LoadedManifest | null): Promise<string | null> {
  const { storage, backupId, signing, context, actor } = journal
  const coffer = loaded?.manifest.coffer
  if (loaded === null || coffer === undefined || signing === null) return null
  const { generation, run } = coffer
  const present = await manifestSignature(storage, backupId, generation, loaded.bytes)
  if (present.state === 'signed') return null
  const refuse = (reason: string): string => {
    const words = `generation ${generation} of "${backupId}" is not signed, and is not signed now: ${reason}`
    context.log('warn', words)
    return words
  }
  if (present.state === 'broken') return refuse(present.reason)
  const findings = new Findings()
  await checkChain(storage, loaded.manifest, loaded.bytes, findings, context.signal)
  const damage = findings.list().find((finding) => finding.severity === 'damaged')
  if (damage !== undefined) return refuse(damage.reason)
  const custody = await readCustody(storage, backupId)
  if (custody.problems[0] !== undefined) return refuse(`the custody log is damaged: ${custody.problems[0].reason}`)
  const subject = `manifest generation ${generation}`
  const line = custody.entries.findLast((entry) => entry.action === 'backed-up' && entry.subject === subject)
  if (line !== undefined && line.sha256 !== loaded.sha256) {
    return refuse(`its custody line states SHA-256 ${line.sha256}, it has ${loaded.sha256}`)
  }
  await sign(journal, signing, loaded, generation)
  const why = line === undefined && run.state === 'running' ? 'its run was killed' : 'its run signed nothing'
  await noteCustody(context, storage, backupId, {
    action: 'signed',
    subject,
    sha256: loaded.sha256,
    location: storage.location,
    details: { late: true, reason: why, key_id: signing.signer.keyId, found_in_custody_log: line !== undefined },
    actor,
  })
  context.log(
    'warn',
    `generation ${generation} was not signed (${why}); its hash chain holds, so it was signed now, as it was found`,
  )
  return null
}

/** Everything else first and `.sig` last: where there is a `.sig`, the signature is whole. */
async function sign(
  { storage, backupId, context }: Journal,
  { signer, authority }: EvidenceSigner,
  { bytes, sha256 }: LoadedManifest,
  generation: number,
): Promise<ManifestSignature> {
  const { signatureFiles, signDetached } = await import('../../signing/detached.ts')
  const signature = await signDetached(bytes, { signer, authority, id: signatureId(backupId, generation) })
  const stem = manifestSignatureStem(backupId, generation, sha256)
  const files = signatureFiles(stem, signature)
  const last = (name: string) => (name.endsWith(SIGNATURE_SUFFIX.text) ? 1 : 0)
  for (const file of files.sort((a, b) => last(a.name) - last(b.name))) await storage.put(file.name, file.bytes)
  for (const why of signature.revoked) context.log('warn', `the manifest is signed, but ${why}`)
  if (signature.timestampProblem !== null) {
    context.log('warn', `the manifest is signed, but has no timestamp: ${signature.timestampProblem}`)
  }
  return {
    state: 'signed',
    key_id: signer.keyId,
    algorithm: signer.algorithm,
    timestamped: signature.token !== null,
    reason: signature.timestampProblem === null ? 'signed' : `signed; no timestamp: ${signature.timestampProblem}`,
  }
}

function runDetails({ coffer }: Manifest): Record<string, string | number | null> {
  if (coffer === undefined) return {}
  const { run } = coffer
  return {
    generation: coffer.generation,
    run_id: run.run_id,
    state: run.state,
    records: run.records,
    bytes: run.bytes,
    source_cluster: run.source.cluster_id,
    source_brokers: run.source.brokers.join(','),
  }
}
