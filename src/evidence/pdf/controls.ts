import type { EvidenceReport, ReportControl } from '../../contract/evidence/report.ts'
import { count } from '../../contract/words.ts'
import { FRAMEWORKS } from '../controls/assess.ts'
import { muted, type Sheet } from './sheet.ts'
import { table } from './table.ts'
import { INK, MUTED, OUTCOME_COLOURS, SIZE } from './theme.ts'

const STATES = ['supported', 'not supported', 'not covered'] as const

export function controls(sheet: Sheet, report: EvidenceReport): void {
  const all = report.coffer.controls
  if (all.length === 0) return
  sheet.heading('Controls', 1, 200)
  sheet.paragraph(
    'Evidence supports a control; an auditor judges it. “Supported” means that everything in this report that speaks for the control ran and passed. “Not supported” means that something which it rests on failed. “Not covered” means that this report does not speak of it.',
  )
  const frameworks = Map.groupBy(all, (control) => control.framework)
  table(
    sheet,
    [
      { title: 'Framework', share: 58 },
      ...STATES.map((state) => ({ title: state, share: 14, align: 'right' as const })),
    ],
    [...frameworks.values()].map((own) => [
      own[0]?.framework_title ?? '',
      ...STATES.map((state) => count(own.filter((control) => control.state === state).length)),
    ]),
  )
  for (const [id, own] of frameworks) {
    sheet.heading(own[0]?.framework_title ?? id, 2, 150)
    const edition = FRAMEWORKS.find((framework) => framework.id === id)?.edition
    if (edition !== undefined) sheet.paragraph([muted(edition, SIZE.tiny)], { after: 3 })
    table(
      sheet,
      [
        { title: 'Control', share: 27 },
        { title: 'What it asks', share: 33 },
        { title: 'State', share: 13 },
        { title: 'Why, and what this evidence can not show', share: 42 },
      ],
      own.map(row),
      SIZE.small - 0.5,
    )
  }
}

function row(control: ReportControl) {
  const size = SIZE.small - 0.5
  return [
    [
      { text: `${control.control}\n`, face: 'bold' as const, size, colour: INK },
      { text: `${control.title}\n`, face: 'sans' as const, size, colour: INK },
      { text: control.citation, face: 'sans' as const, size: SIZE.tiny, colour: MUTED },
    ],
    `Asks ${control.asks}.`,
    [{ text: control.state, face: 'bold' as const, size, colour: OUTCOME_COLOURS[control.state]?.ink ?? MUTED }],
    control.reason,
  ]
}
