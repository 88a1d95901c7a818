import { hostname, platform, release, userInfo } from 'node:os'
import type { ReportOperator } from '../../contract/evidence/report.ts'

/**
 * Who makes the report: the operating system's user, and the printed name, role and meaning that 21 CFR 11.50(a) asks
 * of a signature, where the configuration names them.
 */
export function reportOperator(
  signing: { signer_name: string | null; signer_role: string | null; meaning: string | null } | null,
): ReportOperator {
  return {
    os_user: osUser(),
    name: signing?.signer_name ?? null,
    role: signing?.signer_role ?? null,
    meaning: signing?.meaning ?? null,
  }
}

export function reportHost(): { name: string; platform: string; release: string } {
  return { name: hostname(), platform: platform(), release: release() }
}

/** A container may run under a user id that has no name: then the id itself. */
function osUser(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
