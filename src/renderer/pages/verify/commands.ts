import type { VerifiedFile } from '../../../contract/evidence/verdict.ts'

/** The same answers by programs that are not ours. */
export function commandsFor(file: VerifiedFile): string {
  const name = `'${file.file.replaceAll("'", "'\\''")}'`
  switch (file.kind) {
    case 'package':
      return [
        `unzip ${name} -d evidence && cd evidence`,
        'openssl dgst -sha256 -verify certificates/public-key.pem \\',
        '  -signature index.json.sig.der index.json',
        'sha256sum records/*',
        'pdfsig report.pdf',
      ].join('\n')
    case 'pdf':
      return `pdfsig ${name}\nqpdf --check ${name}`
    case 'archive':
      return 'sha256sum manifest.json'
    default:
      return `sha256sum ${name}\nopenssl dgst -sha256 -verify KEY.pem -signature REPORT.sig.der ${name}`
  }
}
