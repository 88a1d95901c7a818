import { CofferError } from '../../contract/errors.ts'
import type { VerifiedFile } from '../../contract/evidence/verdict.ts'
import type { ControlEvidence } from '../../contract/results/controls.ts'
import type { StoredReport } from '../../evidence/store/find.ts'
import type { Storage } from '../../storage/storage.ts'
import { besideNames } from '../../verify/beside.ts'
import type { VerifyOptions } from '../../verify/crypto.ts'
import { type Beside, verifyReport } from '../../verify/report.ts'

const MAX_REPORT_BYTES = 64 * 1024 * 1024
const MAX_PART_BYTES = 16 * 1024 * 1024
/** Clocks differ; a report from further ahead is none that happened. */
const AHEAD_MS = 24 * 60 * 60_000

/** What a report that counts says of controls. */
export interface ReadReport {
  place: string
  backupId: string
  reportId: string
  /** Milliseconds: when it says that it was made. */
  at: number
  signature: ControlEvidence['signature']
  signedBy: string | null
  /** By `framework control`. */
  controls: ReadonlyMap<string, { state: 'supported' | 'not supported' | 'not covered'; reason: string }>
}

/**
 * Reads one report and verifies its signature: a report that was changed, or that lost its signature, counts for nothing.
 * @returns why it doesn't count, as a sentence, where it does not
 * @throws STORAGE_…, INTERRUPTED
 */
export async function readForControls(
  storage: Storage,
  stored: StoredReport,
  place: string,
  options: VerifyOptions,
): Promise<ReadReport | string> {
  const name = `${stored.report_id}.json`
  const json = stored.files.find((file) => file.name === name)
  if (json === undefined) return 'Its data (JSON) is not there.'
  const { body } = await storage.get(json.key, { maxBytes: MAX_REPORT_BYTES })
  const beside = await besideOf(storage, stored, name)
  const file = await verifyReport({ name, data: body, beside, isReport: true }, options)
  if (file.verdict === 'failed') return file.reason
  const said = saidBy(body)
  if (typeof said === 'string') return said
  if (said.reportId !== stored.report_id) return `It says that it is "${said.reportId}", which is another report.`
  if (said.at > Date.now() + AHEAD_MS) return 'The time at which it says that it was made is still to come.'
  const signature = signatureOf(file)
  if (signature === 'unsigned' && said.namesSignature) {
    return 'It says that it is signed, and its signature is not there.'
  }
  return {
    place,
    backupId: said.backupId,
    reportId: said.reportId,
    at: said.at,
    controls: said.controls,
    signature,
    signedBy: file.signatures[0]?.signer?.name ?? null,
  }
}

function signatureOf(file: VerifiedFile): ControlEvidence['signature'] {
  if (file.verdict === 'passed') return 'valid'
  return file.signatures.length === 0 ? 'unsigned' : 'untrusted'
}

async function besideOf(storage: Storage, stored: StoredReport, name: string): Promise<Beside> {
  const names = besideNames(name, null)
  const part = async (which: keyof Beside): Promise<Buffer | null> => {
    const found = names[which].flatMap((one) => stored.files.filter((file) => file.name === one))[0]
    return found === undefined ? null : (await storage.get(found.key, { maxBytes: MAX_PART_BYTES })).body
  }
  return {
    text: await part('text'),
    der: await part('der'),
    token: await part('token'),
    publicKey: await part('publicKey'),
    chain: await part('chain'),
    tsaChain: await part('tsaChain'),
    crls: await part('crls'),
  }
}

const MOST_TEXT = 1_000
const MOST_CONTROLS = 2_000
type Fields = Readonly<Record<string, unknown>>

/** What it says of itself. Unsigned, it may be anybody's: everything is looked at before it is used. */
function saidBy(body: Buffer) {
  let report: Fields
  try {
    report = fields(JSON.parse(body.toString('utf8')))
  } catch {
    return 'It is no JSON that can be read.'
  }
  const backupId = text(fields(report.backup).id)
  const reportId = text(report.report_id)
  const at = Date.parse(text(report.generated_at))
  if (backupId === '' || reportId === '' || Number.isNaN(at)) return 'It names no backup, no time or no id of its own.'
  const algorithm = fields(report.integrity).signature_algorithm
  const all = fields(report.coffer).controls
  const controls = new Map<string, { state: 'supported' | 'not supported' | 'not covered'; reason: string }>()
  for (const one of (Array.isArray(all) ? all : []).slice(0, MOST_CONTROLS).map(fields)) {
    const { state } = one
    if (state !== 'supported' && state !== 'not supported' && state !== 'not covered') continue
    controls.set(`${text(one.framework)} ${text(one.control)}`, { state, reason: text(one.reason) })
  }
  const namesSignature = typeof algorithm === 'string' && algorithm !== 'none'
  return { backupId, reportId, at, controls, namesSignature }
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MOST_TEXT) : ''
}

/** What is wrong with one report must not hide the others. @throws what is not about the report itself */
export function whyUnread(error: unknown): string {
  if (error instanceof CofferError && error.code !== 'INTERRUPTED') {
    return `It can't be read: ${error.message}.`
  }
  throw error
}
