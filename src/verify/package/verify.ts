import { PACKAGE_PATHS, type PackageCoverage, type PackageIndex } from '../../contract/evidence/package.ts'
import type {
  SignatureFacts,
  VerifiedFacts,
  VerifiedFile,
  VerifyCheck,
  VerifyCheckId,
} from '../../contract/evidence/verdict.ts'
import { conclude } from '../answers.ts'
import type { VerifyOptions } from '../crypto.ts'
import { verifyPdf } from '../pdf/verify.ts'
import type { ByteSource } from '../source.ts'
import { checkCoverage, isAllAsked, readCoverage, rootsOf, searchOf, treesOf } from './coverage.ts'
import { checkCustody } from './custody.ts'
import { PackageFiles } from './files.ts'
import { checkForms, formatsOf } from './forms/check.ts'
import { checkGenerations } from './generations.ts'
import { compareWithEntries, readIndex } from './index-file.ts'
import { Lines } from './lines.ts'
import { type ManifestFacts, readManifest } from './manifest.ts'
import { proofChecks } from './proof-checks.ts'
import { counted, failedCheck, passedCheck, Refusal, unknownCheck } from './refusal.ts'
import { checkReport, type ReportFacts, readReport } from './report.ts'
import { certificatesBeside, checkSignature, hasSignature, PACKAGE_CERTIFICATES } from './signatures.ts'
import { checkTimes } from './times.ts'
import type { PackageTools } from './tools.ts'
import { type Walked, walkRecords } from './walk.ts'
import { wantedTopics } from './wanted.ts'
import { readZip, type ZipEntry } from './zip.ts'

export interface PackageOptions extends VerifyOptions {
  tools: PackageTools
}

const MANIFEST_SUFFIX =
  /^manifest\/(manifest|previous-\d{6,})\.json(\.sig|\.sig\.der|\.sig\.tst|\.pub\.pem|\.chain\.pem|\.crl\.pem)?$/

/**
 * Checks an evidence package whole (docs/evidence-package.md): the container byte by byte, every digest, every signature,
 * the report against what is in the package, every record against the archive's Merkle roots, the coverage against the
 * manifest, the chain of custody. Attacker-controlled throughout; memory is bounded by the documents, not by the records.
 * @param name of the file, for people
 * @throws only where the source can't be read
 */
export async function verifyPackage(name: string, source: ByteSource, options: PackageOptions): Promise<VerifiedFile> {
  return new PackageCheck(name, source, options).run()
}

class PackageCheck {
  readonly #name: string
  readonly #source: ByteSource
  readonly #options: PackageOptions
  readonly #checks: VerifyCheck[] = []
  readonly #signatures: SignatureFacts[] = []
  readonly #facts: VerifiedFacts

  constructor(name: string, source: ByteSource, options: PackageOptions) {
    this.#name = name
    this.#source = source
    this.#options = options
    this.#facts = { bytes: source.size }
  }

  async run(): Promise<VerifiedFile> {
    const entries = await this.#try('container', this.#name, () => readZip(this.#source))
    if (entries !== null) await this.#package(entries)
    const { records, bytes } = this.#facts
    return conclude({
      file: this.#name,
      kind: 'package',
      signatures: this.#signatures,
      checks: this.#checks,
      facts: this.#facts,
      passed: `This package is genuine and unchanged: ${counted(entries?.length ?? 0, 'file')}, ${counted(bytes ?? 0, 'byte')}, ${counted(records ?? 0, 'record')}.`,
    })
  }

