/**
 * What lines of the activity journal call what was done, as this version writes them: the same in every language, since
 * they are signed. A job is called by its kind and what it does; ` dry run` follows where nothing is changed. The window has
 * words for each; lines of other versions are shown as they stand.
 */
export const ACTIVITY_ACTIONS = [
  // jobs
  'backup',
  'restore',
  'snapshot groups',
  'check',
  'topics',
  'storage lock',
  'validate',
  'groups',
  'validation',
  'extract',
  'verify',
  'evidence get',
  'evidence verify',
  'evidence timestamp',
  'keys create',
  'keys import',
  'keys export public',
  'keys revoke',
  'custody',
  'custody append',
  'report monthly',
  'schedule add',
  'schedule set',
  'schedule remove',
  'schedule pause',
  'schedule resume',
  'schedule run',
  'activity export',
  'hold place',
  'hold lift',
  'retention extend',
  'offset reset execute',
  'offset rollback snapshot',
  'offset rollback rollback',
  'offset rollback delete',
  'approvals request',
  'approvals approve',
  'approvals reject',
  'update on',
  'update off',
  'update check',
  'update fetch',
  'update sign list',
  // what is done in the window and is no job, and what somebody's decision was used for
  'app opened',
  'app closed',
  'approval spent',
  'connection saved',
  'connection removed',
  'plan saved',
  'plan removed',
  'settings changed',
  // the journal of itself
  'journal key',
  'journal torn',
  'journal cut',
] as const
export type ActivityAction = (typeof ACTIVITY_ACTIONS)[number]

/** Follows the action of a job that changes nothing. */
export const DRY_RUN = ' dry run'
