import { CofferError, isCofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { EvidenceTimestampResult } from '../../contract/results/evidence.ts'
import { findReport, type StoredReport } from '../../evidence/store/find.ts'
import { timestampDetached } from '../../signing/detached.ts'
import { timestampPdf } from '../../signing/pades/catch-up.ts'
import { type TimestampAuthority, timestampAuthority } from '../../signing/timestamp.ts'
import type { Storage } from '../../storage/storage.ts'

const MAX_FILE_BYTES = 64 * 1024 * 1024

/**
 * Gets the timestamp that a report's signature could not have when it was made: `<id>.sig.tst` beside it, over the
 * bytes of `.sig.der`, and one inside the PDF. What has one is left as it is.
 * @throws OBJECT_MISSING where there is no such report, or it is not signed; TIMESTAMP_FAILED; STORAGE_…
 */
export async function runEvidenceTimestamp(
  storage: Storage,
  request: Extract<JobRequest, { kind: 'evidence-timestamp' }>,
  context: JobContext,
): Promise<JobResult<EvidenceTimestampResult>> {
  const { reportId, timestampUrl, timestampCa = null } = request
  const authority = await timestampAuthority({ timestamp_url: timestampUrl, timestamp_ca_path: timestampCa })
  if (authority === null) throw new CofferError('USAGE', 'missing the address of a timestamp authority')
  const report = await findReport(storage, reportId)
  const key = (ending: string) => `${report.folder}${reportId}.${ending}`
  const has = (ending: string) => report.files.some(({ name }) => name === `${reportId}.${ending}`)
  if (!has('sig.der')) {
    throw new CofferError('OBJECT_MISSING', `the report "${reportId}" has no signature to be timestamped`, {
      hint: 'Only signed reports (".sig.der") can have a timestamp.',
    })
  }
  const stored: string[] = []
  const already: string[] = []
  const warnings: string[] = []
  if (has('sig.tst')) already.push(key('sig.tst'))
  else {
    const { body } = await storage.get(key('sig.der'), { maxBytes: MAX_FILE_BYTES })
    const { token, tsaChainPem, crlPem } = await timestampDetached(body, authority)
    if (!has('tsa-chain.pem')) await put(storage, key('tsa-chain.pem'), Buffer.from(tsaChainPem), stored)
    if (crlPem !== '') await addLists(storage, key('crl.pem'), has('crl.pem'), crlPem, stored)
    await put(storage, key('sig.tst'), token, stored)
  }
  if (has('pdf')) await timestampPdfOf(storage, report, authority, { stored, already, warnings })
  for (const warning of warnings) context.log('warn', warning)
  const result: EvidenceTimestampResult = {
    kind: 'evidence-timestamp',
    report_id: reportId,
    location: storage.location,
    timestamp_url: timestampUrl,
    stored,
    already,
    warnings,
  }
  return { exitCode: EXIT.done, result }
}

/**
 * The PDF gets its timestamp inside: its signed bytes stay as they are. It is stored under its own key, only where nobody
 * changed it meanwhile; a bucket with versions keeps the one before.
 */
async function timestampPdfOf(
  storage: Storage,
  { report_id: id, folder, files }: StoredReport,
  authority: TimestampAuthority,
  told: Pick<EvidenceTimestampResult, 'stored' | 'already' | 'warnings'>,
): Promise<void> {
  const key = `${folder}${id}.pdf`
  const { body, etag } = await storage.get(key, { maxBytes: MAX_FILE_BYTES })
  const lists = files.find(({ name }) => name === `${id}.crl.pem`)
  const crls = lists === undefined ? [] : derOf((await storage.get(lists.key, { maxBytes: MAX_FILE_BYTES })).body)
  try {
    const { pdf } = await timestampPdf(body, { authority, crls, time: new Date() })
    await storage.put(key, pdf, { ifMatch: etag, contentType: 'application/pdf' })
    told.stored.push(key)
  } catch (error) {
    if (!isCofferError(error, 'UNSUPPORTED', 'STORAGE_NOT_ALLOWED', 'OBJECT_CHANGED')) throw error
    if (/has a timestamp already/.test(error.message)) told.already.push(key)
    else told.warnings.push(`"${key}" was left as it is: ${error.message}`)
  }
}

/** The lists of a PEM file. */
function derOf(pem: Buffer): Buffer[] {
  const blocks = pem.toString('latin1').matchAll(/-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----/g)
  return [...blocks].map(([, base64 = '']) => Buffer.from(base64, 'base64'))
}

/** Without the authority's list nobody could count the timestamp offline; the signer's own lists stay. */
async function addLists(storage: Storage, key: string, there: boolean, pem: string, stored: string[]): Promise<void> {
  if (!there) return put(storage, key, Buffer.from(pem), stored)
  const { body, etag } = await storage.get(key, { maxBytes: MAX_FILE_BYTES })
  if (body.includes(pem)) return
  await storage.put(key, Buffer.concat([body, Buffer.from(pem)]), { ifMatch: etag })
  stored.push(key)
}

async function put(storage: Storage, key: string, bytes: Buffer, stored: string[]): Promise<void> {
  await storage.put(key, bytes, { ifAbsent: true })
  stored.push(key)
}
