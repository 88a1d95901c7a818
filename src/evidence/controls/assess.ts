import type { ReportAccount, ReportCheck, ReportControl } from '../../contract/evidence/report.ts'
import { english, type Said, say } from '../../contract/said/said.ts'
import type { ReportInput } from '../report/input.ts'
import { CFR_21_PART_11 } from './cfr-21-part-11.ts'
import { CMMC } from './cmmc.ts'
import { DORA } from './dora.ts'
import { type Standing, standingOf } from './facts.ts'
import type { ControlData, FrameworkData, Support } from './framework.ts'
import { GDPR } from './gdpr.ts'
import { HIPAA } from './hipaa.ts'
import { ISO_27001 } from './iso-27001.ts'
import { MIFID_II } from './mifid-ii.ts'
import { PCI_DSS } from './pci-dss.ts'
import { SEC_17A_4 } from './sec-17a-4.ts'
import { SOC2 } from './soc2.ts'
import { SOX_ITGC } from './sox-itgc.ts'

/** In the order of the report. */
export const FRAMEWORKS: readonly FrameworkData[] = [
  SOX_ITGC,
  GDPR,
  HIPAA,
  PCI_DSS,
  SOC2,
  MIFID_II,
  SEC_17A_4,
  CFR_21_PART_11,
  DORA,
  ISO_27001,
  CMMC,
]

/** What the state of a control follows from. */
export type Assessed = Pick<
  ReportInput,
  'kind' | 'generatedAt' | 'restore' | 'retention' | 'signing' | 'operator' | 'monthly'
> & {
  checks: readonly ReportCheck[]
  account: readonly ReportAccount[]
}

/**
 * Every control with its state. Supported: all that it rests on ran and passed. Not supported: something that it rests
 * on ran and failed. Not covered: everything else, such as checks that were skipped, warned or could not tell.
 * Evidence supports a control; an auditor judges it.
 */
export function assessControls(assessed: Assessed): ReportControl[] {
  const standing = standingOf(assessed)
  return FRAMEWORKS.flatMap((framework) =>
    framework.controls.map((control) => ({
      framework: framework.id,
      framework_title: framework.title,
      control: control.control,
      title: control.title,
      citation: control.citation,
      asks: control.asks,
      ...assess(control, standing),
    })),
  )
}

function assess(
  control: ControlData,
  standing: (support: Support) => Standing,
): Pick<ReportControl, 'supported_by' | 'passed' | 'state' | 'reason' | 'said'> {
  const { all = [], any = [], beyond } = control
  const supported_by = [...all, ...any]
  const passed = supported_by.filter((support) => standing(support).state === 'passed')
  const failed = supported_by.filter((support) => standing(support).state === 'failed')
  const stands = (state: ReportControl['state'], supports: readonly Support[]) => {
    const said = reasons(supports.map((support) => standing(support).said))
    return { supported_by, passed, state, reason: controlReason(state, said, beyond), said }
  }
  if (supported_by.length === 0) return stands('not covered', [])
  if (failed.length > 0) return stands('not supported', failed)
  const missing = all.filter((support) => !passed.includes(support))
  if (missing.length === 0 && any.length > 0 && !any.some((support) => passed.includes(support))) missing.push(...any)
  return missing.length > 0 ? stands('not covered', missing) : stands('supported', passed)
}

/**
 * The reason of a control in English, from what it is made of. What evidence can't show is said where it shows something,
 * or where nothing could show anything; elsewhere it would read as if it had.
 */
export function controlReason(state: ReportControl['state'], said: readonly Said[], beyond: string): string {
  if (said.length === 0) return beyond
  const why = sentence(said.map((one) => english(one)).join('; '))
  return state === 'supported' ? `${why} ${beyond}` : why
}

/** Reasons of one sentence: checks that were not asked for are named together, and what can't apply is left out. */
function reasons(all: readonly Said[]): Said[] {
  const names = all.flatMap(({ id, values }) => (id === 'control.notPart' ? (values?.checks as string[]) : []))
  const absent = [...new Set(names)]
  const others = all.filter(({ id }) => id !== 'control.notPart')
  const distinct = [...new Map(others.map((said) => [english(said), said])).values()]
  const named = absent.length === 0 ? [] : [say('control.notPart', { count: absent.length, checks: absent })]
  const several = distinct.length + named.length > 1
  return [...named, ...(several ? distinct.filter(({ id }) => id !== 'control.noPeriod') : distinct)]
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
