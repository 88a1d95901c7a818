import type { Verdict, VerifiedFile, VerifyResult } from '../../contract/evidence/verdict.ts'
import type { VerdictWords } from '../../contract/ipc/calls/verify.ts'
import { attachFile, openDocument } from './document.ts'
import { facts } from './facts.ts'
import { masthead } from './masthead.ts'
import { mono, muted, Sheet } from './sheet.ts'
import { table } from './table.ts'
import { INK, MUTED, OUTCOME_COLOURS, SIZE } from './theme.ts'
import type { Span } from './wrap.ts'

const COLOUR: Readonly<Record<Verdict, string>> = {
  passed: OUTCOME_COLOURS.PASSED?.ink ?? INK,
  indeterminate: OUTCOME_COLOURS.INDETERMINATE?.ink ?? INK,
  failed: OUTCOME_COLOURS.FAILED?.ink ?? INK,
}

/**
 * A verdict for people who keep paper: tagged and archivable as the reports are (PDF/A-3a, PDF/UA-1), with the verifier's
 * own result attached. It is not signed and says so: it tells what was found, and proves nothing by itself.
 * @param words of the window, in its language; the verdicts themselves come from `result` alone
 * @param json of the result, as it is saved by itself
 */
export async function renderVerdict(
  result: VerifyResult,
  words: VerdictWords,
  json: Buffer,
  page: 'A4' | 'Letter',
): Promise<Buffer> {
  const time = new Date(result.verified_at)
  const tool = `${result.tool.name} ${result.tool.version}`
  const { doc, bytes } = openDocument({
    page,
    language: words.language,
    title: words.title,
    author: tool,
    subject: result.files.map((file) => file.file).join(', '),
    keywords: result.verdict,
    creator: tool,
    time,
  })
  attachFile(doc, {
    name: 'verdict.json',
    type: 'application/json',
    relationship: 'Data',
    description: words.attached,
    time,
    bytes: json,
  })
  const sheet = new Sheet(doc, [words.title])
  beginning(sheet, words)
  for (const [index, file] of result.files.entries()) onFile(sheet, file, index, words, result.files.length > 1)
  sheet.heading(words.aboutTitle, 2, 40)
  sheet.paragraph(words.about)
  sheet.paragraph([muted(`verdict.json: ${words.attached}`)])
  sheet.paginate(words.madeBy, (one, of) => words.pageOf.replace('%1', String(one)).replace('%2', String(of)))
  sheet.end()
  doc.end()
  return bytes
}

function beginning(sheet: Sheet, words: VerdictWords): void {
  masthead(sheet, words.kind, words.title, words.title)
  sheet.paragraph([muted(words.madeBy, SIZE.body)], { after: words.judgedFor === null ? 10 : 3 })
  if (words.judgedFor !== null) sheet.paragraph(words.judgedFor, { after: 10 })
}

function onFile(sheet: Sheet, file: VerifiedFile, index: number, words: VerdictWords, several: boolean): void {
  const own = words.files[index]
  const verdict = (one: Verdict): Span[] => [
    { text: words.verdicts[one], face: 'bold', size: SIZE.small, colour: COLOUR[one] },
  ]
  const checked = (what: string) => [
    { title: what, share: 24 },
    { title: words.verdict, share: 16 },
    { title: words.answer, share: 60 },
  ]
  sheet.heading(several ? (own?.headline ?? file.file) : words.result, 2, 120)
  facts(sheet, [
    [words.file, file.file],
    [words.verdict, verdict(file.verdict)],
    ...(file.facts?.sha256 === undefined ? [] : [['SHA-256', [mono(file.facts.sha256, SIZE.small - 0.5)]] as const]),
  ])
  table(
    sheet,
    [
      { title: words.question, share: 22 },
      { title: words.answer, share: 58 },
      { title: words.verdict, share: 20 },
    ],
    (own?.rows ?? []).map((row) => [
      row.question,
      row.answer,
      [{ text: row.sign, face: 'bold', size: SIZE.small, colour: row.verdict === null ? MUTED : COLOUR[row.verdict] }],
    ]),
  )
  sheet.gap(10)
  if (file.signatures.length > 0) {
    sheet.heading(words.signatures, 2)
    table(
      sheet,
      checked(words.file),
      file.signatures.map((one) => [
        `${one.subject}\n${one.format}`,
        verdict(one.verdict),
        [
          { text: one.reason, face: 'sans', size: SIZE.small, colour: INK },
          ...(one.keyId === null ? [] : [mono(`\n${one.keyId}`, SIZE.tiny)]),
        ],
      ]),
    )
    sheet.gap(10)
  }
  sheet.heading(`${words.checks} (${file.checks_total})`, 2)
  table(
    sheet,
    checked(words.checks),
    file.checks.map((one) => [
      one.subject === file.file ? one.check : `${one.check}\n${one.subject}`,
      verdict(one.verdict),
      one.subIndication === undefined ? one.reason : `${one.reason} [${one.subIndication}]`,
    ]),
  )
  sheet.gap(10)
}
