/** Why a segment can't be what it was written as. */
export const SEGMENT = {
  damaged: 'the segment "{{segment}}" is damaged: {{why}}',
  unnamedDamaged: 'a segment is damaged: {{why}}',
  size: 'expected {{expected}} bytes, got {{got}}',
  sha256: 'expected SHA-256 {{expected}}, got {{got}}',
  crc: 'expected CRC-32 {{expected}}, got {{got}}',
  noEnd: 'expected "BKAE" at its end, got other bytes',
  noStart: 'expected "KBAK" at its start, got other bytes',
  tooShort: 'expected 40 bytes or more, got {{got}}',
  version: 'expected version 1, got {{got}}',
  compression: 'expected a compression of 0, 1 or 2, got {{got}}',
  header: 'its header has impossible numbers: {{records}} records, {{from}} to {{to}}',
  records: 'expected {{expected}} records, got {{got}}',
  firstOffset: 'expected {{expected}} as first offset, got {{got}}',
  lastOffset: 'expected {{expected}} as last offset, got {{got}}',
  bytes: 'expected {{expected}} uncompressed bytes, got {{got}}',
  record: 'the record at offset {{offset}} is broken: {{why}}',
  keyTooLong: 'its key is longer than the record',
  valueTooLong: 'its value is longer than the record',
  headersTooLong: 'its headers are longer than the record',
  recordTooLong: 'it is {{bytes}} bytes longer than its fields',
  length: 'the record after offset {{offset}} has an impossible length of {{size}}',
  order: 'expected an offset above {{last}}, got {{got}}',
  cutOff: 'the record after offset {{offset}} is cut off',
  frame: 'expected {{expected}} records from offset {{expectedFrom}} on in a frame, got {{got}} from {{gotFrom}} on',
  lz4CutOff: 'its LZ4 block is cut off',
  lz4Says: 'an LZ4 block of {{bytes}} bytes says that it holds {{size}}',
  lz4Literals: 'its LZ4 block has impossible literals',
  lz4Match: 'its LZ4 block has an impossible match',
  lz4Size: 'expected {{expected}} bytes in its LZ4 block, got {{got}}',
  zstdFails: "a zstd frame can't be decompressed: {{why}}",
  zstdSize: 'expected {{expected}} bytes in a zstd frame, got {{got}}',
  zstdCutOff: 'a zstd frame is cut off',
  zstdSkippable: 'a skippable zstd frame is cut off',
  zstdOther: 'expected a zstd frame, got other bytes',
  zstdBlock: 'a zstd block is not valid',
  zstdSays: 'a zstd frame of at most {{most}} bytes says that it holds {{size}}',
  tooMuch: 'it holds more than the {{most}} bytes that it may',
  notUtf8: 'expected a JSON list of records, got bytes that are not UTF-8',
  noList: 'expected a JSON list of records: {{why}}',
  notBase64: '{{path}} is not base64',
} as const

/** What the integrity check finds. */
export const FINDING = {
  objectMissing: 'expected an object as the manifest says, got none',
  indexDiffers: "the segment's own index is not true: {{why}}",
  indexOnce: 'expected one index, got {{got}}',
  indexForm: 'its index is of an unknown form',
  indexSize: 'expected an index of {{frames}} frames and {{blocks}} blocks, got one of {{gotFrames}} and {{gotBlocks}}',
  indexFrameSize: 'it has an index, and a frame that does not say its size',
  indexTotal: 'expected an index of {{expected}} records, got {{got}}',
  indexFrames: 'there are more frames than it names',
  indexRecords:
    'it puts {{stated}} records from offset {{statedFrom}} on in a frame that holds {{got}} from {{gotFrom}} on',
  indexTimes:
    'it puts the records from offset {{offset}} on between the times {{statedMin}} and {{statedMax}}, and they are from {{min}} to {{max}}',
  indexMissing: 'it names frames that are not there',
  indexHashes: 'its hashes are not those of the records',
  recordExpected: 'expected the archived record {{expected}}, got {{got}}',
  recordMissing: 'expected the archived record {{expected}}, got none',
  recordTooMany: 'expected no record at offset {{offset}}, which the account calls absent, got one',
  merkle: 'expected Merkle root {{expected}}, got {{got}}',
  firstTime: 'expected the first timestamp {{expected}}, got {{got}}',
  lastTime: 'expected the last timestamp {{expected}}, got {{got}}',
  smallestTime: 'expected the smallest timestamp {{expected}}, got {{got}}',
  largestTime: 'expected the largest timestamp {{expected}}, got {{got}}',
  suspects_one: '{{count, number}} record looks like a transaction marker; it is not restored unless asked for',
  suspects_other: '{{count, number}} records look like transaction markers; they are not restored unless asked for',
  injectedHeaders: '{{records}} records carry tracking headers that another program added',
  overlap: 'expected each offset in one segment, got {{from}} to {{to}} in "{{object}}" too',
  gapStated: 'offsets {{from}} to {{to}} were gone from the cluster, as the archive states',
  gap: 'offsets {{from}} to {{to}} lie between two segments, and the archive does not say why',
  cutNotReached: "expected an account from {{from}} to {{to}} as the run's cut says, got {{gotFrom}} to {{gotTo}}",
  cutWithoutAccount: "expected an account from {{from}} to {{to}} as the run's cut says, got none",
  abandoned: 'an interrupted run left {{bytes}} bytes here; they are not part of the backup',
  stranger: 'no manifest names these {{bytes}} bytes, and the last run ended cleanly: somebody else put them here',
  unnamedForeign: 'no manifest names these {{bytes}} bytes: another program wrote this archive',
  unnamed:
    'no manifest names these {{bytes}} bytes: a run is at work or was cut off, and the next one will account for them',
  runRunning:
    'the last run has not ended yet, or was killed: what it had named in the manifest by then is what was checked',
  runFailed: 'the last run failed: what it had named in the manifest by then is what was checked',
  runInterrupted: 'the last run was interrupted: what it had named in the manifest by then is what was checked',
  noCustodyLine: 'the chain of custody has no line for this check: {{why}}',
  generationNamesNone: 'expected generation {{generation}} to name the one before, got none',
  generation: 'expected generation {{expected}}, got {{got}}',
  signatureOf: 'generation {{generation}}: {{why}}',
  unsigned:
    'generation {{generation}} is not signed, and generation {{signed}} was: a run was cut off before it signed, or had no key, or somebody else wrote it',
  entryChanged: 'expected the entry of an earlier generation, got another',
  entryGone: 'expected the entry of an earlier generation, got none',
  accountChanged: 'expected the account of an earlier generation, got another',
} as const

