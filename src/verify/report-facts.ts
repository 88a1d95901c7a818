import { isCofferError } from '../contract/errors.ts'
import type { VerifiedFacts } from '../contract/evidence/verdict.ts'
import { Finding } from './finding.ts'
import { parseStrictJson, TooMuchJson } from './json.ts'

/** What a report says of itself, as far as the verifier needs it. */
export interface ReportFacts {
  id: string
  facts: VerifiedFacts
  /** Milliseconds: when it says that it was made. */
  generatedAt: number | null
  /** SHA-256 of the manifest that it is about, lowercase hex. */
  manifestSha256: string | null
}

/**
 * Reads a report (schema 1.0, OSO's or ours).
 * @throws Finding FORMAT_FAILURE, LIMIT_REACHED
 */
export function readReport(bytes: Uint8Array): ReportFacts {
  let value: unknown
  try {
    value = parseStrictJson(bytes)
  } catch (error) {
    if (!isCofferError(error)) throw error
    const sub = error instanceof TooMuchJson ? 'LIMIT_REACHED' : 'FORMAT_FAILURE'
    throw new Finding(sub, `The report can't be read: ${error.message}.`)
  }
  const id = textAt(value, 'report_id')
  if (id === null || textAt(value, 'schema_version') === null) {
    throw new Finding('FORMAT_FAILURE', 'This is no evidence report: it has no schema version and report id.')
  }
  const backup = textAt(value, 'backup', 'id')
  const result = textAt(value, 'validation', 'overall_result')
  const records = at(value, 'backup', 'total_records')
  const time = textAt(value, 'generated_at')
  const millis = time === null ? Number.NaN : Date.parse(time)
  return {
    id,
    facts: {
      report_id: id,
      ...(backup === null ? {} : { backup_id: backup }),
      ...(result === null ? {} : { overall_result: result }),
      ...(typeof records === 'number' ? { records } : {}),
    },
    generatedAt: Number.isNaN(millis) ? null : millis,
    manifestSha256: textAt(value, 'integrity', 'backup_manifest_sha256'),
  }
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value
  for (const name of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined
    current = (current as Record<string, unknown>)[name]
  }
  return current
}

function textAt(value: unknown, ...path: readonly string[]): string | null {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : null
}
