import type { ReportAccount, ReportCheck, ReportControl } from '../../contract/evidence/report.ts'
import type { ReportInput } from '../report/input.ts'

/** What the state of a control follows from. */
export type Assessed = Pick<ReportInput, 'kind' | 'restore' | 'retention' | 'signing' | 'operator' | 'monthly'> & {
  checks: readonly ReportCheck[]
  account: readonly ReportAccount[]
}

export function assessControls(_assessed: Assessed): ReportControl[] {
  return []
}
