import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { LoadedManifest } from '../../archive/manifest/store.ts'
import { canonicalJson } from '../../contract/canonical-json.ts'
import type { ExtractConfig } from '../../contract/config/extract.ts'
import { filterWords } from '../../contract/config/filter-words.ts'
import { PACKAGE_PATHS } from '../../contract/evidence/package.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { ExtractResult, ExtractScope } from '../../contract/results/extract.ts'
import { type Said, say, toldOf, warned } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { type PackagePart, writePackage } from '../../evidence/package/assemble.ts'
import { sha256Hex } from '../../evidence/package/digest.ts'
import { packBytes } from '../../evidence/package/packed.ts'
import { readmeOf } from '../../evidence/package/readme.ts'
import { segmentsOf, timelineOf } from '../../evidence/report/input.ts'
import { reportOperator } from '../../evidence/report/operator.ts'
import { toolDigest } from '../../evidence/report/tool-digest.ts'
import { signatureOnlyFiles, signDetached } from '../../signing/detached.ts'
import type { Storage } from '../../storage/storage.ts'
import { type EvidenceSigner, type ProducedEvidence, produceEvidence } from '../evidence/produce.ts'
import { storageWords } from '../validation/facts.ts'
import { manifestParts } from './archive-files.ts'
import { coverageOf } from './coverage.ts'
import { recordCustody } from './custody.ts'
import { extractionCheck, filterSayings, rulesOf, warningsOf } from './facts.ts'
import { derivedParts } from './formats/derive.ts'
import { accountProblemsOf, extractionGaps } from './gaps.ts'
import type { ExtractPlan } from './plan.ts'
import type { Work } from './work.ts'

export interface Building {
  storage: Storage
  config: ExtractConfig
  plan: ExtractPlan
  loaded: LoadedManifest
  work: Work
  scope: ExtractScope
  signing: EvidenceSigner | null
  request: JobRequest & { kind: 'extract' }
  context: JobContext
  startedAt: number
  readMs: number
  /** Begun before the reading, which it does not wait for. */
  page: Promise<Buffer>
}

const MAX_LISTED = 100

/** Everything after the reading: other formats, coverage, custody, report, signatures, the zip, its place. */
export async function buildPackage(building: Building): Promise<JobResult<ExtractResult>> {
  const { storage, config, plan, loaded, work, scope, signing, context, startedAt } = building
  const packageId = `package-${randomUUID()}`
  const custody = await recordCustody(building, packageId, work.records.digest())
  const [records, proofs] = [await work.records.finish(), await work.proofs.finish()]
  const outcomes = new Map(work.outcomes.map((outcome) => [outcome.key, outcome]))
  const coverage = coverageOf(loaded.manifest, loaded.sha256, config.extract, plan.topics, outcomes)
  const [archive, derived, page] = await Promise.all([
    manifestParts(storage, loaded),
    derivedParts(records, config.extract.formats, work.folder),
    building.page,
  ])
  const ruledOut = coverage.totals.records_ruled_out ?? 0
  const accountProblems = accountProblemsOf(loaded.manifest, plan, config.extract.topics)
  const { counts } = work
  const gaps = extractionGaps({ config, plan, counts, ruledOut, manifests: archive.manifests, accountProblems })
  const reported = await produceReport(building, {
    contentSha256: records.sha256,
    recordsRead: coverage.totals.records_read,
    ruledOut,
    accountProblems: accountProblems.length,
    timeline: timelineOf(archive.manifests),
    gaps: [...gaps.telling, ...gaps.others, ...archive.problems, ...custody.problems],
    pageSha256: sha256Hex(page),
  })
  const parts: PackagePart[] = [
    {
      path: PACKAGE_PATHS.verifier,
      file: packBytes(page),
      what: 'Checks this package in a browser, without a network.',
    },
    ...reportParts(reported),
    ...archive.parts,
    { path: PACKAGE_PATHS.records, file: records, what: 'The records without loss, one JSON object on each line.' },
    ...derived,
    { path: PACKAGE_PATHS.proofs, file: proofs, what: 'For each record its leaf hash and audit path.' },
    {
      path: PACKAGE_PATHS.coverage,
      file: packBytes(Buffer.from(canonicalJson(coverage))),
      what: 'Which segments of the archive were read, and on what ground others were not.',
    },
    {
      path: PACKAGE_PATHS.custody,
      file: packBytes(Buffer.from(custody.lines)),
      what: 'The chain of custody: who did what, and when.',
    },
  ]
  const readme = readmeOf({
    report: reported.report,
    packageId,
    matter: config.case.matter,
    signedBy: signing?.signer.name ?? null,
    keyId: signing?.signer.keyId ?? null,
    foreign: plan.foreign,
    files: parts.map(({ path, what }) => ({ path, what })),
  })
  parts.push({ path: PACKAGE_PATHS.readme, file: packBytes(readme), what: 'What this is and how to check it.' })
  const file = join(work.folder, 'package.zip')
  const problems: Said[] = []
  const written = await writePackage(file, {
    packageId,
    reportId: reported.reportId,
    backupId: config.backup_id,
    createdAt: Date.parse(reported.report.generated_at),
    records: work.counts.records,
    timestampExpected: reported.signature?.token != null,
    parts,
    signIndex: async (index, timestamp) => {
      if (signing === null) return []
      // its certificates have to be those that came with the report's timestamp
      const authority = timestamp ? signing.authority : null
      const signature = await signDetached(index, { ...signing, authority, id: packageId })
      if (signature.timestampProblem !== null) {
        problems.push(say('warn.packageTimestamp', { why: signature.timestampProblem }))
      }
      return signatureOnlyFiles(PACKAGE_PATHS.index, signature)
    },
  })
  await work.place(file)
  for (const problem of toldOf([...gaps.telling, ...archive.problems, ...custody.problems, ...problems]).texts) {
    context.log('warn', problem)
  }
  const failed = work.outcomes.filter((one) => one.state === 'failed')
  const isDamaged = failed.length + accountProblems.length > 0
  const endedAt = Date.now()
  const told = warned([
    ...warningsOf(plan),
    ...gaps.telling,
    ...archive.problems,
    ...custody.problems,
    ...reported.problems,
    ...problems,
  ])
  const result: ExtractResult = {
    kind: 'extract',
    dry_run: false,
    ...scope,
    warnings: told.warnings,
    sayings: [...filterSayings(config), ...told.sayings],
    state: isDamaged ? 'damaged' : 'complete',
    resumed: work.resumed,
    package_id: packageId,
    report_id: reported.reportId,
    package_bytes: written.size,
    package_sha256: written.sha256,
    content_sha256: records.sha256,
    records: work.counts.records,
    bytes: work.counts.bytes,
    redacted: work.counts.redacted,
    withheld: work.counts.withheld,
    undecodable: work.counts.undecodable,
    segments_read: work.outcomes.length - failed.length,
    segments_failed: failed.length,
    failures: failed.slice(0, MAX_LISTED).map(({ key, code, reason }) => ({ segment: key, code, reason })),
    failures_total: failed.length,
    signed: signing !== null,
    signed_by: signing?.signer.name ?? null,
    signature_level: reported.level,
    custody_recorded: custody.recorded,
    started_at: isoTime(startedAt),
    ended_at: isoTime(endedAt),
    duration_seconds: (endedAt - startedAt) / 1000,
  }
  return { exitCode: isDamaged ? EXIT.damaged : EXIT.done, result }
}

