import type { SignatureFacts, Verdict, VerifiedFile, VerifyResult } from '../../contract/evidence/verdict.ts'
import type { EvidenceVerifyResult } from '../../contract/results.ts'
import { paint, type Style } from '../paint.ts'
import { bytes, count, moment, plural } from '../words.ts'

const WORD: Readonly<Record<Verdict, string>> = {
  passed: 'PASSED',
  indeterminate: 'INDETERMINATE',
  failed: 'FAILED',
}
const COLOUR: Readonly<Record<Verdict, Style>> = { passed: 'green', indeterminate: 'yellow', failed: 'red' }
const SHOWN_PASSED = 12

export function verifyText(result: VerifyResult): string[] {
  return resultLines(result).map(oneLine)
}

/** What a file says of itself stays within its line. */
function oneLine(line: string): string {
  return line.replaceAll('\n', '\\n')
}

function resultLines(result: VerifyResult): string[] {
  const files = result.files.flatMap((file, index) => [...(index === 0 ? [] : ['']), ...fileLines(file)])
  if (result.judged_for !== undefined)
    files.push('', `Certificates were judged for ${moment(result.judged_for)} (--at).`)
  if (result.files.length < 2) return files
  const counts = (['passed', 'indeterminate', 'failed'] as const)
    .map((verdict) => [verdict, result.files.filter((file) => file.verdict === verdict).length] as const)
    .filter(([, number]) => number > 0)
    .map(([verdict, number]) => `${count(number)} ${verdict}`)
  return [...files, '', `${verdictWord(result.verdict)}: ${plural(result.files.length, 'file')}, ${counts.join(', ')}`]
}

function verdictWord(verdict: Verdict): string {
  return paint(COLOUR[verdict], WORD[verdict])
}

function fileLines(file: VerifiedFile): string[] {
  const sub = file.subIndication === undefined ? '' : ` (${file.subIndication})`
  const { answers } = file
  return [
    `${paint('bold', file.file)}: ${verdictWord(file.verdict)}${sub}`,
    `  Valid?    ${answers.valid}`,
    `  Whose?    ${answers.whose}`,
    `  Since?    ${answers.since}`,
    `  Changed?  ${answers.changed}`,
    `  Next      ${answers.next}`,
    ...factLines(file),
    ...file.signatures.flatMap(signatureLines),
    ...checkLines(file),
  ]
}

const KIND: Readonly<Record<VerifiedFile['kind'], string>> = {
  package: 'evidence package',
  report: 'evidence report',
  pdf: 'PDF',
  archive: 'archive',
  unknown: 'file',
}

function factLines({ kind, facts }: VerifiedFile): string[] {
  if (facts === undefined) return []
  const about = [
    KIND[kind],
    ...(facts.report_id === undefined ? [] : [facts.report_id]),
    ...(facts.backup_id === undefined ? [] : [`of backup "${facts.backup_id}"`]),
    ...(facts.bytes === undefined ? [] : [bytes(facts.bytes)]),
  ]
  const proved = facts.records_proved === undefined ? '' : `, ${count(facts.records_proved)} proved`
  const redacted = (facts.records_redacted ?? 0) > 0 ? `, ${count(facts.records_redacted ?? 0)} redacted` : ''
  return [
    '',
    `  about     ${about.join(', ')}`,
    ...(facts.overall_result === undefined
      ? []
      : [`  it says   ${facts.overall_result} (its own result; the verdict above is about the evidence)`]),
    ...(facts.records === undefined ? [] : [`  records   ${count(facts.records)}${proved}${redacted}`]),
    ...(facts.segments_read === undefined
      ? []
      : [`  segments  ${count(facts.segments_read)} read, ${count(facts.segments_skipped ?? 0)} skipped`]),
    ...(facts.sha256 === undefined ? [] : [`  SHA-256   ${facts.sha256}`]),
  ]
}

function signatureLines(one: SignatureFacts): string[] {
  const who = one.signer === null ? 'a bare key' : `"${one.signer.name}" (issued by "${one.signer.issuer}")`
  const sub = one.subIndication === undefined ? '' : ` (${one.subIndication})`
  return [
    '',
    `  ${paint('bold', one.subject)}: ${verdictWord(one.verdict)}${sub}, ${one.format}`,
    `    by      ${who}${one.trusted || one.verdict === 'failed' ? '' : ', trusted by nobody whom you named'}`,
    ...(one.time === null ? [] : [`    time    ${timeWords(one.time)}`]),
    ...(one.keyId === null ? [] : [`    key     SHA-256 ${one.keyId}`]),
  ]
}

function timeWords(time: NonNullable<SignatureFacts['time']>): string {
  const at = moment(time.at)
  if (time.kind === 'proved') {
    return `${at}, proved by "${time.authority}"${time.same_root === true ? ", for whom the signer's own root vouches" : ''}`
  }
  const stamp = time.uncounted === null ? 'no timestamp' : 'its timestamp can not be counted'
  return time.kind === 'claimed' ? `${at}, as it says itself; ${stamp}` : `${at} by a timestamp that can not be counted`
}

/** What did not pass in full; of the rest what there is room for. */
function checkLines(file: VerifiedFile): string[] {
  const open = file.checks.filter((check) => check.verdict !== 'passed')
  const passed = file.checks.filter((check) => check.verdict === 'passed')
  const shown = [...open, ...passed.slice(0, SHOWN_PASSED)]
  const left = file.checks_total - shown.length
  return [
    '',
    `  ${plural(file.checks_total, 'check')}:`,
    ...shown.map((check) => {
      const mark = paint(COLOUR[check.verdict], WORD[check.verdict].toLowerCase().padEnd(13))
      const sub = check.subIndication === undefined ? '' : ` [${check.subIndication}]`
      return `  ${mark} ${check.check.padEnd(15)} ${check.reason}${sub}`
    }),
    ...(left > 0 ? [`  … and ${count(left)} more (--json shows up to 200)`] : []),
  ]
}

/** OSO's three lines, then who and since when. */
export function evidenceVerifyText(result: EvidenceVerifyResult): string[] {
  const { file } = result
  const colour = { VALID: 'green', INVALID: 'red', 'NOT CHECKED': 'yellow' } as const
  const overall = { passed: 'VERIFIED', failed: 'FAILED', indeterminate: 'INDETERMINATE' }[result.verdict]
  const { answers } = file
  return [
    `SHA-256 checksum: ${paint(colour[result.checksum], result.checksum)}`,
    `${result.algorithm} signature: ${paint(colour[result.signature], result.signature)}`,
    `Evidence report integrity: ${paint(COLOUR[result.verdict], overall)}`,
    `Signed by: ${answers.whose}`,
    `Signed at: ${answers.since}`,
    ...(result.verdict === 'passed' ? [] : [`Reason: ${file.reason}`, `What next: ${answers.next}`]),
  ].map(oneLine)
}
