import { createHash } from 'node:crypto'
import { access, readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Finding } from '../../archive/check/findings.ts'
import { integrityCheck } from '../../archive/check/integrity.ts'
import { MAX_MANIFEST_BYTES } from '../../archive/manifest/parse.ts'
import { manifestKey, manifestSignatureStem, manifestsPrefix } from '../../archive/paths.ts'
import { CofferError, isCofferError } from '../../contract/errors.ts'
import type { VerifiedFile } from '../../contract/evidence/verdict.ts'
import { openStorage } from '../../storage/open.ts'
import type { Storage } from '../../storage/storage.ts'
import { type ArchiveInput, verifyArchive } from '../../verify/archive/verify.ts'
import type { VerifyOptions } from '../../verify/crypto.ts'
import { readManifest } from '../../verify/package/manifest.ts'

/** Sentences of each kind that a verdict carries. */
const SHOWN = 20
/** Signatures, certificates and lists are small. */
const MAX_SIGNATURE_BYTES = 4 * 1024 * 1024

/**
 * A folder with an archive: the folder of one backup, or the one above it where it holds a single backup.
 * @throws CofferError USAGE where it holds none or several; ARCHIVE_MISSING, STORAGE_… where it can't be read
 */
export async function verifyFolder(path: string, options: VerifyOptions, signal?: AbortSignal): Promise<VerifiedFile> {
  const folder = await backupFolder(resolve(path))
  const id = basename(folder)
  const storage = await openStorage({ backend: 'filesystem', path: dirname(folder) })
  const report = await integrityCheck(storage, id, { deep: true, ...(signal === undefined ? {} : { signal }) })
  const sentence = (finding: Finding) =>
    `${finding.code}${finding.segment === undefined ? '' : ` in "${finding.segment}"`}: ${finding.reason}.`
  const of = (severity: Finding['severity']) =>
    report.findings
      .filter((one) => one.severity === severity)
      .slice(0, SHOWN)
      .map(sentence)
  return verifyArchive(
    {
      name: basename(path),
      manifests: await signedManifests(storage, id),
      deep: {
        valid: report.valid,
        segments: report.segments_checked,
        records: report.records_checked,
        bytes: report.bytes_checked,
        problems: of('damaged'),
        problemsTotal: report.damaged_total,
        warnings: of('warning'),
        manifestSha256: report.manifest_sha256,
        foreign: report.foreign,
      },
    },
    options,
  )
}

async function backupFolder(path: string): Promise<string> {
  const isBackup = (folder: string) => exists(join(folder, 'manifest.json'))
  if (await isBackup(path)) return path
  const found: string[] = []
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory() && (await isBackup(join(path, entry.name)))) found.push(entry.name)
  }
  const [only] = found
  if (only !== undefined && found.length === 1) return join(path, only)
  throw new CofferError(
    'USAGE',
    `expected the folder of one backup at "${path}", got ${found.length === 0 ? 'none' : `${found.length}`}`,
    {
      hint:
        found.length === 0
          ? 'Name the folder that holds manifest.json.'
          : `Name one of them, such as "${join(path, found.sort()[0] as string)}".`,
    },
  )
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch {
    return false
  }
}

/** The present manifest, and each earlier one that is signed. */
async function signedManifests(storage: Storage, id: string): Promise<ArchiveInput['manifests']> {
  const keys = [manifestKey(id)]
  for await (const { key } of storage.list(manifestsPrefix(id))) keys.push(key)
  const manifests: { name: string; bytes: Uint8Array; signature: Awaited<ReturnType<typeof signatureOf>> }[] = []
  for (const key of keys) {
    const { body } = await storage.get(key, { maxBytes: MAX_MANIFEST_BYTES })
    const name = key.slice(id.length + 1)
    const signature = await signatureOf(storage, id, body)
    if (signature !== null || manifests.length === 0) manifests.push({ name, bytes: body, signature })
  }
  return manifests
}

async function signatureOf(storage: Storage, id: string, manifest: Buffer) {
  let generation: number
  try {
    generation = readManifest(manifest, 'the manifest').generation ?? 0
  } catch {
    // what is wrong with it is said where it is verified
    return null
  }
  const stem = manifestSignatureStem(id, generation, createHash('sha256').update(manifest).digest('hex'))
  const part = async (suffix: string): Promise<Uint8Array | null> => {
    try {
      return (await storage.get(stem + suffix, { maxBytes: MAX_SIGNATURE_BYTES })).body
    } catch (error) {
      if (isCofferError(error, 'OBJECT_MISSING')) return null
      throw error
    }
  }
  const [text, der] = [await part('.sig'), await part('.sig.der')]
  if (text === null && der === null) return null
  return {
    text,
    der,
    token: await part('.sig.tst'),
    chain: await part('.chain.pem'),
    tsaChain: await part('.tsa-chain.pem'),
    crls: await part('.crl.pem'),
    publicKey: await part('.pub.pem'),
  }
}
