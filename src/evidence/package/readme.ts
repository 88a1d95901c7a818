import type { EvidenceReport } from '../../contract/evidence/report.ts'
import { count, plural } from '../../contract/words.ts'

/** What the README says of one package. */
export interface ReadmeFacts {
  report: EvidenceReport
  packageId: string
  matter: string
  signedBy: string | null
  /** SHA-256 of the signer's public key, lowercase hex. */
  keyId: string | null
  foreign: boolean
  files: { path: string; what: string }[]
}

/** `README.txt`: what this is and how to check it, in plain words, for somebody who has never heard of Coffer. */
export function readmeOf(facts: ReadmeFacts): Buffer {
  const { report, packageId, matter, signedBy, keyId, foreign } = facts
  const extraction = report.coffer.extraction
  const window = report.coffer.scope.window
  const redacted = extraction?.redacted ?? 0
  const lines = [
    'EVIDENCE PACKAGE',
    '',
    `Matter:       ${matter}`,
    `Package:      ${packageId}`,
    `Backup:       ${report.backup.id}`,
    `Made:         ${report.generated_at} by ${report.coffer.operator.name ?? report.coffer.operator.os_user}, with ${report.tool.name} ${report.tool.version}`,
    `Time window:  ${window === null ? 'all times' : `${window.start ?? 'the beginning'} to ${window.end ?? 'the end'}, both included (${window.time} time)`}`,
    `Filter:       ${report.coffer.scope.filters ?? 'none'}`,
    `Records:      ${count(extraction?.records ?? 0)}${redacted === 0 ? '' : `, of which ${count(redacted)} are redacted in part`}`,
    '',
    'What this is',
    '',
    ...wrapped(
      `This file was cut out of an archive of Apache Kafka records. It holds ${plural(extraction?.records ?? 0, 'record')}, a proof for each that it is in the archive, an account of what was read and what was not, and a report. If it holds no record, then nothing in the archive matched, and the account says where was looked.`,
    ),
    '',
    'How to check it',
    '',
    ...wrapped(
      '1. Open verify.html in a browser, also without a network, and drag the whole zip file onto it. Nothing leaves your machine. Whoever could have changed the package could have changed this page too: where that matters, use one that you got by another way, or 2 or 3.',
    ),
    ...wrapped('2. Or, with Coffer installed: coffer verify PACKAGE.zip --trust CERTIFICATE'),
    ...wrapped('3. Or by hand: unpack it, then'),
    ...(signedBy === null
      ? ['      sha256sum index.json records/records.ndjson', '      (and compare with the figures in index.json)']
      : [
          '      openssl dgst -sha256 -verify certificates/public-key.pem -signature index.json.sig.der index.json',
          '      sha256sum records/records.ndjson   (and compare with the figure in index.json)',
        ]),
    '',
    ...wrapped(
      signedBy === null
        ? 'This package is not signed: it can be checked for being whole, but nothing in it says who made it.'
        : `Signed by ${signedBy}. SHA-256 of the public key: ${keyId}. Whether that key is the right one you must learn from the signer by another way than this package.`,
    ),
    ...(foreign
      ? [
          '',
          ...wrapped(
            'The archive was made by another program and states no digests of its own: that the records are those of the archive rests on the signer’s word.',
          ),
        ]
      : []),
    ...(redacted > 0
      ? [
          '',
          ...wrapped(
            'Redacted records carry the proof of the original record. Its leaf hash covers what was taken out: somebody who can guess the missing text can test the guess, so short or predictable values are not safe from that.',
          ),
        ]
      : []),
    '',
    'What is in it',
    '',
    ...facts.files.map(({ path, what }) => `  ${path}\n      ${what}`),
    '',
    'The format is described in docs/evidence-package.md of the program that made it.',
    '',
  ]
  return Buffer.from(lines.join('\n'))
}

function wrapped(text: string, width = 92): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
