/** What the checks of a report come to. */
export const REPORT = {
  notMade: 'it could not be made: {{why}}',
  counted: '{{topics}}; {{expected, number}} messages expected, {{restored, number}} restored; {{discrepancies}}',
  sample: 'a sample, not exact: {{taken, number}} of {{all}}',
  countSample:
    'a sample, not exact: {{taken, number}} of {{all}}; without a discrepancy among them, with 95 % confidence at most {{unseen, number}} of all have one',
  firstCount: 'first: {{place}}: {{expected, number}} expected, {{restored, number}} restored ({{why}})',
  partitionMissing: 'a target partition does not exist',
  targetCompacted: 'the target topic is compacted',
  logDeleted: "the start of the target's log was deleted (retention, or by request)",
  more: 'there are more than were archived',
  fewer: 'there are fewer than were archived',
  rangesOff: 'neither end of the ranges was to be verified',
  ranges: '{{partitions}} checked; {{passed}} passed; {{issues}}',
  endUnknown: 'of {{partitions}} the archive alone does not tell where it must end',
  goesOn_one: '{{count, number}} partition goes on behind the restored records',
  goesOn_other: '{{count, number}} partitions go on behind the restored records',
  firstIssue: 'first: {{place}} {{issue}}',
  firstIssueFigures: 'first: {{place}} {{issue}}: expected {{expected}}, got {{got}}',
  noSnapshot: 'the archive holds no snapshot of consumer groups',
  noSnapshotOf: 'the archive holds no snapshot of consumer groups of generation {{generation}}, which was restored',
  noGroups: 'the snapshot holds no consumer group',
  noOffsetMap: "{{groups}} in the snapshot; the archive holds no map of the restore's offsets to compare them through",
  groupsNotRestored: 'the restore did not restore consumer groups, of which the snapshot holds {{groups, number}}',
  groupsVerified: '{{groups}} verified; {{offsets}} checked; {{issues}}',
  movedOn_one: '{{count, number}} position has moved on since',
  movedOn_other: '{{count, number}} positions have moved on since',
  positionsOutside_one: '{{count, number}} position of topics or partitions that were not restored',
  positionsOutside_other: '{{count, number}} positions of topics or partitions that were not restored',
  groupsUnread_one: '{{count, number}} group could not be read when the snapshot was taken, and is not in it',
  groupsUnread_other: '{{count, number}} groups could not be read when the snapshot was taken, and are not in it',
  firstNotInSnapshot: 'first: group "{{group}}" is not in the snapshot',
  firstPosition: 'first: group "{{group}}" {{place}} is {{issue}}: expected {{expected}}, got {{got}}',
  configurations: '{{topics}}; {{differences}}',
  adapted_one: '{{count, number}} setting as a restore makes it on purpose ({{names}})',
  adapted_other: '{{count, number}} settings as a restore makes them on purpose ({{names}})',
  andOthers: '{{names}} and others',
  noConfiguration: 'the archive holds no configuration of {{topics}}',
  firstSetting: 'first: {{topic}} {{name}} is {{target}}, archived {{archived}}',
  chainVerified: '{{verdict}}; {{manifests}} of the chain verified',
  notInChain: 'the manifest that the restore was made from is not in the chain of this archive',
  manifestChanged: 'the manifest was changed while the archive was checked',
  compared: '{{topics}}, {{partitions}}; {{records}} compared byte by byte with {{found, number}} in the target',
  differences: '{{differences}} ({{kinds, comma}})',
  kindMissing: '{{records, number}} missing',
  kindExtra: '{{records, number}} extra',
  kindExtraTwice: '{{records, number}} extra ({{twice, number}} of them restored more than once)',
  kindChanged: '{{records, number}} changed',
  kindMisplaced: '{{records, number}} misplaced',
  compactedAway_one: "{{count, number}} older record removed by the target's compaction",
  compactedAway_other: "{{count, number}} older records removed by the target's compaction",
  unfollowed:
    'of {{records}} gone from the compacted target there are too many to follow whether a later one of their key is there',
  deleted: "{{deleted, number}} of the missing ones were deleted from the target's log",
  appended: '{{records}} appended after the restore, not compared',
  unread: '{{partitions}} could not be read from the archive: {{why}}',
  unordered: '{{partitions}} compared without their order',
  contentSample:
    'a sample, not exact: {{taken, number}} of {{segments}}; without a difference among them, with 95 % confidence at most {{unseen, number}} ({{share}} %) of all hold one',
  first: 'first: {{place}}: {{what}}',
  placeMissing: 'missing {{where}}',
  placeExtra: 'extra {{where}}',
  placeChanged: 'changed {{where}}',
  placeMisplaced: 'misplaced {{where}}',
  placeDuplicate: 'duplicate {{where}}',
  at: '{{source}}',
  atOffset: '{{source}}/{{partition}} offset {{offset}}',
  alsoAt: '{{source}}, target {{target}}/{{partition}} offset {{offset}}',
  partitionGone: 'the target partition does not exist, and {{records}} with it',
  notInTarget: 'not in the target',
  notInTargetTimes: 'not in the target, {{times}} times',
  notInTargetLog: 'not in the target, whose log begins after it or lacks it',
  notInArchive: 'not in the archive',
  notInArchiveTimes: 'not in the archive, {{times}} times',
  oftener: 'in the target more often than in the archive',
  oftenerTimes: 'in the target more often than in the archive, {{times}} times',
  moreThanOnce: 'in the target more than once: the archive has it once, at offset {{offset}}',
  sameElsewhere: 'the same record, at another place',
  sameInPartition: 'the same record, in partition {{partition}}',
  fields: '{{fields, comma}}',
  keyDiffers: 'its key differs',
  headersOrder: 'its headers are in another order',
  headersDiffer: 'its headers differ',
  timeDiffers: 'its timestamp is {{got}}, not {{expected}}',
  valueGone: 'its value is gone (null)',
  valueThere: 'it has a value, not null',
  valueDiffers: 'its value differs',
  valueDiffersOf: 'its value differs from byte {{at}} of {{bytes}}',
  valueDiffersSize: 'its value differs from byte {{at}} ; it has {{got}} bytes, not {{expected}}',
  extraction: '{{records}} of {{read, number}} in {{segments}} matched; {{rest}}',
  extractionIndexed:
    '{{records}} of {{read, number}} (of which {{ruledOut, number}} by the segments’ own indexes, outside the window) in {{segments}} matched; {{rest}}',
  notRead_one: '{{count, number}} segment of the chosen topics could hold no match and was not read',
  notRead_other: '{{count, number}} segments of the chosen topics could hold no match and were not read',
  extractionFailed: '{{failed}} that could hold a match could not be read. {{found}}',
  extractionAccount_one:
    'the archive’s account of offsets does not add up in {{count, number}} place: records may be missing from the archive. {{found}}',
  extractionAccount_other:
    'the archive’s account of offsets does not add up in {{count, number}} places: records may be missing from the archive. {{found}}',
  extractionForeign:
    '{{found}}. The archive was made by another program and states no digests: what was read was compared with its checksums alone',
  extractionWhole:
    '{{found}}. Every segment that was read has the SHA-256 and the Merkle root that the manifest states',
  noRun: "no backup run began in {{month}}: what was on the topics in that month can't be said to be kept",
  noRunYet: "no backup run began in {{month}} so far: what was on the topics in that month can't be said to be kept",
  runs_one: '{{count, number}} of {{runs}} that began in {{month}} is complete',
  runs_other: '{{count, number}} of {{runs}} that began in {{month}} are complete',
  runsYet_one: '{{count, number}} of {{runs}} that began in {{month}} so far is complete',
  runsYet_other: '{{count, number}} of {{runs}} that began in {{month}} so far are complete',
  integrity: '{{looked}}: {{damaged, number}} damaged, {{warnings}}',
  readInFull: '{{segments}} read in full, {{records}}',
  lookedAt: '{{segments}} and {{objects}} looked at, by presence and size',
  custody: '{{lines}} and {{manifests}} read back to the first: {{breaks}} in their hash chains',
  webhookTimeout: 'no answer within {{seconds}} s',
  webhookNotAsked: "it can't be asked: {{why}}",
  webhookStatus: 'expected status {{expected}}, got {{got}}',
  webhookAnyAnswer: 'status {{status}}, and "accept_any_answer" takes that for a pass',
  webhookNoResult: 'status {{status}}, but no "result" of passed, failed, warning or skipped',
  webhookAnswered: 'the webhook answered "{{result}}"',
} as const

