import type { VerifiedFile } from '../../../contract/evidence/verdict.ts'

/**
 * The same answers by programs that are not ours.
 * @returns null where there is nothing that another program could answer: no signature, and no list of digests
 */
export function commandsFor(file: VerifiedFile): string | null {
  const signed = file.signatures.length > 0
  const name = `'${file.file.replaceAll("'", "'\\''")}'`
  switch (file.kind) {
    case 'package':
      return [
        `unzip ${name} -d evidence && cd evidence`,
        ...(signed
          ? [
              'openssl dgst -sha256 -verify certificates/public-key.pem \\',
              '  -signature index.json.sig.der index.json',
            ]
          : []),
        'sha256sum records/*',
        ...(signed ? ['pdfsig report.pdf'] : []),
      ].join('\n')
    case 'pdf':
      return signed ? `pdfsig ${name}\nqpdf --check ${name}` : null
    case 'archive':
      return 'sha256sum manifest.json'
    default:
      if (!signed) return null
      return `sha256sum ${name}\nopenssl dgst -sha256 -verify KEY.pem -signature REPORT.sig.der ${name}`
  }
}
