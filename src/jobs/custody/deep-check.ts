import { manifestKey } from '../../archive/paths.ts'
import { isCofferError } from '../../contract/errors.ts'
import type { CustodyEntry } from '../../contract/evidence/custody.ts'
import type { ReportCheck } from '../../contract/evidence/report.ts'
import type { ValidateResult } from '../../contract/results.ts'
import { because, type Reason } from '../../contract/said/said.ts'
import { appendCustody, hasCustody } from '../../journal/custody.ts'
import type { Storage } from '../../storage/storage.ts'

/**
 * What a custody line keeps of an integrity check that read every byte, so that a later report can tell when the archive
 * was last read in full; nothing where there was none.
 */
export function deepCheckDetails(checks: readonly ReportCheck[]): Record<string, string> {
  const deep = checks.find((check) => check.check_name === 'IntegrityCheck' && check.data?.deep === true)
  return deep === undefined ? {} : { deep_check: deep.outcome }
}

/** The outcome of the deep check that a line speaks of; null where it speaks of none. */
export function deepCheckOf({ details }: CustodyEntry): string | null {
  return typeof details.deep_check === 'string' ? details.deep_check : null
}

/**
 * Writes down in an archive's chain of custody that all of it was read, with what result, whoever asked for it. An archive
 * without a chain (another program's) gets none from a check.
 * @returns the line's number, or one sentence why there is none; both null where there is no chain
 * @throws what is no error of the storage
 */
export async function noteDeepCheck(
  storage: Storage,
  checked: Pick<ValidateResult, 'backup_id' | 'verdict' | 'manifest_sha256' | 'checked' | 'findings_total'>,
  generation: number | null,
): Promise<{ line: number | null; problem: Reason | null }> {
  const { backup_id: backupId, verdict, manifest_sha256: sha256 } = checked
  const { segments, records, bytes } = checked.checked
  try {
    if (!(await hasCustody(storage, backupId))) return { line: null, problem: null }
    const { seq } = await appendCustody(storage, backupId, {
      action: 'verified',
      subject: generation === null ? 'manifest' : `manifest generation ${generation}`,
      sha256,
      location: `${storage.location}/${manifestKey(backupId)}`,
      details: { deep_check: verdict, segments, records, bytes, findings: checked.findings_total, generation },
    })
    return { line: seq, problem: null }
  } catch (error) {
    if (!isCofferError(error)) throw error
    return { line: null, problem: because('finding.noCustodyLine', { why: error.said ?? error.message }) }
  }
}
