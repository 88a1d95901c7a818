import type { EvidenceReport } from '../../contract/evidence/report.ts'
import { addSignaturePlaceholder } from '../../signing/pades/placeholder.ts'
import type { ReportSegment } from '../report/input.ts'
import { attachments, howTo, type Signatory, signature } from './closing.ts'
import { controls } from './controls.ts'
import { digests } from './digests.ts'
import { attachFile, openDocument } from './document.ts'
import { firstPage } from './first-page.ts'
import { making } from './making.ts'
import { account, checks, extraction, monthly, notCovered, pictures } from './sections.ts'
import { type SegmentList, segmentList } from './segment-list.ts'
import { Sheet } from './sheet.ts'
import { headline } from './words.ts'

export interface PdfOptions {
  /** The canonical JSON of the same report: attached, byte for byte. */
  json: Buffer
  /** The manifest that the report is about: attached, byte for byte. */
  manifest: Buffer
  page: 'A4' | 'Letter'
  /** Who will sign; null: no place for a signature is made. */
  sign: Signatory | null
  /** For the table of digests. */
  segments: readonly ReportSegment[]
}

/**
 * The report for people: PDF/A-3a and PDF/UA-1, unsigned, with the place for a signature where `sign` is given. The only
 * time in it is the report's own `generated_at`: the same report gives the same bytes.
 */
export async function renderPdf(report: EvidenceReport, options: PdfOptions): Promise<Buffer> {
  const time = new Date(report.generated_at)
  const title = `${headline(report)} (${report.backup.id})`
  const { doc, bytes } = openDocument({
    page: options.page,
    language: 'en',
    title,
    author: options.sign?.name ?? report.coffer.operator.os_user,
    subject: report.report_id,
    keywords: `${report.coffer.kind}, ${report.validation.overall_result}`,
    creator: `${report.tool.name} ${report.tool.version}`,
    time,
  })
  const list = segmentList(options.segments)
  const attached = attach(doc, options, list, time)
  const sheet = new Sheet(doc, [`${report.backup.id}: ${headline(report)}`, headline(report)])

  firstPage(
    sheet,
    report,
    options.segments.every((segment) => segment.merkle_root !== null),
  )
  extraction(sheet, report)
  monthly(sheet, report)
  notCovered(sheet, report)
  checks(sheet, report)
  account(sheet, report)
  pictures(sheet, report)
  digests(sheet, report, options.segments, list)
  controls(sheet, report)
  making(sheet, report)
  signature(sheet, report, options.sign, (area, parent) => {
    const { sign } = options
    if (sign !== null) addSignaturePlaceholder(doc, { ...sign, location: report.coffer.host.name, time, area }, parent)
  })
  howTo(sheet, report, list)
  attachments(sheet, attached)

  sheet.paginate(report.report_id)
  sheet.end()
  doc.end()
  return bytes
}

function attach(doc: PDFKit.PDFDocument, options: PdfOptions, list: SegmentList, time: Date): [string, string][] {
  const names: [string, string][] = []
  const file = (name: string, type: string, relationship: string, description: string, data: Buffer) => {
    attachFile(doc, { name, type, relationship, description, time, bytes: data })
    names.push([name, description])
  }
  file(
    'report.json',
    'application/json',
    'Data',
    'the same report for programs, canonical JSON (RFC 8785); it is what is signed beside this file',
    options.json,
  )
  file(
    'manifest.json',
    'application/json',
    'Source',
    'the manifest of the backup, byte for byte as it was read',
    options.manifest,
  )
  file(
    'segments.csv',
    'text/csv',
    'Data',
    'each segment in scope with its number of records, SHA-256 and Merkle root',
    list.csv,
  )
  if (list.sums !== null)
    file('segments.sha256', 'text/plain', 'Supplement', 'the same digests for sha256sum --check', list.sums)
  return names
}
