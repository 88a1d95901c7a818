/** What a job could not have as it was asked for. */
export const WARN = {
  pdfUnsigned: 'the PDF is not signed in itself: PAdES has no place for {{algorithm}}',
  pdfTimestamp: 'the PDF has no timestamp: {{why}}',
  revoked: 'the report is signed, and should not be relied on: {{why}}',
  pdfLevel: "the PDF's signature is {{level}}, not B-LT: {{why}}",
  reportTimestamp: "the report's signature has no timestamp: {{why}}",
  packageTimestamp: "the package's signature has no timestamp: {{why}}",
  lockUnknown:
    'whether the storage keeps the report for the {{days, number}} days of "evidence.storage.retention_days" is not known: {{why}}',
  lockNone:
    'nothing in the storage keeps the report from being deleted during the {{days, number}} days of "evidence.storage.retention_days": {{why}}',
  lockGovernance:
    'the storage locks the report in GOVERNANCE mode alone, which privileged users can lift before {{until}}',
  lockShort:
    'the storage locks the report until {{until}}, which is less than the {{days, number}} days of "evidence.storage.retention_days"',
  noCustodyLine: 'the chain of custody has no line for "{{action}}": {{why}}',
  notSigned: 'this record is not signed: no key is configured',
  foreignRecord: 'another program made this archive: it names no runs, no operator and no digests',
  keyOpen: '"{{path}}" holds a private key and is open to other users (mode {{mode}}): run chmod 600 on it',
  passphraseOpen: '"{{path}}" holds a passphrase and is open to other users (mode {{mode}}): run chmod 600 on it',
  superfluous_one: '1 of the certificates in "{{path}}" doesn\'t belong to the chain of its key and is left out',
  superfluous_other:
    '{{count}} of the certificates in "{{path}}" don\'t belong to the chain of its key and are left out',
  noCertificate: '"{{path}}" has no certificate: signatures will show that this key made them, but not whose it is',
  ed25519: 'an Ed25519 key signs JSON, manifests and packages; PDF reports need another one',
  foreignPackage:
    'the archive was made by another program and states no digests: the package proves what was read, not that it was never changed',
  signatureTimestamp: 'the signature has no timestamp: {{why}}',
} as const
