/** What a storage says of what keeps objects from being deleted. */
export const LOCK = {
  missing: '"{{object}}" is missing',
  nothingAsked: 'no object was asked about',
  noneInFolder: 'a folder on a disk has no object lock',
  notTold: 'the storage did not tell whether the object is locked ({{answer}})',
  none: 'the storage states no retention for the object',
  noneThoughDays:
    "the storage states no retention for the object, though the bucket's default is {{mode}} for {{days}} days",
  noneThoughYears:
    "the storage states no retention for the object, though the bucket's default is {{mode}} for {{years}} years",
  readBack: 'read back from the storage after the object was stored',
  folderOutlasts: 'a folder has no lock that would outlast its owner: whoever may write there may delete',
  bucketNotTold: 'the storage did not tell its Object Lock configuration ({{answer}})',
  bucketNone: 'the bucket has no Object Lock',
  thisBucketNone: 'the bucket "{{bucket}}" has no Object Lock',
  bucketNoDefault: 'the bucket has Object Lock and no default retention: new objects are not held',
  bucketDefault: "read back from the bucket's Object Lock configuration",
  ofArchive: "of the archive's manifest: {{lock}}",
  ofSome: "the weakest of the archive's manifest and {{asked}}: {{lock}}",
  ofManifest: 'of the manifest: {{lock}}; {{encryption}}',
  ofSegment: 'of the segment {{segment}}: {{lock}}; {{encryption}}',
  noEncryption: 'the storage states no encryption',
  encrypted: 'encrypted at rest: {{encryption}}',
} as const

/** What there is to mind about legal holds. */
export const HOLD = {
  custodyBroken:
    'the chain of custody does not hold ("{{object}}": {{why}}): which matters hold this backup is not certain',
  notAllHeld_one:
    '{{without}} of {{objects}} objects are not under hold, though a matter holds this backup: place the hold again',
  notAllHeld_other:
    '{{without}} of {{objects}} objects are not under hold, though matters hold this backup: place the hold again',
  heldWithoutMatter: '{{held}} objects are under hold, and no matter in the chain of custody says why',
} as const

/** Whether the log of custody and the chain of manifests hold. */
export const CUSTODY = {
  at: '"{{object}}": {{why}}',
  logBroken: 'the log of custody does not hold at "{{object}}": {{why}}',
  lineMissing: 'line {{from}} is missing',
  linesMissing: 'lines {{from}} to {{to}} are missing',
  lineChanged: 'expected "previous" {{expected}}, got {{got}}: this line or the one before was changed',
  otherName: 'this is not the name of a custody line: somebody else put it here',
  gone: 'it was listed and is gone',
  tooLarge: 'it has more than {{bytes}} bytes',
  unread: 'it could not be read',
  noJson: 'expected JSON, got something else: the line was changed',
  notCanonical: 'expected canonical JSON (RFC 8785), got another writing of it: the line was changed',
  noObject: 'expected an object, got something else',
  otherMember: 'expected no member {{member}}',
  wrongMember: 'expected {{what}}, got one whose "{{member}}" is wrong',
  lineOf: 'a custody line of number {{line}}',
  signatureOrReason: 'expected a signature with its key, or the reason why there is none',
  activityLine: 'a line of the activity journal',
  otherManifest: 'line {{line}} states SHA-256 {{stated}} for generation {{generation}}, its manifest has {{sha256}}',
  firstMissing: 'generation {{generation}} names none before it',
  hashDiffers: '"{{object}}" has SHA-256 {{sha256}}, generation {{generation}} states {{stated}}',
  generationUnread: "the generation before {{generation}} can't be read: {{why}}",
  otherLogged: 'its manifest is not the one that was logged at {{at}}: SHA-256 {{sha256}}, logged {{logged}}',
  manifestSignature: 'the signature of its manifest does not hold',
} as const

/** What the system said when a file could not be written, read or removed. */
export const DISK = {
  cannot: 'cannot {{doing}}, {{why}}',
  cannotBy: 'cannot {{doing}}, {{why}} ({{errno}})',
  write: 'write "{{path}}"',
  lookUp: 'look up "{{path}}"',
  writeIn: 'write "{{object}}" in "{{place}}"',
  lookUpIn: 'look up "{{object}}" in "{{place}}"',
  deleteIn: 'delete "{{object}}" in "{{place}}"',
  readIn: 'read "{{object}}" in "{{place}}"',
  listIn: 'list "{{object}}" in "{{place}}"',
  listAll: 'list what is in "{{place}}"',
  noSpace: 'no space is left',
  quota: 'the disk quota is used up',
  fileTooLarge: 'the file would be larger than allowed here',
  denied: 'permission was denied',
  notPermitted: 'the operation is not permitted',
  readOnly: 'the filesystem is read-only',
  stale: 'the network filesystem has gone away',
  notConnected: 'the filesystem is not connected',
  noAnswer: 'the filesystem did not answer in time',
  hostDown: "the filesystem's host is down",
  inputOutput: 'the disk gave an input or output error',
  tooManyOpen: 'too many files are open',
  fileInPlace: 'a file stands where a folder is needed',
  folderInPlace: 'a folder stands where a file is needed',
} as const

/** Why an object can't be read or written. */
export const OBJECT = {
  tooLarge: 'expected at most {{most}} bytes in "{{object}}", got {{got}}',
  missing: 'expected an object "{{object}}" in "{{place}}", found none',
  exists: 'expected nothing under "{{object}}" in "{{place}}", found an object',
  changed: 'expected "{{object}}" in "{{place}}" unchanged, somebody else replaced it',
} as const