/** What a report does not speak of. */
export const GAP = {
  noCheck: 'no check ran',
  sampled: '{{check, check}} looked at a sample; what lies outside it was not looked at',
  someTopics: '{{check, check}} looked at {{looked, number}} of {{topics}}; the others were not asked for',
  topicsLeft_one: 'what the archive holds of {{count, number}} further topic was not compared with anything: {{names}}',
  topicsLeft_other:
    'what the archive holds of {{count, number}} further topics was not compared with anything: {{names}}',
  otherPartitions_one:
    '{{count, number}} partition of the target topics into which nothing was restored: what is in it was not looked at',
  otherPartitions_other:
    '{{count, number}} partitions of the target topics into which nothing was restored: what is in them was not looked at',
  skipped: '{{check, check}} was skipped: {{why}}',
  open: '{{check, check}} could not come to a result: {{why}}',
  notCompared: 'the records were not compared with those of a target, byte for byte',
  noDigests: 'the digests of the archive were not computed anew; those in this report are what its manifest states',
  notDeep: 'the integrity check looked at objects and sizes and did not read every segment',
  foreign:
    'the archive was made by another program: it has no digests of segments, no account of offsets and no chain of runs',
  /** In reports of 0.1.0 and before. */
  runState: 'the last run of the backup is "{{state}}": what it had not reached is not in the archive',
  runRunning: 'the last run of the backup has not ended, or was killed: what it had not reached is not in the archive',
  runFailed: 'the last run of the backup failed: what it had not reached is not in the archive',
  runInterrupted: 'the last run of the backup was interrupted: what it had not reached is not in the archive',
  deletedBefore:
    '{{offsets}} in {{partitions}} had been deleted from the log (retention or DeleteRecords) before the first run',
  deletedDuring:
    '{{offsets}} in {{partitions}} were deleted from the log while the backup ran, before they could be read: they are lost',
  unexplained: '{{offsets}} in {{partitions}} were not on the log, and nothing on the topic explains why',
  unaccounted:
    '{{offsets}} in {{partitions}} lie between segments of an archive that keeps no account of offsets: nobody can say what was there',
  segmentsFailed: '{{segments}} could not be read: records in them are missing from the extraction',
  undecodable:
    "{{records, number}} of the extracted records could not be decoded; filters on decoded values can't match such records",
  unsigned: 'this report is not signed: nothing binds it to a person or a time',
  noSigner: 'the configuration names no signer or no meaning of the signature; 21 CFR 11.50 asks for both',
  lockNotAsked: 'the storage was not asked whether the archive is under a retention lock',
  lockUnknown: 'whether the archive is under a retention lock is not known: {{why}}',
  clock: 'the host’s clock was compared with no other clock',
  toolDigest: 'the program could not compute a digest of its own files',
  noTimestamp:
    'no timestamp proves when this was signed: the time is by the signer\'s own clock (PAdES B-B). Set "evidence.signing.timestamp_url", or get one later with "coffer evidence timestamp"',
  timestampFailed:
    'no timestamp proves when this was signed, since the authority gave none: {{why}}. The time is by the signer\'s own clock; "coffer evidence timestamp" gets a timestamp later',
  revoked: 'the signatures of this report should not be relied on: when they were made, {{why}}. Sign with another key',
  pdfTimestampFailed:
    'the signature in the PDF has no timestamp: {{why}}. The detached signature over the report has one; "coffer evidence timestamp" gets one for the PDF later',
  selfMade:
    'the signing key has no certificate that anybody issued, so nobody vouches for its holder, nobody can withdraw it, and the PDF can\'t reach PAdES B-LT. Sign with a key of "coffer keys create", which has a root and a revocation list, or name "certificate_path" and "crl_path"',
  otherSigner:
    'the configuration names "{{named}}" as the signer, and the certificate of the key "{{certified}}": the signature shows the latter alone',
  noRevocation:
    'no revocation list for the signer\'s certificate was at hand, and it names no address for one: from this report alone nobody can tell that it had not been withdrawn (PAdES B-LT is not reached). Name the list with "evidence.signing.crl_path"',
  before: '{{offsets}} offsets of the target that lie before the restored records',
  contentOff: 'the content of the records: the content check was not asked for',
  ruledOut_one:
    '{{count, number}} record of segments that were read was not looked at one by one: the segment’s own index, written with it at backup and covered by its SHA-256, puts them outside the window. A deep check of the archive compares each index with the records',
  ruledOut_other:
    '{{count, number}} records of segments that were read were not looked at one by one: the segment’s own index, written with it at backup and covered by its SHA-256, puts them outside the window. A deep check of the archive compares each index with the records',
  foreignRoots:
    'the archive was made by another program: the Merkle roots in this package were computed while it was read, and nothing in the archive vouches for them',
  suspects_one:
    '{{count, number}} extracted record of an archive of another program looks like transaction markers rather than data',
  suspects_other:
    '{{count, number}} extracted records of an archive of another program look like transaction markers rather than data',
  withheld:
    'the whole value of {{records}} was taken out: rules by JSON path could not be applied, since it is no JSON, or of another shape',
  repeated_one:
    'in {{count, number}} redacted record what was hidden still stands at another place: the key, a header, or elsewhere in the value',
  repeated_other:
    'in {{count, number}} redacted records what was hidden still stands at another place: the key, a header, or elsewhere in the value',
  blind_one:
    'the filter asks for JSON, and {{count, number}} record of the window that was left out has a value that is none (or is nested too deeply): what it holds can’t be told by a JSON path',
  blind_other:
    'the filter asks for JSON, and {{count, number}} records of the window that were left out have values that are none (or are nested too deeply): what they hold can’t be told by a JSON path',
  unordered_one:
    'the filter compares with a number, and {{count, number}} record of the window that was left out holds something else there, a text such as “1.200,00” or “12 EUR”: whether that is more or less can’t be told',
  unordered_other:
    'the filter compares with a number, and {{count, number}} records of the window that were left out hold something else there, a text such as “1.200,00” or “12 EUR”: whether that is more or less can’t be told',
  noTime: 'records without a time (-1) lie in no window that has a beginning; there are some in {{topics}}',
  lastRun:
    'the archive ends with its last run, from {{began}} to {{ended}}: what came later is not in it, though the time window goes on',
  lastRunOpen:
    'the archive ends with its last run, which began at {{began}}: what came later is not in it, though the time window goes on',
  notInLastRun:
    'the last run of the backup did not read all of {{topics}}: what came since an earlier run is not in the archive',
  accountDiffers: 'the archive’s account of offsets does not hold at {{place}}: {{why}}',
  masked:
    'the leaf hash of a redacted record covers what was taken out: whoever can guess the missing text can test the guess',
  recordTime: 'time is the timestamp that each record carries, which its producer may have set',
  brokerTime: 'time is the broker’s by the topics’ configuration when they were last backed up',
  notAlwaysBroker:
    'an earlier run found {{topics}} set to the producer’s time: what was archived then carries that time, not the broker’s',
  onlyLogged:
    'restores and validations are those that the chain of custody has a line for: work done by other programs, or against a copy of the archive, is not in it',
  locksOfSome: 'locks were read back for the manifest and {{asked}} of {{all, number}}, not for every object',
  locksOfTwo: 'locks were read back for the manifest and one segment, not for every object',
  monthNotOver: '{{month}} is not over: what comes after {{at}} is not in this report',
  noRunBefore: 'no run began before the end of {{month}}: the archive is described as it is now',
  neverDeep:
    'not deeply checked: by the chain of custody nobody read the archive in full in {{month}}, and neither did this report ("--deep" does). "coffer validate --deep" and "coffer verify" leave no line there',
  deepBefore:
    'not deeply checked by this report: the last check of {{month}} that read every byte was {{subject}} of {{at}}, and came to {{outcome}}',
} as const

