import { randomUUID } from 'node:crypto'
import { canonicalJson } from '../../contract/canonical-json.ts'
import type { EvidenceConfig } from '../../contract/config/evidence.ts'
import type { EvidenceReport } from '../../contract/evidence/report.ts'
import type { JobContext } from '../../contract/jobs.ts'
import { english, type Said, say } from '../../contract/said/said.ts'
import { buildReport } from '../../evidence/report/build.ts'
import type { ReportInput, ReportSegment } from '../../evidence/report/input.ts'
import { type DetachedSignature, signatureFiles, signDetached } from '../../signing/detached.ts'
import { type SignedPdf, signPdf } from '../../signing/pades/sign.ts'
import { openSigner, type Signer } from '../../signing/signer.ts'
import { type TimestampAuthority, timestampAuthority } from '../../signing/timestamp.ts'
import { profileFolder } from '../profile.ts'
import { signatureGaps } from './signature-gaps.ts'

/** What signs, opened before a job does its work, so that a key that can't be used is known at once. */
export interface EvidenceSigner {
  signer: Signer
  /** null: no timestamps. */
  authority: TimestampAuthority | null
}

export interface EvidenceOrder {
  input: ReportInput
  /** The exact bytes of the manifest that the report is about. */
  manifest: Buffer
  segments: readonly ReportSegment[]
  evidence: EvidenceConfig
  environment: Record<string, string>
  context: JobContext
  /** As `openEvidenceSigner` gave it; opened here where it is absent. */
  signing?: EvidenceSigner | null
}

export interface ProducedEvidence {
  reportId: string
  report: EvidenceReport
  /** Named for an archive: `<report-id>.json`, `.pdf`, `.sig` …; `saveEvidence` (evidence/store) has their order. */
  files: { name: string; bytes: Buffer }[]
  /** The canonical JSON, and its detached signature: for a package, which names its files differently. */
  json: Buffer
  pdf: Buffer | null
  signature: DetachedSignature | null
  signed: boolean
  /** Of the PDF's signature; null without one. */
  level: SignedPdf['level'] | null
  /** What was asked for and could not be had (a timestamp, a signature in the PDF). */
  problems: Said[]
}

/**
 * The key and the authority of `evidence.signing`; null where signing is not enabled.
 * @throws CofferError where signing is asked for and the key can't be used (field failure 24)
 */
export async function openEvidenceSigner(
  evidence: EvidenceConfig,
  environment: Record<string, string>,
  context: JobContext,
): Promise<EvidenceSigner | null> {
  if (!evidence.signing.enabled) return null
  const signer = await openSigner(evidence.signing, { environment, profile: profileFolder(environment) })
  for (const warning of signer.warnings) context.log('warn', english(warning))
  return { signer, authority: await timestampAuthority(evidence.signing) }
}

/** What draws a report, loaded when it is wanted: ahead of it by whoever waits for something else meanwhile. */
export const pdfWriter = () => import('../../evidence/pdf/render.ts')

/** What signing could not have, or found out, that a report must say itself: each with why, null where all is well. */
interface Lacking {
  /** A timestamp was asked for and not given. */
  report: string | null
  pdf: string | null
  /** A certificate was withdrawn, which shows only when its authority is asked. */
  revoked: string | null
}

/**
 * A report in all the forms that the configuration asks for, signed where it says so. That an authority gave no timestamp, or
 * that the key was withdrawn, stands in the report itself, which is then made anew: later nobody can add it.
 * @throws CofferError where the key can't be used
 */
export async function produceEvidence(order: EvidenceOrder): Promise<ProducedEvidence> {
  const { evidence, environment, context } = order
  const signing = order.signing === undefined ? await openEvidenceSigner(evidence, environment, context) : order.signing
  const reportId = order.input.reportId ?? `${order.input.kind}-${randomUUID()}`
  const lacking: Lacking = { report: null, pdf: null, revoked: null }
  let made = await makeEvidence(order, reportId, signing, lacking)
  while ('failed' in made) {
    Object.assign(lacking, made.failed)
    made = await makeEvidence(order, reportId, signing, lacking)
  }
  for (const problem of made.problems) context.log('warn', english(problem))
  return made
}

