import { CofferError } from '../../contract/errors.ts'
import type { VerifiedFile } from '../../contract/evidence/verdict.ts'
import type { ControlEvidence, RefusedReport } from '../../contract/results/controls.ts'
import type { SaidId } from '../../contract/said/english.ts'
import { because, checkedSaid, isKnown, type Said, type SaidValues } from '../../contract/said/said.ts'
import { controlReason, FRAMEWORKS } from '../../evidence/controls/assess.ts'
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
  controls: ReadonlyMap<string, SaidOfControl>
}

interface SaidOfControl {
  state: 'supported' | 'not supported' | 'not covered'
  reason: string
  said?: Said[]
}

/** Why a report doesn't count. */
export type Refusal = Pick<RefusedReport, 'reason' | 'said' | 'sub_indication'>

const refused = (id: SaidId, values?: SaidValues): Refusal => {
  const { reason, said } = because(id, values)
  return { reason: `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`, said }
}

/**
 * Reads one report and verifies its signature: a report that was changed, or that lost its signature, counts for nothing.
 * @returns why it doesn't count, where it does not
 * @throws STORAGE_…, INTERRUPTED
 */
export async function readForControls(
  storage: Storage,
  stored: StoredReport,
  place: string,
  options: VerifyOptions,
): Promise<ReadReport | Refusal> {
  const name = `${stored.report_id}.json`
  const json = stored.files.find((file) => file.name === name)
  if (json === undefined) return refused('refused.noData')
  const { body } = await storage.get(json.key, { maxBytes: MAX_REPORT_BYTES })
  const beside = await besideOf(storage, stored, name)
  const file = await verifyReport({ name, data: body, beside, isReport: true }, options)
  if (file.verdict === 'failed') {
    const { reason, subIndication } = file
    return { reason, ...(subIndication === undefined ? {} : { sub_indication: subIndication }) }
  }
  const said = saidBy(body)
  if ('reason' in said) return said
  if (said.reportId !== stored.report_id) return refused('refused.otherId', { id: said.reportId })
  if (said.at > Date.now() + AHEAD_MS) return refused('refused.future')
  const signature = signatureOf(file)
  if (signature === 'unsigned' && said.namesSignature) return refused('refused.signatureMissing')
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
const MOST_REASONS = 20
type Fields = Readonly<Record<string, unknown>>

/** What it says of itself. Unsigned, it may be anybody's: everything is looked at before it is used. */
function saidBy(body: Buffer) {
  let report: Fields
  try {
    report = fields(JSON.parse(body.toString('utf8')))
  } catch {
    return refused('refused.noJson')
  }
  const backupId = text(fields(report.backup).id)
  const reportId = text(report.report_id)
  const at = Date.parse(text(report.generated_at))
  if (backupId === '' || reportId === '' || Number.isNaN(at)) return refused('refused.namesNothing')
  const algorithm = fields(report.integrity).signature_algorithm
  const all = fields(report.coffer).controls
  const controls = new Map<string, SaidOfControl>()
  for (const one of (Array.isArray(all) ? all : []).slice(0, MOST_CONTROLS).map(fields)) {
    const { state } = one
    if (state !== 'supported' && state !== 'not supported' && state !== 'not covered') continue
    const key = `${text(one.framework)} ${text(one.control)}`
    const reason = text(one.reason)
    const made = saidOfReason(key, state, reason, one.said)
    controls.set(key, { state, reason, ...(made === undefined ? {} : { said: made }) })
  }
  const namesSignature = typeof algorithm === 'string' && algorithm !== 'none'
  return { backupId, reportId, at, controls, namesSignature }
}

const BEYOND = new Map(
  FRAMEWORKS.flatMap(({ id, controls }) => controls.map(({ control, beyond }) => [`${id} ${control}`, beyond])),
)

/**
 * What a reason is made of, where that makes the sentence that the report has: a window in another language must not say
 * something else than what was signed. Undefined for reports of another version.
 */
function saidOfReason(key: string, state: SaidOfControl['state'], reason: string, value: unknown): Said[] | undefined {
  const beyond = BEYOND.get(key)
  if (beyond === undefined || !Array.isArray(value)) return undefined
  const all = value.slice(0, MOST_REASONS).map((one) => checkedSaid(one))
  const known = all.filter((one): one is Said => one !== undefined && isKnown(one))
  return known.length === value.length && controlReason(state, known, beyond) === reason ? known : undefined
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MOST_TEXT) : ''
}

/** What is wrong with one report must not hide the others. @throws what is not about the report itself */
export function whyUnread(error: unknown): Refusal {
  if (error instanceof CofferError && error.code !== 'INTERRUPTED') {
    return refused('refused.unreadable', { why: error.message })
  }
  throw error
}