/** What somebody has to look at, in a report of a month. */
export const OPEN = {
  runsBroken: 'the chain of runs is broken: {{why}}',
  custodyBroken: 'the chain of custody does not hold at "{{object}}": {{why}}',
  found: '{{why}} ({{code}})',
  foundAt: '{{object}}: {{why}} ({{code}})',
  moreFindings_one: '{{count, number}} more finding of the integrity check; "coffer validate" lists them',
  moreFindings_other: '{{count, number}} more findings of the integrity check; "coffer validate" lists them',
  noRun: 'no backup ran in this month',
  runRunning: 'run {{run}} of {{at}} has not ended, or was killed',
  runFailed: 'run {{run}} of {{at}} failed',
  runInterrupted: 'run {{run}} of {{at}} was interrupted',
  gaps: 'topic "{{topic}}" has {{gaps}}: offsets that were on the cluster and are not in the archive',
  moreGaps_one: '{{count, number}} more gap not counted by topic',
  moreGaps_other: '{{count, number}} more gaps not counted by topic',
  notTested: 'no restore of this month was validated: that the backup can be restored was not tested',
  validation: 'validation {{report}} of {{at}} came to {{outcome}}',
  noLock: 'no retention lock is certain: {{why}}',
  lockEnded: 'a retention lock has ended ({{until, day}}): {{why}}',
  lockGovernance: 'a retention lock is in GOVERNANCE mode, which privileged users can lift: {{why}}',
} as const
