import type { VerifiedFile } from '../../contract/evidence/verdict.ts'
import { HEAD_BYTES, isSignatureText, kindOf } from '../beside.ts'
import { latin1 } from '../bytes.ts'
import type { VerifyOptions } from '../crypto.ts'
import { verifyPackage } from '../package/verify.ts'
import { verifyPdf } from '../pdf/verify.ts'
import { type Beside, verifyReport } from '../report.ts'
import { blobSource, browserTools } from './browser-tools.ts'
import { besideOf, dataFormOf, type FileSet } from './intake.ts'

/** Files that are read whole, as in the program: reports and signatures. Packages are streamed. */
const MAX_WHOLE = 256 * 1024 * 1024
const MAX_PART = 16 * 1024 * 1024

/**
 * Checks one of the files, by what it is, with what came along: the same ways as the program's `verify`.
 * @throws where a file can't be read, or is larger than is read whole
 */
export async function checkFile(
  file: File,
  files: FileSet,
  options: VerifyOptions,
  progress: (share: number) => void,
): Promise<VerifiedFile> {
  const kind = kindOf(latin1(await bytesOf(file.slice(0, HEAD_BYTES), file.name)), file.name)
  if (kind === 'package') {
    let shown = 0
    const source = blobSource(file, (bytes) => {
      const share = bytes / Math.max(1, file.size)
      if (share - shown < 0.01) return
      shown = share
      progress(share)
    })
    return verifyPackage(file.name, source, { ...options, tools: browserTools })
  }
  const bytes = await bytesOf(file, file.name)
  if (kind === 'pdf') {
    const report = dataFormOf(file, files)
    return verifyPdf(
      { name: file.name, bytes, report: report === null ? null : await bytesOf(report, report.name) },
      options,
    )
  }
  const beside = await readBeside(file.name, files)
  return verifyReport({ name: file.name, data: bytes, beside, isReport: kind === 'report' }, options)
}

async function readBeside(name: string, files: FileSet): Promise<Beside> {
  const found = besideOf(name, files)
  const read = async (part: keyof Beside) => {
    const file = found[part]
    return file === null ? null : bytesOf(file, file.name, MAX_PART)
  }
  const text = await read('text')
  // a signature in DER that was named `.sig`
  const isDer = text !== null && !isSignatureText(text)
  return {
    text: isDer ? null : text,
    der: isDer ? text : await read('der'),
    token: await read('token'),
    chain: await read('chain'),
    tsaChain: await read('tsaChain'),
    crls: await read('crls'),
    publicKey: await read('publicKey'),
  }
}

async function bytesOf(blob: Blob, name: string, limit = MAX_WHOLE): Promise<Uint8Array> {
  if (blob.size > limit) throw new Error(`expected at most ${limit} bytes in "${name}", got ${blob.size}`)
  return new Uint8Array(await blob.arrayBuffer())
}
