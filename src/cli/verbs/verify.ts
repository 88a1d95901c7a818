import { FORMATS, need, timeOf, type Verb } from './verb.ts'

/** The verbs that check evidence: nothing is contacted, nothing but the files is believed. */

const verify: Verb = {
  name: 'verify',
  summary: 'check evidence offline: packages, reports with .sig, signed PDFs',
  details:
    'Nothing is contacted. Name whom you trust with --trust: a root certificate or a public key that you got from the\n' +
    'signer, not from the file. Without it the answer is indeterminate at best: intact, but nobody can say whose.\n' +
    'Exit code 0 passed, 5 failed, 6 indeterminate.',
  flags: ['trust', 'at'],
  required: [],
  operands: { name: 'FILE…', least: 1, most: 10_000 },
  formats: FORMATS,
  examples: [
    'coffer verify case-4711.zip --trust signer-root.pem --trust tsa-root.pem',
    'coffer verify report.pdf report.json --trust signer-root.pem --at 2026-12-31T00:00:00Z --json',
  ],
  request: async (args) => ({
    kind: 'verify',
    environment: args.environment,
    files: args.operands,
    trust: args.lists.trust ?? [],
    at: timeOf(args, 'at'),
  }),
}

const evidenceVerify: Verb = {
  name: 'validation evidence-verify',
  summary: 'check a report against its signature',
  details:
    'VERIFIED only with --public-key (or a root certificate): without it the report may be intact, but nobody can say\n' +
    'who signed it. Exit code 0 verified, 5 failed, 6 indeterminate.',
  flags: ['report', 'signature', 'public-key'],
  shorts: { r: 'report' },
  required: ['report', 'signature'],
  formats: FORMATS,
  examples: [
    'coffer validation evidence-verify --report report.json --signature report.sig --public-key sox-signing-key-pub.pem',
  ],
  request: async (args) => ({
    kind: 'evidence-verify',
    environment: args.environment,
    report: need(args, 'report'),
    signature: need(args, 'signature'),
    publicKey: args.values['public-key'] ?? null,
  }),
}

export const verifyVerbs: readonly Verb[] = [verify, evidenceVerify]
