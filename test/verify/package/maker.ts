import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalJson } from '../../../src/contract/canonical-json.ts'
import type { ExtractFormat } from '../../../src/contract/config/extract.ts'
import { matchGlob } from '../../../src/contract/config/topics.ts'
import { PACKAGE_ORDER, PACKAGE_STORED } from '../../../src/contract/evidence/package.ts'
import { TOOL } from '../../../src/contract/tool.ts'
import { contentOf, packBytes } from '../../../src/evidence/package/packed.ts'
import { derivedParts } from '../../../src/jobs/extract/formats/derive.ts'
import { signDetached } from '../../../src/signing/detached.ts'
import { openSigner, type Signer } from '../../../src/signing/signer.ts'
import { type TimestampAuthority, timestampAuthority } from '../../../src/signing/timestamp.ts'
import type { Trust } from '../../../src/verify/crypto.ts'
import { parseTrust } from '../../../src/verify/trust.ts'
import { makeSigner } from '../../rig/pki.ts'
import { startTsa, type TestTsa } from '../../rig/tsa.ts'
import { type Cut, type MadeArchive, type MadeRecord, makeArchive } from './archive-maker.ts'
import { type MadeEntry, madeEntry, makeZip, sha256 } from './zip-maker.ts'

export { verifyBytes } from './verify-bytes.ts'

/** Makes packages for the verifier's tests; of the project's own writers it uses the signatures and the forms
 * beside NDJSON alone. */

export interface Signing {
  signer: Signer
  authority: TimestampAuthority | null
  tsa: TestTsa | null
  /** Of the signer's root, and the authority's. */
  trust: Trust
  trustFiles: { name: string; bytes: Buffer }[]
}

export async function makeSigning(withTimestamp = true): Promise<Signing> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-verify-'))
  const made = await makeSigner(folder, 'P-256')
  const tsa = withTimestamp ? await startTsa(join(folder, 'tsa')) : null
  const config = {
    enabled: true,
    private_key_path: made.keyFile,
    public_key_path: null,
    certificate_path: made.chainFile,
    crl_path: made.root.crlFile,
    key: null,
    passphrase: null,
    timestamp_url: tsa?.url ?? null,
    timestamp_ca_path: tsa?.root.rootFile ?? null,
    signer_name: 'Jane Doe',
    signer_role: 'Records officer',
    meaning: 'approved for release',
  }
  const signer = await openSigner(config, { environment: {}, profile: folder })
  const trustFiles = [{ name: 'root.pem', bytes: await readFile(made.root.rootFile) }]
  if (tsa !== null) trustFiles.push({ name: 'tsa-root.pem', bytes: await readFile(tsa.root.rootFile) })
  return { signer, authority: await timestampAuthority(config), tsa, trust: parseTrust(trustFiles), trustFiles }
}

export interface Made {
  archive: MadeArchive
  /** All but the index and its signature, by path; change them and `seal` again. */
  files: Map<string, Buffer>
  /** What the index says of itself. */
  index: Record<string, unknown>
}

export interface MakeOptions {
  window?: { start: number | null; end: number | null; time: 'record' | 'broker' }
  topics?: { include: string[]; exclude: string[] }
  /** Which records match; all by default. */
  match?(record: MadeRecord): boolean
  redact?(record: MadeRecord): boolean
  records?: number
  generations?: number
  /** Forms beside NDJSON, by the writer itself. */
  formats?: readonly ExtractFormat[]
  /** Larger values, for measuring. */
  valueBytes?: number
}

export const REPORT_ID = 'extraction-0b7a1f52-7f7a-4e0e-9f6e-1f2a3b4c5d6e'
const PACKAGE_ID = 'package-0b7a1f52'
const PAGE = Buffer.from('<!doctype html><title>Verify</title>')