  async #package(entries: ZipEntry[]): Promise<void> {
    this.#checks.push(
      passedCheck(
        'container',
        this.#name,
        `The container holds ${counted(entries.length, 'file')} and no byte besides.`,
      ),
    )
    const files = new PackageFiles(this.#source, entries, this.#options.tools)
    const found = await this.#try('index', PACKAGE_PATHS.index, async () => {
      const bytes = await needed(files, PACKAGE_PATHS.index)
      const index = readIndex(bytes)
      return { bytes, index }
    })
    if (found === null) return
    const { index } = found
    files.expect(index.files)
    this.#facts.report_id = index.report_id
    this.#facts.backup_id = index.backup_id
    const misfits = compareWithEntries(index, entries)
    this.#checks.push(...misfits)
    await this.#indexSignature(files, index, found.bytes)
    const report = await this.#report(files)
    const manifest = await this.#manifest(files)
    const coverage = await this.#try('coverage', PACKAGE_PATHS.coverage, async () =>
      readCoverage(await needed(files, PACKAGE_PATHS.coverage)),
    )
    const walked = await this.#records(files, manifest, coverage)
    let wanted: readonly string[] | null = null
    if (coverage !== null && manifest !== null) {
      const topics = wantedTopics(coverage, manifest.topics)
      if (!(topics instanceof Refusal)) wanted = topics
      const sha256 = files.sha256(PACKAGE_PATHS.manifest) ?? ''
      const checks = checkCoverage(coverage, manifest, sha256, topics, walked?.matched ?? null)
      this.#checks.push(...checks)
      this.#facts.segments_read = coverage.totals.read
      this.#facts.segments_skipped = coverage.totals.skipped
      const isCovered = walked !== null && checks.every(({ verdict }) => verdict === 'passed')
      if (isCovered && isAllAsked(searchOf(coverage, manifest, new Set(wanted)))) this.#facts.all_asked = true
    }
    this.#checks.push(...(await checkForms(files, this.#options.tools, index.tool, walked !== null)))
    const custodyAt = await this.#custody(files, index)
    await files.finishAll()
    const signed = this.#signatures.find(({ subject }) => subject === PACKAGE_PATHS.index)?.time ?? null
    const generatedAt = report === null ? null : time(report.generatedAt)
    this.#checks.push(...checkTimes({ signed, generatedAt, custodyAt, run: manifest?.run ?? null }))
    if (report !== null) this.#compareReport(report, files, index, manifest, coverage, wanted, walked)
    // a changed file explains what else may have gone wrong, so it comes first
    this.#checks.unshift(...files.failures)
    if (misfits.length + files.failures.length === 0) {
      const reason = `${counted(files.compared, 'file')} have the sizes and SHA-256 digests that the index states, packed and unpacked.`
      this.#checks.push(passedCheck('digest', PACKAGE_PATHS.index, reason))
    }
  }

  async #indexSignature(files: PackageFiles, index: PackageIndex, bytes: Uint8Array): Promise<void> {
    const path = PACKAGE_PATHS.index
    if (!hasSignature(files, path)) {
      const reason =
        'The package is not signed: nobody vouches for it, and whoever changed it could have changed its digests too.'
      this.#checks.push(unknownCheck('signature', path, 'NOT_SIGNED', reason))
      return
    }
    const signed = {
      path,
      bytes,
      id: index.package_id,
      claimedTime: time(index.created_at),
      certificates: PACKAGE_CERTIFICATES,
    }
    await this.#signature(files, signed)
    const has = files.has(`${path}.sig.tst`)
    if (index.timestamp_expected && !has) {
      const reason =
        'The index says that its signature has a timestamp, and there is none: it was taken out, or the authority failed.'
      this.#checks.push(unknownCheck('timestamp', path, 'NO_POE', reason))
    }
  }

  async #signature(files: PackageFiles, signed: Parameters<typeof checkSignature>[1]): Promise<void> {
    const result = await this.#try('signature', signed.path, () => checkSignature(files, signed, this.#options))
    if (result === null) return
    if (result.signature !== null) this.#signatures.push(result.signature)
    this.#checks.push(...result.checks)
  }

  async #report(files: PackageFiles): Promise<ReportFacts | null> {
    const path = PACKAGE_PATHS.report
    const found = await this.#try('report', path, async () => {
      const bytes = await needed(files, path)
      return { bytes, report: readReport(bytes) }
    })
    if (found === null) return null
    const { bytes, report } = found
    this.#facts.overall_result = report.overallResult
    if (hasSignature(files, path)) {
      await this.#signature(files, {
        path,
        bytes,
        id: report.reportId,
        claimedTime: time(report.generatedAt),
        certificates: PACKAGE_CERTIFICATES,
      })
    }
    await this.#pdf(files, bytes)
    return report
  }

  async #pdf(files: PackageFiles, report: Uint8Array): Promise<void> {
    const path = PACKAGE_PATHS.pdf
    if (!files.has(path)) return
    const pdf = await this.#try('pdf', path, async () => {
      const bytes = await needed(files, path)
      const manifest = await files.read(PACKAGE_PATHS.manifest)
      return verifyPdf({ name: path, bytes, report, manifest }, this.#options)
    })
    if (pdf === null) return
    this.#signatures.push(...pdf.signatures)
    if (!pdf.checks.some(({ check }) => check === 'attachments' || check === 'structure')) {
      const reason = 'The PDF holds no report, so nothing shows that it is the one of this package.'
      this.#checks.push(failedCheck('attachments', path, 'REPORT_DIFFERS', reason))
    }
    const bound = this.#signatures.some((one) => one.subject === PACKAGE_PATHS.index && one.verdict === 'passed')
    for (const check of pdf.checks) {
      // an Ed25519 key, for one, can sign no PDF: the index's signature is over it all the same
      const covered = bound && check.subIndication === 'NOT_SIGNED' && check.verdict === 'indeterminate'
      this.#checks.push(
        covered
          ? passedCheck(check.check, path, 'The PDF has no signature of its own; the one over the index covers it.')
          : check,
      )
    }
  }

  async #manifest(files: PackageFiles): Promise<ManifestFacts | null> {
    const path = PACKAGE_PATHS.manifest
    const found = await this.#try('manifest', path, async () => {
      const bytes = await needed(files, path)
      return { bytes, facts: readManifest(bytes, path) }
    })
    if (found === null) return null
    await this.#manifestSignature(files, path, found.bytes, found.facts)
    const paths = files.paths().filter((one) => one.startsWith('manifest/'))
    for (const one of paths) {
      if (!MANIFEST_SUFFIX.test(one)) {
        this.#checks.push(failedCheck('manifest', one, 'FORMAT_FAILURE', `"${one}" has no place among the manifests.`))
      }
    }
    const chain = await this.#try('manifest-chain', path, () =>
      checkGenerations(
        found.facts,
        paths.filter((one) => /^manifest\/previous-\d{6,}\.json$/.test(one)),
        async (one) => {
          const bytes = await needed(files, one)
          const facts = readManifest(bytes, one)
          await this.#manifestSignature(files, one, bytes, facts)
          return { facts, sha256: files.sha256(one) ?? '' }
        },
      ),
    )
    this.#checks.push(...(chain ?? []))
    return found.facts
  }

  async #manifestSignature(files: PackageFiles, path: string, bytes: Uint8Array, facts: ManifestFacts): Promise<void> {
    if (!hasSignature(files, path)) return
    const id = `${facts.backupId}/manifest-${facts.generation ?? 0}`
    const claimedTime = facts.run?.endedAt ?? null
    await this.#signature(files, { path, bytes, id, claimedTime, certificates: certificatesBeside(path) })
  }

  async #records(
    files: PackageFiles,
    manifest: ManifestFacts | null,
    coverage: PackageCoverage | null,
  ): Promise<Walked | null> {
    if (manifest === null || coverage === null) return null
    const roots = rootsOf(coverage, manifest)
    const streams = await this.#try('proofs', PACKAGE_PATHS.proofs, async () => ({
      records: files.records(PACKAGE_PATHS.records),
      proofs: files.proofs(PACKAGE_PATHS.proofs, treesOf(roots)),
    }))
    if (streams === null) return null
    const walked = await this.#try('proofs', PACKAGE_PATHS.proofs, () =>
      walkRecords(streams.records, streams.proofs, roots, coverage.window),
    )
    for (const [path, stream] of [
      [PACKAGE_PATHS.records, streams.records],
      [PACKAGE_PATHS.proofs, streams.proofs],
    ] as const) {
      await this.#try('digest', path, async () => {
        await stream.drain()
        files.finish(path, stream)
        return true
      })
    }
    if (walked === null) return null
    this.#facts.records = walked.records
    this.#facts.records_proved = walked.proved
    this.#facts.records_redacted = walked.redacted
    this.#checks.push(...proofChecks(walked))
    return walked
  }

  /** @returns the latest time in it, milliseconds; null where it does not hold */
  async #custody(files: PackageFiles, index: PackageIndex): Promise<number | null> {
    const path = PACKAGE_PATHS.custody
    const found = await this.#try('custody', path, async () => {
      const unpacked = files.open(path)
      const { tools } = this.#options
      const about = { packageId: index.package_id, contentSha256: index.content_sha256 }
      const lines = await checkCustody(new Lines(path, unpacked.chunks, tools), tools, about)
      files.finish(path, unpacked)
      return lines
    })
    if (found === null) return null
    const reason = `The chain of custody has ${counted(found.lines, 'line')}, each naming the hash of the one before, the last this package.`
    this.#checks.push(passedCheck('custody', path, reason))
    return found.latest
  }

  #compareReport(
    report: ReportFacts,
    files: PackageFiles,
    index: PackageIndex,
    manifest: ManifestFacts | null,
    coverage: PackageCoverage | null,
    wantedTopics: readonly string[] | null,
    walked: Walked | null,
  ): void {
    this.#checks.push(
      ...checkReport(report, {
        index,
        manifestSha256: files.sha256(PACKAGE_PATHS.manifest),
        manifest,
        contentSha256: files.sha256(PACKAGE_PATHS.records),
        verifierSha256: files.sha256(PACKAGE_PATHS.verifier),
        formats: formatsOf(files),
        coverage,
        wantedTopics,
        walked,
      }),
    )
  }

  /** Runs one part; what it refuses becomes a failed check, and the others still run. */
  async #try<T>(check: VerifyCheckId, subject: string, part: () => Promise<T>): Promise<T | null> {
    try {
      return await part()
    } catch (error) {
      const refusal = error instanceof RangeError ? beyond(error) : error
      if (!(refusal instanceof Refusal)) throw error
      const { sub, message } = refusal
      const line = sub === 'LIMIT_REACHED' ? unknownCheck : failedCheck
      this.#checks.push(line(check, subject, sub, message))
      return null
    }
  }
}

/** What the machine has no room for: too deep, too long, too many. */
function beyond(error: RangeError): Refusal {
  return new Refusal('LIMIT_REACHED', `This could not be checked to its end: ${error.message}.`)
}

/** @throws Refusal FILE_MISSING */
async function needed(files: PackageFiles, path: string): Promise<Uint8Array> {
  const bytes = await files.read(path)
  if (bytes === null) throw new Refusal('FILE_MISSING', `"${path}" is not in the package.`)
  return bytes
}

function time(iso: string): number | null {
  const value = Date.parse(iso)
  return Number.isNaN(value) ? null : value
}
