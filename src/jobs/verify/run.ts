import { open, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CofferError } from '../../contract/errors.ts'
import type { Verdict, VerifiedFile, VerifyResult } from '../../contract/evidence/verdict.ts'
import { worse } from '../../contract/evidence/verdict.ts'
import { EXIT, type ExitCode } from '../../contract/exit-codes.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import { english, say } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { TOOL } from '../../contract/tool.ts'
import { nodeCrypto } from '../../signing/node-crypto.ts'
import { besideNames, type FileKind, HEAD_BYTES, isSignatureName, kindOf, signedFileOf } from '../../verify/beside.ts'
import type { VerifyOptions } from '../../verify/crypto.ts'
import { verifyPackage } from '../../verify/package/verify.ts'
import { verifyPdf } from '../../verify/pdf/verify.ts'
import { verifyReport } from '../../verify/report.ts'
import { parseTrust } from '../../verify/trust.ts'
import { findBeside, readWhole, unreadable } from './beside.ts'
import { openFileSource } from './file-source.ts'
import { verifyFolder } from './folder.ts'
import { threadedTools } from './unpack-threads.ts'

const VERDICT_EXIT: Readonly<Record<Verdict, ExitCode>> = {
  passed: EXIT.done,
  failed: EXIT.checkFailed,
  indeterminate: EXIT.indeterminate,
}

export function exitOf(verdict: Verdict): ExitCode {
  return VERDICT_EXIT[verdict]
}

/** What `--trust` names. @throws CofferError USAGE, CERTIFICATE_UNUSABLE */
export async function readTrust(paths: readonly string[]) {
  return parseTrust(await Promise.all(paths.map(async (path) => ({ name: path, bytes: await readWhole(path) }))))
}

/**
 * Verifies files offline: packages, reports with their signatures, PDFs, archive folders; what a file is follows from its
 * content. The result is the worst of all.
 * @throws CofferError USAGE for a file that can't be read, CERTIFICATE_UNUSABLE, INTERRUPTED
 */
export async function runVerify(
  request: Extract<JobRequest, { kind: 'verify' }>,
  context: JobContext,
): Promise<JobResult<VerifyResult>> {
  const options: VerifyOptions = { trust: await readTrust(request.trust), at: request.at, crypto: nodeCrypto }
  const files: VerifiedFile[] = []
  const { signatures, data } = pair(request.files)
  for (const path of data) {
    if (context.signal.aborted) throw new CofferError('INTERRUPTED', 'interrupted before all files were verified')
    files.push(await verifyOne(path, signatures.get(path) ?? null, options, context))
  }
  const verdict = files.map((file) => file.verdict).reduce(worse)
  return {
    exitCode: exitOf(verdict),
    result: {
      kind: 'verify',
      verdict,
      files,
      verified_at: isoTime(Date.now()),
      ...(request.at === null ? {} : { judged_for: isoTime(request.at) }),
      tool: { ...TOOL },
    },
  }
}

/**
 * Signatures among the operands go with the files that they are of, and so do the keys and certificates that belong to a
 * signature by their names: they are read with it (see findBeside), and are no evidence by themselves.
 */
function pair(paths: readonly string[]): { data: string[]; signatures: Map<string, string> } {
  const signatures = new Map<string, string>()
  const data = new Set(paths.filter((path) => !isSignatureName(path)))
  for (const path of paths.filter((one) => isSignatureName(one) && !one.endsWith('.tst'))) {
    const file = signedFileOf(path, [...data]) ?? `${path.replace(/\.sig(\.der)?$/, '').replace(/\.json$/, '')}.json`
    data.add(file)
    if (!signatures.has(file) || !path.endsWith('.der')) signatures.set(file, path)
  }
  for (const file of data) {
    const names = besideNames(basename(file), signatures.has(file) ? basename(signatures.get(file) ?? '') : null)
    for (const name of [names.publicKey, names.chain, names.tsaChain, names.crls].flat()) {
      const beside = join(dirname(file), name)
      if (beside !== file) data.delete(beside)
    }
  }
  return { data: [...data], signatures }
}

async function verifyOne(
  path: string,
  signature: string | null,
  options: VerifyOptions,
  context: JobContext,
): Promise<VerifiedFile> {
  const kind = await pathKind(path)
  const name = basename(path)
  if (kind === 'folder') return verifyFolder(path, options)
  if (kind === 'package') return verifyZip(path, options, context)
  if (kind === 'pdf')
    return verifyPdf({ name, bytes: await readWhole(path), report: await reportBeside(path) }, options)
  const beside = await findBeside(path, signature)
  return verifyReport({ name, data: await readWhole(path), beside, isReport: kind === 'report' }, options)
}

async function verifyZip(path: string, options: VerifyOptions, context: JobContext): Promise<VerifiedFile> {
  const started = Date.now()
  const phase = say('phase.verifying', { name: basename(path) })
  const source = await openFileSource(path, (done) => {
    if (context.signal.aborted) throw new CofferError('INTERRUPTED', 'interrupted while the package was verified')
    const seconds = Math.max(0.001, (Date.now() - started) / 1000)
    const speed = done / seconds
    context.progress({
      phase: english(phase),
      said: phase,
      recordsDone: 0,
      recordsTotal: null,
      bytesDone: done,
      bytesTotal: source.size,
      recordsPerSecond: 0,
      bytesPerSecond: speed,
      secondsLeft: speed > 0 ? Math.max(0, source.size - done) / speed : null,
      elapsedSeconds: seconds,
      partitions: [],
    })
  })
  const { tools, close } = threadedTools(source)
  try {
    return await verifyPackage(basename(path), source, { ...options, tools })
  } finally {
    await close()
    await source.close()
  }
}

/** The report in data form that lies beside a PDF of the same name. */
async function reportBeside(path: string): Promise<Uint8Array | null> {
  try {
    return await readWhole(path.replace(/\.pdf$/i, '.json'))
  } catch {
    return null
  }
}

async function pathKind(path: string): Promise<FileKind | 'folder'> {
  try {
    if ((await stat(path)).isDirectory()) return 'folder'
    const file = await open(path, 'r')
    try {
      const buffer = Buffer.alloc(HEAD_BYTES)
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
      return kindOf(buffer.toString('latin1', 0, bytesRead), basename(path))
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw unreadable(path, cause)
  }
}
