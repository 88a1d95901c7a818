/** What a job is at. */
export const PHASE = {
  reading: 'reading',
  looking: 'looking',
  manifests: 'reading manifests',
  manifestsOf: 'reading manifests: {{done, number}} of at most {{all, number}}',
  checkingArchive: 'checking the archive',
  comparing: 'comparing with the target',
  comparingTopic: 'comparing {{source}} with {{target}}',
  everyRecord: 'reading every record',
  objects: 'looking at objects',
  verifying: 'verifying {{name}}',
  fetching: 'fetching {{name}}',
  restoring: 'restoring {{topic}}',
  restoringTopics: 'restoring {{topics}} topics',
  package: 'making the package',
  ofObjects: '{{phase}}: {{done}} of {{objects}} objects',
  placing: 'placing the hold for "{{matter}}"',
  lifting: 'lifting the hold for "{{matter}}"',
  readingBack: 'reading the holds back',
  placingNew: 'placing the hold on what is new',
  keeping: 'keeping until {{until}}',
} as const

/** What is to mind about a backup. */
export const BACKUP = {
  openTransactions:
    '{{offsets}} offsets in {{partitions}} partitions lie behind a transaction that was open at the cut; the next run archives them once it has ended',
  uncommitted: 'read_uncommitted: records of aborted and open transactions are archived as if they had been committed',
  groupsUnread_one: '{{count, number}} consumer group could not be read and is not in the snapshot: {{groups}}',
  groupsUnread_other: '{{count, number}} consumer groups could not be read and are not in the snapshot: {{groups}}',
  noGroups: 'stopped before the positions of the consumer groups had been captured: the archive keeps none of this run',
  topicGone:
    'topic "{{topic}}" is in the archive and no longer on the cluster, or hidden from this user: nothing of it was read',
  lost: '{{offsets}} offsets of "{{partition}}" were deleted since the last backup and are lost',
} as const
