/** Bounds on what crosses the IPC contract: a hostile or broken page must not be able to fill the host's memory. */

export const MAX_NAME = 200
/** Characters of a configuration text. */
export const MAX_TEXT = 1_000_000
/** Characters of a path or an `s3://` address. */
export const MAX_PATH = 4_096
/** Bytes of one call as JSON: a configuration text with every character escaped, and some. */
export const MAX_CALL_BYTES = 8_000_000
/** Jobs that a session remembers; the oldest finished ones go first. */
export const MAX_JOBS = 1_000
/** Log lines and findings that are kept of a job. */
export const MAX_LOG_LINES = 200
export const MAX_FINDINGS = 200
/** Warnings that are told of a job. */
export const MAX_WARNINGS = 50
/** Files and folders that a session holds at a time. */
export const MAX_HELD_FILES = 1_000
/** Bytes of one upload, and of everything in a session's temporary folder. */
export const MAX_UPLOAD_BYTES = 16 * 1024 ** 3
export const MAX_SESSION_BYTES = 32 * 1024 ** 3
/** Bytes of a wizard's draft as JSON. */
export const MAX_DRAFT = 1_000_000
/** Stored bytes that are read for an exact timeline: a minute or so of an archive on a disk. */
export const MAX_COUNTED_BYTES = 2 * 1024 ** 3
