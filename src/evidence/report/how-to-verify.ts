import type { EvidenceReport } from '../../contract/evidence/report.ts'

/** One thing to try, with a tool that is not ours. */
export interface VerificationStep {
  /** What it looks at; ends with a colon. */
  what: string
  /** As it is typed, with `\` at the end of a line that goes on. */
  command: string
  /** What it prints where all is well, and what that rests on. */
  after: string
}

/** A typed line that is longer is broken. */
const MAX_COMMAND = 92

/**
 * How to check a report without Coffer: exact commands, with the names that its files have in a package (extractions) or
 * beside it in an archive (docs/evidence-package.md, sections 1 and 5).
 * @param sums whether the PDF has `segments.sha256` attached
 */
export function howToVerify(report: EvidenceReport, sums: boolean): VerificationStep[] {
  const packaged = report.coffer.kind === 'extraction'
  const name = packaged ? 'report' : report.report_id
  const json = `${name}.json`
  const pdf = `${name}.pdf`
  // In a package the signature's name is the file's with a suffix; in an archive it is the report's, as OSO has it.
  const signed = packaged ? json : name
  const key = packaged ? 'certificates/public-key.pem' : `${name}.pub.pem`
  const algorithm = report.integrity.signature_algorithm
  const steps: VerificationStep[] = []
  steps.push({
    what: 'The digest of the report:',
    command: command('sha256sum', json),
    after:
      algorithm === null
        ? 'Compare it with one that you were given by another way.'
        : `It must be the Report-SHA256 in ${signed}.sig.`,
  })
  if (algorithm !== null) {
    steps.push(
      {
        what: 'The signature over the report:',
        command: signatureCommand(algorithm, key, `${signed}.sig.der`, json),
        after: `It prints “${algorithm === 'Ed25519' ? 'Signature Verified Successfully' : 'Verified OK'}”. Make sure that the key is the one that you were given by another way.`,
      },
      {
        what: 'The time of the signature, where there is a timestamp:',
        command: command(
          'openssl ts -verify',
          `-data ${signed}.sig.der`,
          `-token_in -in ${signed}.sig.tst`,
          `-untrusted ${packaged ? 'certificates/tsa-chain.pem' : `${name}.tsa-chain.pem`}`,
          '-CAfile tsa-root.pem',
        ),
        after:
          'It prints “Verification: OK”. tsa-root.pem is the root of the timestamp authority, which you get from the authority.',
      },
    )
    // PAdES has no place for Ed25519: then the PDF is bound by what is attached to it.
    if (algorithm !== 'Ed25519') {
      steps.push({
        what: 'The signature inside this PDF:',
        command: command('pdfsig', pdf),
        after:
          'It prints “Signature is Valid.” and the signer. “Not total document signed” is right where revocation lists were added behind the signature: that nothing else was, the EU’s DSS, pyHanko and “coffer verify” tell, and any viewer with a signature panel.',
      })
    }
  }
  steps.push(
    {
      what: 'What is attached to this PDF:',
      command: `mkdir attached\n${command('pdfdetach -saveall', '-o attached', pdf)}\n${command('cmp', 'attached/report.json', json)}`,
      after: 'cmp prints nothing where the attached report and the signed one are the same, byte for byte.',
    },
    {
      what: 'The manifest:',
      command: 'sha256sum attached/manifest.json',
      after: `It must be ${report.integrity.backup_manifest_sha256}.`,
    },
  )
  if (sums) {
    steps.push({
      what: 'The segments, in the folder that holds the archive or a copy of it:',
      command: 'sha256sum --check attached/segments.sha256',
      after:
        'Copy the folder “attached” there first. It prints “OK” for each segment; it reads every byte and takes its time.',
    })
  }
  steps.push({
    what: 'With Coffer, all of this in one:',
    command: packaged
      ? 'coffer verify PACKAGE.zip --trust root.pem'
      : command('coffer verify', pdf, json, '--trust root.pem'),
    after:
      'root.pem is the certificate or key that you trust. Without it the answer is “intact, but I can’t say who signed”.',
  })
  return steps
}

/** OpenSSL's own words for each algorithm of a `.sig.der`. */
function signatureCommand(algorithm: string, key: string, signature: string, file: string): string {
  if (algorithm === 'Ed25519') {
    return command('openssl pkeyutl -verify -pubin', `-inkey ${key}`, `-rawin -in ${file}`, `-sigfile ${signature}`)
  }
  const digest = algorithm === 'ECDSA-P384-SHA384' ? 'sha384' : 'sha256'
  return command(`openssl dgst -${digest}`, `-verify ${key}`, `-signature ${signature}`, file)
}

function command(...parts: string[]): string {
  const line = parts.join(' ')
  return line.length <= MAX_COMMAND ? line : parts.join(' \\\n  ')
}
