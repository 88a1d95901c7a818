/**
 * The profile's database, version by version: the first step makes version 1 of nothing, each further one makes the next
 * version of the one before. A step that was released is never changed.
 */
export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE jobs (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  dry_run INTEGER NOT NULL,
  -- 'window' or 'schedule', and then its name
  origin TEXT NOT NULL,
  schedule TEXT,
  state TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  records INTEGER,
  bytes INTEGER,
  code TEXT,
  message TEXT,
  -- lower case: what a search by words looks at
  search TEXT NOT NULL,
  -- the job that this one goes on with, and the one that goes on with this
  continues TEXT,
  continued_by TEXT,
  -- whose it is while it runs
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  session TEXT NOT NULL,
  lease_until INTEGER NOT NULL,
  -- what another process asks of it: 'stop'
  asked TEXT
) STRICT;
CREATE INDEX jobs_started ON jobs (started_at, seq);
CREATE INDEX jobs_state ON jobs (state);
-- JSON, apart from what lists and searches read
CREATE TABLE job_details (
  seq INTEGER PRIMARY KEY REFERENCES jobs (seq) ON DELETE CASCADE,
  progress TEXT,
  outcome TEXT,
  -- without any secret; null where it can't be kept, and why
  request TEXT,
  file TEXT,
  not_kept TEXT
) STRICT;
CREATE TABLE job_log (
  seq INTEGER NOT NULL REFERENCES jobs (seq) ON DELETE CASCADE,
  line INTEGER NOT NULL,
  at INTEGER NOT NULL,
  level TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (seq, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE drafts (name TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`,
]
