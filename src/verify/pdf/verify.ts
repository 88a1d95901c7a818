import type { SignatureFacts, VerifiedFacts, VerifiedFile, VerifyCheck } from '../../contract/evidence/verdict.ts'
import { conclude } from '../answers.ts'
import { equalBytes, toHex } from '../bytes.ts'
import type { VerifyOptions } from '../crypto.ts'
import { asFinding, Finding, findingCheck, passedCheck } from '../finding.ts'
import { controlTime } from '../judge.ts'
import { readReport } from '../report-facts.ts'
import { anchorsOf, emptyPool } from '../x509/pool.ts'
import { activeContent } from './active.ts'
import { type Attachment, attachmentsOf } from './attachments.ts'
import { PdfDocument } from './document.ts'
import { checkVriNames, fillFromDss } from './dss.ts'
import { type PdfContext, spend, verifyPdfSignature, withRange } from './signature.ts'
import { findSignatures } from './signatures.ts'

export interface PdfInput {
  /** For messages. */
  name: string
  bytes: Uint8Array
  /** The report that lies beside it, if any: its attachment must be the same bytes. */
  report?: Uint8Array | null
  manifest?: Uint8Array | null
}

/** A PDF is held in memory whole: each signature is over nearly all of it. */
export const MAX_PDF_BYTES = 256 * 1024 * 1024

/**
 * Each signature has the document that it covers read anew, and each revision after it: so often a large file may be gone
 * through, and so many bytes of a small one.
 */
const MOST_PASSES = 12
const LEAST_WORK = 1_000_000_000

/** Checks every signature of a PDF, what came after them, and its attachments. Never throws for what the file holds. */
export async function verifyPdf(input: PdfInput, options: VerifyOptions): Promise<VerifiedFile> {
  const { name } = input
  const checks: VerifyCheck[] = []
  const signatures: SignatureFacts[] = []
  let facts: VerifiedFacts = { bytes: input.bytes.length, sha256: toHex(options.crypto.sha256(input.bytes)) }
  try {
    if (input.bytes.length > MAX_PDF_BYTES)
      throw new Finding('LIMIT_REACHED', 'The PDF is larger than 256 MiB, which is more than is read.')
    const document = PdfDocument.open(input.bytes)
    const signed = await verifySignatures(document, input, options)
    checks.push(...signed.checks)
    signatures.push(...signed.signatures)
    facts = { ...facts, ...checkAttachments(document, input, options, checks) }
  } catch (error) {
    checks.push(findingCheck('structure', name, asFinding(error)))
  }
  return conclude({
    file: name,
    kind: 'pdf',
    signatures,
    checks,
    facts,
    passed: 'The PDF is as it was signed, by somebody whom you trust.',
  })
}

async function verifySignatures(
  document: PdfDocument,
  { name, bytes }: PdfInput,
  options: VerifyOptions,
): Promise<{ signatures: SignatureFacts[]; checks: VerifyCheck[] }> {
  const problems: Finding[] = []
  const found = findSignatures(document, problems)
  if (!found.some((one) => one.kind === 'signature')) {
    const why = new Finding(
      'NOT_SIGNED',
      'The PDF is not signed: nothing shows who made it, or whether it was changed.',
    )
    if (found.length === 0) return { signatures: [], checks: [findingCheck('signature', name, problems[0] ?? why)] }
  }
  const work = { left: Math.max(LEAST_WORK, MOST_PASSES * bytes.length) }
  spend(work, found.length * bytes.length)
  const pool = emptyPool()
  const checks: VerifyCheck[] = []
  const signatures: SignatureFacts[] = []
  const context: PdfContext = {
    file: name,
    bytes,
    pool,
    anchors: anchorsOf(options.trust),
    options,
    revocationData: fillFromDss(document, pool),
    latest: controlTime(options),
    work,
  }
  // the latest first: what a document timestamp proves holds for all that it covers
  const ranged = found.map((one) => withRange(document, one)).sort((a, b) => (b.range?.end ?? 0) - (a.range?.end ?? 0))
  let archived = false
  for (const one of ranged) {
    const { signature, proves } = await verifyPdfSignature(one, context)
    const { checks: own, ...plain } = signature
    checks.push(...own)
    if (archived && plain.format === 'PAdES-BASELINE-LT') plain.format = 'PAdES-BASELINE-LTA'
    signatures.unshift(plain)
    if (proves === null) continue
    context.latest = Math.min(context.latest, proves)
    archived = true
  }
  try {
    checkVriNames(
      document,
      ranged.flatMap(({ range }) => (range === null ? [] : [range.value, range.contents])),
      options.crypto,
    )
  } catch (error) {
    checks.push(findingCheck('certificates', name, asFinding(error)))
  }
  const active = problems.length > 0 ? null : activeContent(document)
  if (active !== null) {
    const why = `The PDF holds ${active}: what it shows may change without a byte being changed, so its signature does not bind what is seen.`
    checks.push(findingCheck('structure', name, new Finding('SIG_CONSTRAINTS_FAILURE', why)))
  }
  for (const problem of problems.slice(0, 1)) checks.push(findingCheck('structure', name, problem))
  if (!found.some((one) => one.kind === 'signature')) {
    const why = 'The PDF carries a timestamp and no signature: it shows when it was there, and not who made it.'
    checks.push(findingCheck('signature', name, new Finding('NOT_SIGNED', why)))
  }
  return { signatures, checks }
}

/** The report and the manifest inside are the ones beside, and belong together. */
function checkAttachments(
  document: PdfDocument,
  input: PdfInput,
  options: VerifyOptions,
  checks: VerifyCheck[],
): VerifiedFacts {
  const { name } = input
  const differs = (why: string) => checks.push(findingCheck('attachments', name, new Finding('REPORT_DIFFERS', why)))
  const attachments = attachmentsOf(document)
  const [report, ...otherReports] = attachments.filter((one) => isReport(one))
  const [manifest, ...otherManifests] = attachments.filter((one) => one.name === 'manifest.json')
  // who opens the other one reads something else than what was compared
  if (otherReports.some((one) => !equalBytes(one.bytes, (report as Attachment).bytes))) {
    differs('The PDF holds several reports, and they are not the same.')
  }
  if (otherManifests.some((one) => !equalBytes(one.bytes, (manifest as Attachment).bytes))) {
    differs('The PDF holds several manifests, and they are not the same.')
  }
  // OSO's PDFs hold none
  if (input.report != null && report !== undefined) {
    if (!equalBytes(report.bytes, input.report))
      differs('The report inside the PDF is not the one that lies beside it.')
    else checks.push(passedCheck('attachments', name, 'The report inside the PDF is byte for byte the one beside it.'))
  }
  if (input.manifest != null && manifest !== undefined && !equalBytes(manifest.bytes, input.manifest)) {
    differs('The manifest inside the PDF is not the one that lies beside it.')
  }
  if (report === undefined) return {}
  const { facts, manifestSha256 } = readReport(report.bytes)
  if (manifest !== undefined && manifestSha256 !== null && manifestSha256 !== '') {
    const digest = toHex(options.crypto.sha256(manifest.bytes))
    if (digest === manifestSha256) {
      checks.push(passedCheck('attachments', name, 'The manifest inside the PDF is the one that the report is about.'))
    } else differs('The manifest inside the PDF is not the one that the report is about.')
  }
  return facts
}

function isReport(attachment: Attachment): boolean {
  if (!attachment.name.endsWith('.json') || attachment.name === 'manifest.json') return false
  try {
    readReport(attachment.bytes)
    return true
  } catch {
    return attachment.name === 'report.json'
  }
}
