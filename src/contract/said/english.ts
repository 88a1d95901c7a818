import { ACCOUNT, FINDING, MANY, SEGMENT, SIGNATURE, VERDICT } from './english-archive.ts'
import { CONTROL, REFUSED } from './english-controls.ts'
import { FILTER } from './english-filter.ts'
import { INPUT } from './english-input.ts'
import { APPROVAL, JOURNAL } from './english-journal.ts'
import { BACKUP, PHASE } from './english-phase.ts'
import { GAP, OPEN, REPORT } from './english-report.ts'
import { CHECK, RESTORE } from './english-restore.ts'
import { CUSTODY, DISK, HOLD, LOCK, OBJECT } from './english-storage.ts'
import { UPDATE } from './english-update.ts'
import { WARN } from './english-warn.ts'

/**
 * The words of what the engine says by a name, in English; what they are filled with stands in `{{…}}`, with a format
 * (`number`, `day`, `time`, `check`, `operations` …) where it has one. They are the English locale of the window too: its
 * other locales have the same names.
 */
export const ENGLISH = {
  control: CONTROL,
  refused: REFUSED,
  lock: LOCK,
  object: OBJECT,
  disk: DISK,
  hold: HOLD,
  custody: CUSTODY,
  segment: SEGMENT,
  finding: FINDING,
  account: ACCOUNT,
  signature: SIGNATURE,
  verdict: VERDICT,
  many: MANY,
  restore: RESTORE,
  check: CHECK,
  update: UPDATE,
  report: REPORT,
  gap: GAP,
  open: OPEN,
  phase: PHASE,
  warn: WARN,
  journal: JOURNAL,
  approval: APPROVAL,
  backup: BACKUP,
  input: INPUT,
  filter: FILTER,
} as const

type Counted<Name> = Name extends `${infer Stem}_one` | `${infer Stem}_other` ? Stem : Name
type Group = keyof typeof ENGLISH

/** `group.name`, without `_one` and `_other`. */
export type SaidId = { [G in Group]: `${G}.${Counted<keyof (typeof ENGLISH)[G]> & string}` }[Group]
