import { integrityCheck } from '../../../archive/check/integrity.ts'
import { say } from '../../../contract/said/said.ts'
import { ProgressMeter } from '../../progress.ts'
import { statisticsOf } from '../../statistics.ts'
import { verdictOf } from '../../validate/verdict.ts'
import { type Answer, detailed, type Session } from '../session.ts'

const LISTED = 50

/** The archive's own deep check: every object, checksum, record, Merkle root, account of offsets, and the chain of manifests. */
export async function checkIntegrity({ storage, config, scope, context }: Session): Promise<Answer> {
  const { manifest, sha256 } = scope.prepared.loaded
  const { records, bytes } = statisticsOf(manifest)
  const meter = new ProgressMeter(context, {
    phase: say('phase.checkingArchive'),
    recordsTotal: records,
    bytesTotal: bytes,
  })
  try {
    const report = await integrityCheck(storage, config.backup_id, {
      deep: true,
      signal: context.signal,
      onProgress: (done) => meter.add(done.records - meter.records, done.bytes - meter.bytes),
    })
    const errors = report.findings
      .filter(({ severity }) => severity === 'damaged')
      .map(({ severity: _, ...rest }) => ({ severity: 'error' as const, ...rest }))
    const {
      verdict,
      reason,
      said = say('many.parts', { parts: [reason] }),
    } = verdictOf(report, manifest, errors, report.damaged_total, report.warnings_total)
    const { generations, verified, hashes } = report.chain
    const manifests = say('many.earlierManifests', { count: verified })
    const whole = generations > 1 ? say('report.chainVerified', { verdict: said, manifests }) : said
    // What was checked is the archive as it is now: the manifest that the report is about has to be a part of it.
    const about = report.manifest_sha256 === sha256 || hashes.includes(sha256)
    const other = say(generations > 0 ? 'report.notInChain' : 'report.manifestChanged')
    const elsewhere = generations > 0 ? 'FAILED' : 'INDETERMINATE'
    // What a person should look at is no failure, and no plain pass: a signature that is gone may be among it.
    const outcome = verdict === 'PASSED' && report.warnings_total > 0 ? 'WARNING' : verdict
    return {
      outcome: about || verdict === 'FAILED' ? outcome : elsewhere,
      ...detailed(about ? whole : [whole, other]),
      data: {
        check: 'IntegrityCheck',
        deep: true,
        manifest_sha256: report.manifest_sha256,
        segments: report.segments_checked,
        objects: report.objects_listed,
        records: report.records_checked,
        bytes: report.bytes_checked,
        stored_bytes: report.stored_bytes_checked,
        generations,
        generations_verified: verified,
        account: report.account,
        damaged: report.damaged_total,
        findings: report.findings.slice(0, LISTED).map(({ said: _, ...finding }) => finding),
        findings_total: report.findings_total,
      },
    }
  } finally {
    meter.stop()
  }
}