interface ReportFacts {
  contentSha256: string
  recordsRead: number
  ruledOut: number
  accountProblems: number
  timeline: ReturnType<typeof timelineOf>
  gaps: (string | Said)[]
  pageSha256: string
}

async function produceReport(building: Building, facts: ReportFacts): Promise<ProducedEvidence> {
  const { config, plan, loaded, work, signing, request, context, startedAt, readMs } = building
  const { counts, outcomes } = work
  const { extract, evidence } = config
  const generatedAt = Date.now()
  const failed = outcomes.filter(({ state }) => state === 'failed').length
  return produceEvidence({
    input: {
      kind: 'extraction',
      generatedAt,
      startedAt,
      endedAt: generatedAt,
      manifest: loaded.manifest,
      manifestSha256: loaded.sha256,
      storageBackend: storageWords(config.storage),
      topics: plan.topics.map((source) => ({ source, target: null })),
      window:
        extract.time_window_start === null && extract.time_window_end === null
          ? null
          : { start: extract.time_window_start, end: extract.time_window_end, time: extract.time },
      filters: extract.filter === null ? null : filterWords(extract.filter),
      pitrTimestamp: null,
      restore: null,
      checks: [
        extractionCheck(plan, outcomes, counts, facts.recordsRead, facts.ruledOut, readMs, facts.accountProblems),
      ],
      validationSeconds: null,
      operator: reportOperator(evidence.signing),
      toolDigest: await toolDigest(),
      triggeredBy: null,
      configuration: config.asWritten,
      notCovered: facts.gaps,
      retention: { days: evidence.retention_days, lock: null },
      signing: null,
      timeline: facts.timeline,
      case: config.case,
      extraction: {
        records: counts.records,
        bytes: counts.bytes,
        redacted: counts.redacted,
        undecodable: counts.undecodable,
        segments_read: outcomes.length - failed,
        segments_skipped:
          loaded.manifest.topics.flatMap((topic) => topic.partitions.flatMap((one) => one.segments)).length -
          outcomes.length,
        segments_failed: failed,
        content_sha256: facts.contentSha256,
        formats: extract.formats,
        rules: rulesOf(config),
      },
      verifierPageSha256: facts.pageSha256,
    },
    manifest: loaded.bytes,
    segments: segmentsOf(loaded.manifest, plan.topics),
    // a package always has both: the PDF is what people read
    evidence: { ...evidence, formats: ['json', 'pdf'] },
    environment: request.environment,
    context,
    signing,
  })
}

function reportParts({ json, pdf, signature }: ProducedEvidence): PackagePart[] {
  const part = (path: string, bytes: Buffer, what: string): PackagePart => ({ path, file: packBytes(bytes), what })
  const parts = [part(PACKAGE_PATHS.report, json, 'The report, for programs.')]
  if (pdf !== null) parts.push(part(PACKAGE_PATHS.pdf, pdf, 'The report, for people.'))
  if (signature === null) return parts
  for (const { name, bytes } of signatureOnlyFiles(PACKAGE_PATHS.report, signature)) {
    parts.push(part(name, bytes, 'Of the signature over report.json.'))
  }
  const { publicKeyPem, chainPem, crlPem, tsaChainPem } = signature
  parts.push(part(PACKAGE_PATHS.publicKey, Buffer.from(publicKeyPem), 'The key that signed the index and the report.'))
  parts.push(part('certificates/chain.pem', Buffer.from(chainPem), 'The signer’s certificate and its issuers.'))
  if (crlPem !== null)
    parts.push(part('certificates/crl.pem', Buffer.from(crlPem), 'Revocation lists of the signer’s chain.'))
  if (tsaChainPem !== null) {
    parts.push(part('certificates/tsa-chain.pem', Buffer.from(tsaChainPem), 'Certificates of the timestamp authority.'))
  }
  return parts
}
