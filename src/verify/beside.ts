import { SIGNATURE_SUFFIX } from '../contract/evidence/signing.ts'
import type { Beside } from './report.ts'

/**
 * Which files belong together, by their names alone: the program looks them up in a folder, the page among what was
 * dropped on it. Both must pair alike, or the same evidence would get two verdicts.
 */

/** What a file is. */
export type FileKind = 'package' | 'pdf' | 'report' | 'unknown'

/** Bytes of a file's beginning that `kindOf` wants. */
export const HEAD_BYTES = 64

/** By content first; by name where a damaged beginning hides it. @param head one character for each byte */
export function kindOf(head: string, name: string): FileKind {
  if (head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06') || /\.zip$/i.test(name)) return 'package'
  if (head.startsWith('%PDF-') || /\.pdf$/i.test(name)) return 'pdf'
  const manifest = /^(manifest|previous-\d+|index)\.json$/.test(name)
  return (/^\s*\{/.test(head) || /\.json$/i.test(name)) && !manifest ? 'report' : 'unknown'
}

/** Whether it is named as a detached signature, or the timestamp of one. */
export function isSignatureName(name: string): boolean {
  return /\.sig(\.der|\.tst)?$/.test(name)
}

/** Which file a signature belongs to: the one whose name it carries on, or the only one there is. */
export function signedFileOf(signature: string, files: readonly string[]): string | null {
  const stem = signature.replace(/\.sig(\.der|\.tst)?$/, '')
  const data = files.filter((file) => !isSignatureName(file))
  return (
    data.find((file) => file === stem || file === `${stem}.json`) ?? (data.length === 1 ? (data[0] as string) : null)
  )
}

/**
 * Names under which the parts of a file's signature may lie beside it, the likeliest first: as an archive has it (`<id>.sig`
 * for `<id>.json`), as an unpacked package has it (`report.json.sig`, `certificates/`), or with OSO's `public-key.pem`.
 * @param signature the signature's own name, where it was named
 */
export function besideNames(name: string, signature: string | null): Readonly<Record<keyof Beside, readonly string[]>> {
  const stems = [name, name.replace(/\.json$/, '')]
  if (signature !== null) stems.unshift(signature.replace(/\.sig(\.der)?$/, ''))
  const all = (suffix: string, ...others: string[]) => [
    ...new Set([...stems.map((stem) => `${stem}${suffix}`), ...others]),
  ]
  return {
    text: all(SIGNATURE_SUFFIX.text),
    der: all(SIGNATURE_SUFFIX.der),
    token: all(SIGNATURE_SUFFIX.token),
    publicKey: all('.pub.pem', 'certificates/public-key.pem', 'public-key.pem'),
    chain: all('.chain.pem', 'certificates/chain.pem'),
    tsaChain: all('.tsa-chain.pem', 'certificates/tsa-chain.pem'),
    crls: all('.crl.pem', 'certificates/crl.pem'),
  }
}

/** OSO's text form, whatever its name is; else it is the signature in DER. */
export function isSignatureText(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(0, 11)) === '-----BEGIN '
}
