import type { EvidenceReport } from '../../contract/evidence/report.ts'
import { howToVerify } from '../report/how-to-verify.ts'
import { day } from '../report/plain.ts'
import { facts } from './facts.ts'
import type { SegmentList } from './segment-list.ts'
import { body, mono, muted, type Sheet } from './sheet.ts'
import { BLUE, GROUND, LINE, SIZE } from './theme.ts'
import { wrap } from './wrap.ts'

export interface Signatory {
  name: string
  role: string | null
  meaning: string | null
}

/** Where the signature's widget goes, in points from the page's top left corner. */
export interface SignatureArea {
  x: number
  y: number
  width: number
  height: number
}

/**
 * Name, role, meaning and date in readable form (21 CFR 11.50), and the field.
 * @param place called on the page of the field
 */
export function signature(
  sheet: Sheet,
  report: EvidenceReport,
  signatory: Signatory | null,
  place: (area: SignatureArea, parent: PDFKit.PDFStructureElement) => void,
): void {
  sheet.heading('Signature', 1, 190)
  if (signatory === null) {
    const { signature_algorithm: algorithm } = report.integrity
    sheet.paragraph(
      algorithm === null
        ? 'This report is not signed. Nothing binds it to a person or to a time, and nothing shows whether it was changed.'
        : `This PDF has no signature of its own, since signatures in PDFs have no place for ${algorithm}. The same report is signed as JSON: hold the attached report.json against it, as the next section says.`,
    )
    return
  }
  facts(sheet, [
    ['Name', signatory.name],
    ['Role', signatory.role ?? 'not stated'],
    ['Meaning of the signature', signatory.meaning ?? 'not stated'],
    ['Date', `${day(report.generated_at)}, by the clock of the machine that signs`],
    ['Algorithm', report.integrity.signature_algorithm ?? 'not stated'],
  ])
  const height = 46
  sheet.ensure(height + 30)
  const area = { x: sheet.left, y: sheet.y, width: sheet.width, height }
  sheet.artifact(() => {
    sheet.doc
      .save()
      .lineWidth(0.8)
      .strokeColor(LINE)
      .rect(area.x, area.y, area.width, area.height)
      .fillAndStroke(GROUND, LINE)
      .restore()
    sheet.doc.save().rect(area.x, area.y, 3, area.height).fill(BLUE).restore()
  })
  const lines = wrap(
    [
      muted(
        'Signature field. Open the signature panel of your viewer to see who signed, whether anything was changed since, and what proves the time. What is printed here can not show that.',
      ),
    ],
    area.width - 28,
    sheet.type,
  )
  sheet.element('P', () => {
    let y = area.y + 10
    for (const line of lines) {
      sheet.content(() => sheet.line(line, area.x + 14, y))
      y += sheet.lineHeight(line.size)
    }
  })
  place(area, sheet.top)
  sheet.y = area.y + height + 8
}

/** Exact commands of tools that are not ours. */
export function howTo(sheet: Sheet, report: EvidenceReport, list: SegmentList): void {
  const packaged = report.coffer.kind === 'extraction'
  sheet.heading('How to verify this without us', 1, 110)
  const where = packaged
    ? 'Unpack the package and run these in its folder.'
    : 'Put the files of this report into one folder and run these in it.'
  sheet.paragraph(`${where} All but the last are common tools that know nothing of Coffer.`)
  for (const [index, { what, command, after }] of howToVerify(report, list.sums !== null).entries()) {
    sheet.ensure(80)
    sheet.paragraph([{ ...body(`${index + 1}. `), colour: BLUE }, body(what)], { after: 3 })
    commandBlock(sheet, command)
    sheet.paragraph([muted(after)], { after: 7 })
  }
  const page = report.coffer.verifier_page_sha256
  if (packaged) {
    sheet.paragraph([
      body('Or open '),
      mono('verify.html', SIZE.body - 0.5),
      body(' from the package in any browser, without a network, and drop the package onto it.'),
      ...(page === null ? [] : [body(' The SHA-256 of that page is '), mono(page, SIZE.small - 0.5), body('.')]),
    ])
  }
}

function commandBlock(sheet: Sheet, command: string): void {
  const lines = wrap(
    [mono(command.replaceAll('\n  ', '\n\u00a0\u00a0'), SIZE.small - 0.4)],
    sheet.width - 20,
    sheet.type,
  )
  const height = lines.reduce((sum, line) => sum + sheet.lineHeight(line.size), 0) + 8
  sheet.ensure(height + 20)
  sheet.artifact(() => sheet.doc.save().rect(sheet.left, sheet.y, sheet.width, height).fill(GROUND).restore())
  sheet.gap(4)
  sheet.element('P', () => sheet.lines(lines, sheet.left + 10))
  sheet.gap(7)
}

export function attachments(sheet: Sheet, names: readonly (readonly [name: string, what: string])[]): void {
  sheet.heading('Attached to this file', 1)
  facts(
    sheet,
    names.map(([name, what]) => [name, what] as const),
  )
  sheet.paragraph([
    muted(
      'A character that none of the embedded typefaces has, or that can not be seen, is printed as \\u{…} with its Unicode number. The attached report has every character as it is.',
    ),
  ])
}