async function makeEvidence(
  { input, manifest, segments, evidence }: EvidenceOrder,
  id: string,
  signing: EvidenceSigner | null,
  lacking: Lacking,
): Promise<ProducedEvidence | { failed: Partial<Lacking> }> {
  const report = buildReport({
    ...input,
    reportId: id,
    notCovered: [...input.notCovered, ...(signing === null ? [] : signatureGaps(signing)), ...gapsOf(lacking)],
    signing: signing === null ? null : { algorithm: signing.signer.algorithm, signedBy: signing.signer.name },
  })
  const json = Buffer.from(canonicalJson(report))
  const problems: Said[] = []
  const files: ProducedEvidence['files'] = [{ name: `${id}.json`, bytes: json }]

  let signature: DetachedSignature | null = null
  if (signing !== null) {
    const authority = lacking.report === null ? signing.authority : null
    signature = await signDetached(json, { ...signing, authority, id })
    // An authority that does not answer is not asked a second time for the PDF.
    const { timestampProblem: why } = signature
    if (why !== null) return { failed: { report: why, pdf: why } }
    const revoked = signature.revoked.length === 0 ? null : signature.revoked.join('; ')
    if (revoked !== null && lacking.revoked === null) return { failed: { revoked } }
    if (lacking.revoked !== null) problems.push(say('warn.revoked', { why: lacking.revoked }))
    if (lacking.report !== null) problems.push(say('warn.reportTimestamp', { why: lacking.report }))
  }

  let pdf: Buffer | null = null
  let level: SignedPdf['level'] | null = null
  if (evidence.formats.includes('pdf')) {
    const { signer_name, signer_role, meaning } = evidence.signing
    // Ed25519 has no place in PAdES: then the PDF is bound by the report's own signature alone, and that is said.
    const inPdf = signing !== null && signing.signer.algorithm !== 'Ed25519' ? signing : null
    if (signing !== null && inPdf === null) {
      problems.push(say('warn.pdfUnsigned', { algorithm: signing.signer.algorithm }))
    }
    const sign = inPdf === null ? null : { name: signer_name ?? inPdf.signer.name, role: signer_role, meaning }
    const { renderPdf } = await pdfWriter()
    pdf = await renderPdf(report, { json, manifest, page: evidence.page, sign, segments })
    if (inPdf !== null) {
      const authority = lacking.pdf === null ? inPdf.authority : null
      const signed = await signPdf(pdf, { ...inPdf, authority, time: new Date(report.generated_at) })
      if (signed.timestampProblem !== null) return { failed: { pdf: signed.timestampProblem } }
      pdf = signed.pdf
      level = signed.level
      if (lacking.pdf !== null) problems.push(say('warn.pdfTimestamp', { why: lacking.pdf }))
      // what the configuration leaves out stands in the report; what failed just now is said here
      else if (authority !== null && signed.missing.length > 0) {
        problems.push(say('warn.pdfLevel', { level: signed.level, why: signed.missing.join('; ') }))
      }
    }
    files.push({ name: `${id}.pdf`, bytes: pdf })
  }

  if (signature !== null) files.push(...signatureFiles(id, signature))
  return { reportId: id, report, files, json, pdf, signature, signed: signature !== null, level, problems }
}

/** What a report says of its own signatures. */
function gapsOf({ report, pdf, revoked }: Lacking): Said[] {
  const gaps = revoked === null ? [] : [say('gap.revoked', { why: revoked })]
  if (report !== null) return [...gaps, say('gap.timestampFailed', { why: report })]
  return pdf === null ? gaps : [...gaps, say('gap.pdfTimestampFailed', { why: pdf })]
}
