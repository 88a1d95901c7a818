import type { ReportCheck, ReportControl } from '../../contract/evidence/report.ts'

/** What OSO lists for each of its three, and our checks that say the same or more. */
const RESTORE_CHECKS = ['MessageCountCheck', 'OffsetRangeCheck', 'ContentCheck', 'IntegrityCheck']
const RESTORE_AND_GROUPS = [...RESTORE_CHECKS, 'ConsumerGroupOffsetCheck']

/** 17 CFR 210.2-06(a): auditors keep records of an audit for seven years. */
const SOX_RETENTION_YEARS = 7

/**
 * `compliance_mappings`: OSO's three with OSO's fields, `satisfied_by` only from checks that ran and passed, then one
 * for each framework. OSO's texts are kept where they are true: the practice it describes as RE.3.139 is RE.2.137 of
 * CMMC 1.02.
 */
export function complianceMappings(
  checks: readonly ReportCheck[],
  controls: readonly ReportControl[],
  retentionDays: number | null,
): Record<string, unknown> {
  const passed = (names: readonly string[]) =>
    names.filter((name) => {
      const ran = checks.filter((check) => check.check_name === name)
      return ran.length > 0 && ran.every((check) => check.outcome === 'PASSED')
    })
  const mappings: Record<string, Record<string, unknown>> = {
    cmmc_l2: {
      control: 'RE.2.137',
      description: 'Regularly perform and test data back-ups',
      satisfied_by: passed(RESTORE_AND_GROUPS),
    },
    gdpr_art32: {
      control: 'Article 32 - Testing technical measures',
      satisfied_by: passed(RESTORE_CHECKS),
      test_frequency: 'on-demand',
    },
    sox_itgc: {
      control: 'IT General Controls - Backup and Recovery',
      evidence_retention_configured_days: retentionDays,
      evidence_retention_required_years: SOX_RETENTION_YEARS,
      satisfied_by: passed(RESTORE_CHECKS),
    },
  }
  for (const [framework, own] of Map.groupBy(controls, (control) => control.framework)) {
    mappings[framework] = {
      ...mappings[framework],
      framework: own[0]?.framework_title,
      controls: own.map(({ control, citation, state, passed: by }) => ({ control, citation, state, satisfied_by: by })),
    }
  }
  return mappings
}
