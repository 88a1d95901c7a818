import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CofferError } from '../../contract/errors.ts'
import type { KeysRequest } from '../../contract/jobs.ts'
import type { KeyExportedResult } from '../../contract/results/keys.ts'
import { english } from '../../contract/said/said.ts'
import { isSelfSigned } from '../../signing/certificate.ts'
import { toPem } from '../../signing/store/pem.ts'
import type { KeyFacts } from '../../signing/store/store.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import { writeWhole } from '../../storage/write-whole.ts'
import { keyOverview } from './overview.ts'
import type { KeysPlace } from './run.ts'

interface PublicFile {
  name: string
  what: KeyExportedResult['files'][number]['what']
  label: 'PUBLIC KEY' | 'CERTIFICATE' | 'X509 CRL'
  text: string
}

/**
 * Writes what others need to check signatures: public key, certificate chain, root (which an auditor trusts), and
 * revocation lists, each as `NAME-….pem`. Earlier exports are replaced, since lists change; any other file is not.
 * @throws USAGE: something else has one of these names; STORAGE_…; KEY_…
 */
export async function exportPublic(
  { name, output }: Extract<KeysRequest, { action: 'export-public' }>,
  { store, now }: KeysPlace,
): Promise<KeyExportedResult> {
  const key = await store.facts(name)
  const files = publicFiles(key)
  for (const file of files) await mayWrite(join(output, file.name), file.label)
  try {
    await makeFolder(output)
    for (const file of files) await writeWhole(join(output, file.name), file.text, 0o666)
  } catch (cause) {
    throw failed(output, cause)
  }
  return {
    kind: 'keys',
    action: 'export-public',
    key: keyOverview(key, now),
    output,
    files: files.map(({ name, what, text }) => ({
      name,
      what,
      sha256: createHash('sha256').update(text).digest('hex'),
    })),
    warnings: key.warnings.map((one) => english(one)),
  }
}

function publicFiles(key: KeyFacts): PublicFile[] {
  const root = key.certificates.find(isSelfSigned)
  const pem = (label: PublicFile['label'], ders: readonly Buffer[]) => ders.map((der) => toPem(label, der)).join('')
  const spki = key.publicKey.export({ type: 'spki', format: 'der' })
  const all: PublicFile[] = [
    { name: 'public-key', what: 'public key', label: 'PUBLIC KEY', text: pem('PUBLIC KEY', [spki]) },
    {
      name: 'chain',
      what: 'certificate chain',
      label: 'CERTIFICATE',
      text: pem(
        'CERTIFICATE',
        key.certificates.map(({ der }) => der),
      ),
    },
    {
      name: 'root',
      what: 'root certificate',
      label: 'CERTIFICATE',
      text: pem('CERTIFICATE', root === undefined ? [] : [root.der]),
    },
    {
      name: 'crl',
      what: 'revocation lists',
      label: 'X509 CRL',
      text: pem(
        'X509 CRL',
        key.crls.map(({ der }) => der),
      ),
    },
  ]
  return all.filter(({ text }) => text !== '').map((file) => ({ ...file, name: `${key.name}-${file.name}.pem` }))
}

/** Nothing there, or an earlier export of the same kind. */
async function mayWrite(path: string, label: string): Promise<void> {
  let there: string
  try {
    there = await readFile(path, 'latin1')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return
    throw failed(path, cause)
  }
  if (there.startsWith(`-----BEGIN ${label}-----`) && !there.includes('PRIVATE KEY')) return
  throw new CofferError('USAGE', `won't overwrite "${path}": it is not an earlier export`, {
    hint: 'Choose another folder with --output, or move the file away.',
  })
}

function failed(path: string, cause: unknown): CofferError {
  const { code, message } = cause as NodeJS.ErrnoException
  const reasons: Record<string, string> = {
    EACCES: 'not allowed',
    EPERM: 'not allowed',
    EROFS: 'it is read-only',
    ENOSPC: 'the disk is full',
    ENOTDIR: 'a part of it is no folder',
    EEXIST: 'it is no folder',
    EISDIR: 'it is a folder',
  }
  const ours =
    code === 'ENOSPC'
      ? 'STORAGE_FULL'
      : code === 'EACCES' || code === 'EPERM'
        ? 'STORAGE_NOT_ALLOWED'
        : 'STORAGE_FAILED'
  return new CofferError(ours, `can't write to "${path}": ${reasons[code ?? ''] ?? message}`, { cause })
}
