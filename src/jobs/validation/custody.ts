import { isCofferError } from '../../contract/errors.ts'
import type { EvidenceReport } from '../../contract/evidence/report.ts'
import { appendCustody } from '../../journal/custody.ts'
import { deepCheckDetails } from '../custody/deep-check.ts'
import { comparedDetails } from '../custody/tested-restore.ts'
import type { Session } from './session.ts'

/** Writes down in the backup's chain of custody that it was validated, with what result, and where the report lies. */
export async function noteCustody(
  { storage, config, scope }: Session,
  facts: { report: EvidenceReport; location: string; sha256: string; keys: readonly string[]; signed: boolean },
  warn: (message: string) => void,
): Promise<void> {
  const { report } = facts
  const { validation } = report
  try {
    await appendCustody(storage, config.backup_id, {
      action: 'validated',
      subject: report.report_id,
      sha256: facts.sha256,
      location: facts.location,
      details: {
        overall_result: validation.overall_result,
        checks_passed: validation.checks_passed,
        checks_total: validation.checks_total,
        ...deepCheckDetails(validation.results),
        ...comparedDetails(validation.results),
        manifest_sha256: scope.prepared.loaded.sha256,
        generation: scope.prepared.loaded.manifest.coffer?.generation ?? null,
        restore_id: scope.state?.restore_id ?? null,
        target_cluster_id: scope.identity.clusterId,
        files: facts.keys.length,
        signed: facts.signed,
        triggered_by: config.triggered_by,
      },
      actor: { name: config.evidence.signing.signer_name, role: config.evidence.signing.signer_role },
    })
  } catch (error) {
    if (!isCofferError(error)) throw error
    warn(`the backup's chain of custody could not be written: ${error.message}`)
  }
}
