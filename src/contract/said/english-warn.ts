/** What a job could not have as it was asked for. */
export const WARN = {
  pdfUnsigned: 'the PDF is not signed in itself: PAdES has no place for {{algorithm}}',
  pdfTimestamp: 'the PDF has no timestamp: {{why}}',
  pdfLevel: "the PDF's signature is {{level}}, not B-LT: {{why}}",
  reportTimestamp: "the report's signature has no timestamp: {{why}}",
  packageTimestamp: "the package's signature has no timestamp: {{why}}",
  lockUnknown:
    'whether the storage keeps the report for the {{days, number}} days of "evidence.storage.retention_days" is not known: {{why}}',
  lockNone:
    'nothing in the storage keeps the report from being deleted during the {{days, number}} days of "evidence.storage.retention_days": {{why}}',
  lockShort:
    'the storage locks the report until {{until}}, which is less than the {{days, number}} days of "evidence.storage.retention_days"',
  noCustodyLine: 'the chain of custody has no line for "{{action}}": {{why}}',
  notSigned: 'this record is not signed: no key is configured',
  foreignRecord: 'another program made this archive: it names no runs, no operator and no digests',
  signatureTimestamp: 'the signature has no timestamp: {{why}}',
} as const