export async function makePackage(options: MakeOptions = {}, signing: Signing | null = null): Promise<Made> {
  const archive = makeArchive(options)
  const cut = archive.extract(options)
  const manifest = archive.manifest
  const files = new Map<string, Buffer>()
  const records = Buffer.concat(cut.records)
  files.set('README.txt', Buffer.from('EVIDENCE PACKAGE\n'))
  files.set('verify.html', PAGE)
  files.set('manifest/manifest.json', manifest)
  for (const [path, bytes] of archive.previous) files.set(path, bytes)
  files.set('records/records.ndjson', records)
  if (options.formats !== undefined) await addForms(files, options.formats)
  files.set('proofs/proofs.ndjson', Buffer.concat(cut.proofs))
  files.set('proofs/coverage.json', Buffer.from(canonicalJson(cut.coverage)))
  files.set('custody.ndjson', custody(sha256(records)))
  const report = {
    schema_version: '1.0',
    report_id: REPORT_ID,
    generated_at: '2026-04-05T02:14:05.000Z',
    backup: { id: archive.id },
    validation: {
      overall_result: 'PASSED',
      results: [
        {
          check_name: 'ExtractionCheck',
          outcome: 'PASSED',
          data: { records_matched: cut.coverage.totals.records_matched },
        },
      ],
    },
    integrity: { backup_manifest_sha256: sha256(manifest), report_sha256: '' },
    coffer: {
      operator: { os_user: 'jane', name: 'Jane Doe', role: 'Records officer', meaning: 'approved for release' },
      ...scopeOf(cut),
      verifier_page_sha256: sha256(PAGE),
      extraction: {
        records: cut.records.length,
        redacted: cut.redacted,
        segments_read: cut.coverage.totals.read,
        segments_skipped: cut.coverage.totals.skipped,
        segments_failed: cut.coverage.totals.failed,
        content_sha256: sha256(records),
        formats: ['ndjson', ...(options.formats ?? [])],
        rules: [{ id: 'hide-iban', what: 'removes $.iban' }],
      },
    },
  }
  files.set('report.json', Buffer.from(canonicalJson(report)))
  if (signing !== null) await signFiles(files, signing, archive.id)
  const index = {
    format: 1,
    kind: 'coffer-evidence-package',
    package_id: PACKAGE_ID,
    report_id: REPORT_ID,
    backup_id: archive.id,
    created_at: '2026-04-05T02:14:06.000Z',
    tool: options.formats === undefined ? { name: 'coffer', version: '0.0.0-test' } : { ...TOOL },
    content_sha256: sha256(records),
    records: cut.records.length,
    timestamp_expected: (signing?.authority ?? null) !== null,
  }
  return { archive, files, index }
}

/** What the report tells people of the search: as the coverage has it. */
function scopeOf({ coverage }: Cut) {
  const { topics, window, partitions } = coverage
  const wanted = partitions.filter(({ topic }) => topics.include.some((pattern) => matchGlob(pattern, topic)))
  const names = [...new Set(wanted.map(({ topic }) => topic))]
  const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString())
  return {
    scope: {
      topics: names.map((source) => {
        const own = wanted.filter(({ topic }) => topic === source)
        const segments = own.flatMap((one) => one.segments)
        const records = segments.reduce((sum, one) => sum + one.records, 0)
        return { source, target: null, partitions: own.length, records, segments: segments.length }
      }),
      topics_total: names.length,
      window:
        window.start === null && window.end === null
          ? null
          : { start: iso(window.start), end: iso(window.end), time: window.time },
      filters: coverage.filter === null ? null : 'key exists',
    },
    account: wanted.flatMap(({ topic, partition, account, segments }) =>
      account === null ? [] : [{ topic, partition, ...account, segments: segments.length }],
    ),
  }
}