/** Why an account of offsets does not add up. */
export const ACCOUNT = {
  rangesDamaged: 'the ranges "{{object}}" are damaged: {{why}}',
  tooSmall: "an object of {{bytes}} bytes can't hold {{ranges}} ranges",
  more: 'expected {{expected}} bytes, got more',
  notDecompressed: 'it can not be decompressed',
  ranges: 'expected {{expected}} ranges, got {{got}}',
  goesOn: 'expected the account to go on at offset {{expected}}, got {{got}}',
  sum: 'expected {{expected}} offsets in the account, got {{archived}} archived and {{absent}} absent',
  noSegment: 'expected a segment for {{records}} archived records, got none',
  otherSegment: 'expected the segment of the account among those of the partition, got none',
  twice: 'expected each segment in one entry of the account, got a second',
  records: 'expected {{expected}} records as the account says, got {{got}}',
  offsets: 'expected offsets from {{from}} to {{to}}, got {{gotFrom}} to {{gotTo}}',
  noEntry: 'expected an entry of the account for this segment, got none',
  rangeOrder: 'expected absent ranges in order between {{from}} and {{to}}, got {{gotFrom}} to {{gotTo}}',
  rangeSum: 'expected {{expected}} offsets as "{{kind}}", got {{got}} in ranges',
} as const

/** Whether a manifest is signed. */
export const SIGNATURE = {
  none: 'there is no signature',
  algorithm: 'the signature file names no algorithm that is known',
  noKey: 'there is a signature, but no public key beside it',
  otherDocument: 'the signature file is about another document',
  wrong: 'the signature is not that of this key over these bytes',
  holds: 'the signature beside it holds over these bytes',
} as const

/** What may be claimed of an archive after a check. */
export const VERDICT = {
  manifestUnread: 'the manifest can not be read: {{why}}',
  difference: '1 difference: {{what}}',
  differences: '{{differences, number}} differences: {{what}}, and {{more}} more',
  notWhatItSays: 'the archive is not what it says',
  nothing: 'nothing was checked: the archive names no segment and accounts for no offset',
  withWarnings_one: '{{verdict}}; {{count, number}} warning for a person to judge',
  withWarnings_other: '{{verdict}}; {{count, number}} warnings for a person to judge',
  foreign:
    'all {{records}} in {{segments}} were read and are what the manifest says; another program made it, which states no hashes and no account of offsets',
  whole:
    'all {{records}} in {{segments}} were read and are what the manifest says, and each of {{offsets}} is accounted for',
  wholeMixed:
    'all {{records}} in {{segments}} were read and are what the manifest says, and each of {{offsets}} is accounted for; some segments are of another program, which states no hashes',
  unsized: 'the manifest states no size for {{segments}}, so that only a deep check can tell whether they are whole',
  present:
    'the objects of {{segments}} are there in the size that the manifest states; what is in them was not looked at',
} as const

/** How many of something, as a part of another sentence. */
export const MANY = {
  /** Sentences one after the other. */
  parts: '{{parts}}',
  records_one: '{{count, number}} record',
  records_other: '{{count, number}} records',
  segments_one: '{{count, number}} segment',
  segments_other: '{{count, number}} segments',
  offsets_one: '{{count, number}} offset',
  offsets_other: '{{count, number}} offsets',
  partitions_one: '{{count, number}} partition',
  partitions_other: '{{count, number}} partitions',
  topics_one: '{{count, number}} topic',
  topics_other: '{{count, number}} topics',
  groups_one: '{{count, number}} group',
  groups_other: '{{count, number}} groups',
  objects_one: '{{count, number}} object',
  objects_other: '{{count, number}} objects',
  warnings_one: '{{count, number}} warning',
  warnings_other: '{{count, number}} warnings',
} as const
