import type { EvidenceReport } from '../../contract/evidence/report.ts'
import { facts } from './facts.ts'
import type { SegmentList } from './segment-list.ts'
import { body, mono, muted, type Sheet } from './sheet.ts'
import { BLUE, GROUND, LINE, SIZE } from './theme.ts'
import { day } from './words.ts'
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
  place: (area: SignatureArea) => void,
): void {
  sheet.heading('Signature', 1, 190)
  if (signatory === null) {
    sheet.paragraph(
      'This report is not signed. Nothing binds it to a person or to a time, and nothing shows whether it was changed.',
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
  place(area)
  sheet.y = area.y + height + 8
}

/** Exact commands of tools that are not ours. */
export function howToVerify(sheet: Sheet, report: EvidenceReport, list: SegmentList): void {
  const packaged = report.coffer.kind === 'extraction'
  const id = packaged ? 'report' : report.report_id
  const json = `${id}.json`
  const signedName = packaged ? 'report.json' : report.report_id
  const key = packaged ? 'certificates/public-key.pem' : `${report.report_id}.pub.pem`
  sheet.heading('How to verify this without us', 1)
  sheet.paragraph(
    packaged
      ? 'Unpack the package and run these in its folder. All of them are common tools that know nothing of Coffer.'
      : 'Put the files of this report into one folder and run these in it. All of them are common tools that know nothing of Coffer.',
  )
  let step = 0
  const show = (what: string, command: string, after: string) => {
    step++
    sheet.ensure(70)
    sheet.paragraph([{ ...body(`${step}. `), colour: BLUE }, body(what)], { after: 3 })
    commandBlock(sheet, command)
    sheet.paragraph([muted(after)], { after: 7 })
  }
  const algorithm = report.integrity.signature_algorithm
  show('The report’s own digest:', `sha256sum ${json}`, `It must be the Report-SHA256 in ${signedName}.sig.`)
  if (algorithm !== null) {
    show(
      'The signature over the report:',
      opensslVerify(algorithm, key, `${signedName}.sig.der`, json),
      `It prints ${algorithm === 'Ed25519' ? '“Signature Verified Successfully”' : '“Verified OK”'}. Make sure that the key is the one you were given by another way.`,
    )
    show(
      'The time of the signature, where there is a timestamp:',
      `openssl ts -verify -data ${signedName}.sig.der \\\n  -token_in -in ${signedName}.sig.tst -CAfile tsa-root.pem`,
      'It prints “Verification: OK”. tsa-root.pem is the root of the timestamp authority, which you get from the authority.',
    )
    show(
      'The signature inside this PDF:',
      `pdfsig ${id}.pdf`,
      'It prints “Signature is Valid.” and that the whole document is signed. Any viewer with a signature panel, and the EU’s DSS demonstration, say the same and more.',
    )
  }
  show(
    'What is attached to this PDF:',
    `pdfdetach -saveall ${id}.pdf\ncmp report.json ${packaged ? '../report.json' : json}`,
    'cmp prints nothing where the attached report is the same, byte for byte. In a package, unpack the PDF’s files into a folder of their own.',
  )
  show('The manifest:', 'sha256sum manifest.json', `It must be ${report.integrity.backup_manifest_sha256}.`)
  if (list.sums !== null) {
    show(
      'The segments, in the folder that holds the archive (or a copy of the bucket):',
      'sha256sum --check segments.sha256',
      'It prints “OK” for each segment. It reads every byte and takes its time.',
    )
  }
  if (packaged) {
    sheet.paragraph([
      body('Or open '),
      mono('verify.html', SIZE.body - 0.5),
      body(' from the package in any browser, without a network, and drop the package onto it. '),
      ...(report.coffer.verifier_page_sha256 === null
        ? []
        : [body('The page’s own SHA-256 is '), mono(report.coffer.verifier_page_sha256, SIZE.small - 0.5), body('.')]),
    ])
  }
  show(
    'With Coffer, all of this in one:',
    `coffer verify ${packaged ? 'PACKAGE.zip' : `${report.report_id}.pdf ${json}`} --trust root.pem`,
    'root.pem is the certificate or key that you trust. Without it the answer is “intact, but I can not say who signed”.',
  )
}

function opensslVerify(algorithm: string, key: string, signature: string, file: string): string {
  if (algorithm === 'Ed25519') {
    return `openssl pkeyutl -verify -pubin -inkey ${key} \\\n  -rawin -in ${file} -sigfile ${signature}`
  }
  return `openssl dgst -${algorithm === 'ECDSA-P384-SHA384' ? 'sha384' : 'sha256'} -verify ${key} \\\n  -signature ${signature} ${file}`
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