/** The records of `files` in other forms, in place of those that there are. */
export async function addForms(files: Map<string, Buffer>, formats: readonly ExtractFormat[]): Promise<void> {
  for (const path of [...files.keys()]) {
    if (path.startsWith('records/') && path !== 'records/records.ndjson') files.delete(path)
  }
  const folder = await mkdtemp(join(tmpdir(), 'coffer-forms-'))
  try {
    const records = files.get('records/records.ndjson') as Buffer
    for (const { path, file } of await derivedParts(packBytes(records), formats, folder)) {
      files.set(path, Buffer.concat(await Array.fromAsync(contentOf(file))))
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Packs, lists and signs what is in `files`. */
export async function seal(made: Made, signing: Signing | null): Promise<MadeEntry[]> {
  const entries = [...made.files].map(([path, bytes]) => madeEntry(path, bytes))
  const listed = entries
    .map(({ path, data, packed }) => ({
      path,
      size: data.length,
      sha256: sha256(data),
      packed_size: packed.length,
      packed_sha256: sha256(packed),
      what: 'a file',
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  const index = Buffer.from(canonicalJson({ ...made.index, files: listed }))
  entries.push(madeEntry('index.json', index, true))
  if (signing !== null) {
    const { signer, authority } = signing
    const signature = await signDetached(index, { signer, id: String(made.index.package_id), authority })
    entries.push(
      madeEntry('index.json.sig', signature.text, true),
      madeEntry('index.json.sig.der', signature.der, true),
    )
    if (signature.token !== null) entries.push(madeEntry('index.json.sig.tst', signature.token, true))
  }
  return inOrder(entries)
}

export function inOrder(entries: MadeEntry[]): MadeEntry[] {
  const rank = (path: string) =>
    PACKAGE_STORED.includes(path) || PACKAGE_ORDER.includes(path)
      ? PACKAGE_ORDER.indexOf(path)
      : PACKAGE_ORDER.findIndex((place) => place.endsWith('/') && path.startsWith(place))
  return entries.sort((a, b) => rank(a.path) - rank(b.path) || (a.path < b.path ? -1 : 1))
}

export async function zipOf(made: Made, signing: Signing | null): Promise<Buffer> {
  return makeZip(await seal(made, signing))
}

async function signFiles(files: Map<string, Buffer>, signing: Signing, backupId: string): Promise<void> {
  const { signer, authority } = signing
  const report = files.get('report.json') as Buffer
  const signature = await signDetached(report, { signer, id: REPORT_ID, authority })
  files.set('report.json.sig', signature.text)
  files.set('report.json.sig.der', signature.der)
  if (signature.token !== null) files.set('report.json.sig.tst', signature.token)
  files.set('certificates/public-key.pem', Buffer.from(signature.publicKeyPem))
  files.set('certificates/chain.pem', Buffer.from(signature.chainPem))
  if (signature.crlPem !== null) files.set('certificates/crl.pem', Buffer.from(signature.crlPem))
  if (signature.tsaChainPem !== null) files.set('certificates/tsa-chain.pem', Buffer.from(signature.tsaChainPem))
  const path = 'manifest/manifest.json'
  const manifest = files.get(path) as Buffer
  const { generation } = (JSON.parse(manifest.toString()) as { coffer: { generation: number } }).coffer
  const own = await signDetached(manifest, { signer, id: `${backupId}/manifest-${generation}`, authority: null })
  files.set(`${path}.sig`, own.text)
  files.set(`${path}.sig.der`, own.der)
  files.set(`${path}.pub.pem`, Buffer.from(own.publicKeyPem))
  files.set(`${path}.chain.pem`, Buffer.from(own.chainPem))
  if (own.crlPem !== null) files.set(`${path}.crl.pem`, Buffer.from(own.crlPem))
}

/** A chain of `count` lines, the last about the package. @param content SHA-256 of its records */
export function custody(content: string, count = 3): Buffer {
  const lines: string[] = []
  for (let seq = 1; seq <= count; seq++) {
    lines.push(
      canonicalJson({
        seq,
        at: `2026-04-05T02:14:0${seq}.000Z`,
        action: seq === 1 ? 'backed-up' : seq === count ? 'packaged' : 'extracted',
        actor: { os_user: 'jane', host: 'vault', name: 'Jane Doe', role: null },
        tool: { name: 'coffer', version: '0.0.0-test' },
        subject: seq === count ? PACKAGE_ID : `step ${seq}`,
        sha256: seq === count ? content : null,
        location: null,
        details: {},
        previous: seq === 1 ? null : sha256(lines.at(-1) as string),
      }),
    )
  }
  return Buffer.from(lines.map((line) => `${line}\n`).join(''))
}
