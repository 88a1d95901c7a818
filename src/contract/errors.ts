import { EXIT, type ExitCode } from './exit-codes.ts'
import { beside, english, type Said } from './said/said.ts'

/**
 * Every error code that Coffer can answer with, and the exit code it leads to. This is the one place for codes:
 * add a line here before you throw a new one. Codes are a contract with scripts and never change their meaning.
 */
export const ERROR_EXIT = {
  UNEXPECTED: EXIT.unexpected,
  WORKER_DIED: EXIT.unexpected,
  INTERRUPTED: EXIT.interrupted,

  USAGE: EXIT.usage,
  CONFIG_UNREADABLE: EXIT.usage,
  CONFIG_SYNTAX: EXIT.usage,
  CONFIG_UNKNOWN_KEY: EXIT.usage,
  CONFIG_INVALID_VALUE: EXIT.usage,
  CONFIG_MISSING_KEY: EXIT.usage,
  CONFIG_UNSET_VARIABLE: EXIT.usage,
  CONFIG_CONFLICT: EXIT.usage,
  NOTHING_MATCHED: EXIT.usage,
  UNSUPPORTED: EXIT.usage,
  KEY_MISSING: EXIT.usage,
  KEY_EXISTS: EXIT.usage,
  /** The passphrase of a private key is wrong or missing. */
  KEY_PASSPHRASE: EXIT.usage,
  CERTIFICATE_UNUSABLE: EXIT.usage,
  /** The profile's policy asks for a second person, and nobody has approved it. */
  APPROVAL_NEEDED: EXIT.usage,
  /** Nobody has switched looking for new versions on. */
  UPDATES_OFF: EXIT.usage,

  KAFKA_DNS: EXIT.unreachable,
  KAFKA_UNREACHABLE: EXIT.unreachable,
  KAFKA_TLS: EXIT.unreachable,
  KAFKA_AUTHENTICATION: EXIT.unreachable,
  KAFKA_NOT_AUTHORIZED: EXIT.unreachable,
  KAFKA_UNAVAILABLE: EXIT.unreachable,
  KAFKA_PROTOCOL: EXIT.unreachable,
  KAFKA_REJECTED: EXIT.unreachable,
  STORAGE_UNREACHABLE: EXIT.unreachable,
  STORAGE_NOT_ALLOWED: EXIT.unreachable,
  STORAGE_FULL: EXIT.unreachable,
  STORAGE_FAILED: EXIT.unreachable,
  KEYCHAIN_FAILED: EXIT.unreachable,
  TIMESTAMP_FAILED: EXIT.unreachable,
  /** Where new versions are listed does not answer, or not in time. */
  UPDATE_UNREACHABLE: EXIT.unreachable,

  TOPIC_MISSING: EXIT.damaged,
  TOPIC_RECREATED: EXIT.damaged,
  BATCH_DAMAGED: EXIT.damaged,
  RECORD_UNREPRESENTABLE: EXIT.damaged,
  OFFSETS_LOST: EXIT.damaged,
  ARCHIVE_MISSING: EXIT.damaged,
  OBJECT_MISSING: EXIT.damaged,
  OBJECT_EXISTS: EXIT.damaged,
  OBJECT_CHANGED: EXIT.damaged,
  MANIFEST_DAMAGED: EXIT.damaged,
  MANIFEST_CHANGED: EXIT.damaged,
  SEGMENT_DAMAGED: EXIT.damaged,
  SEGMENT_TOO_LARGE: EXIT.damaged,
  PATH_ESCAPES: EXIT.damaged,
  GROUP_SNAPSHOT_MISSING: EXIT.damaged,
  ARCHIVE_DIFFERS: EXIT.damaged,
  KEY_UNREADABLE: EXIT.damaged,

  TARGET_NOT_EMPTY: EXIT.checkFailed,
  TARGET_DIFFERS: EXIT.checkFailed,
  GROUP_ACTIVE: EXIT.checkFailed,
  CHECK_FAILED: EXIT.checkFailed,
  KEY_REVOKED: EXIT.checkFailed,
  /** There is an approval, and it does not hold: changed, expired, used, rejected, or by the same person. */
  APPROVAL_REFUSED: EXIT.checkFailed,
  /** What came from there is not the publisher's, old, too large, or not what its signed list says. */
  UPDATE_REFUSED: EXIT.checkFailed,
  INDETERMINATE: EXIT.indeterminate,
  LOCKED: EXIT.locked,
  LOCK_LOST: EXIT.locked,
} as const satisfies Record<string, ExitCode>

export type ErrorCode = keyof typeof ERROR_EXIT

/** An error as it crosses a thread, a process or the IPC bridge. */
export interface SerializedError {
  code: ErrorCode
  message: string
  /** What the message is made of, where a window can say it in another language. */
  said?: Said
  hint?: string
  /** Facts that scripts may want (segment, offset, topic, line …). Never a secret. */
  details?: Record<string, unknown>
  /** For `--verbose` only. */
  stack?: string
}

interface ErrorExtras {
  /** What the message is made of, where it comes from elsewhere in English. */
  said?: Said | undefined
  hint?: string
  details?: Record<string, unknown>
  cause?: unknown
}

/**
 * The error that Coffer's own code throws.
 * @param code from the closed table above
 * @param message one sentence, lowercase, no full stop, the offending value in double quotes: `expected X, got "Y"`
 *   or its words by name, which a window can say in another language
 * @param extras.hint what to try next, a sentence of its own
 */
export class CofferError extends Error {
  readonly code: ErrorCode
  readonly said: Said | undefined
  readonly hint: string | undefined
  readonly details: Record<string, unknown> | undefined

  constructor(code: ErrorCode, message: string | Said, extras: ErrorExtras = {}) {
    const text = typeof message === 'string' ? message : english(message)
    super(text, extras.cause === undefined ? undefined : { cause: extras.cause })
    this.name = 'CofferError'
    this.code = code
    this.said = typeof message === 'string' ? extras.said : message
    this.hint = extras.hint
    this.details = extras.details
  }

  get exitCode(): ExitCode {
    return ERROR_EXIT[this.code]
  }
}

/** Whether `error` is a CofferError, of the given codes where any are given. */
export function isCofferError(error: unknown, ...codes: ErrorCode[]): error is CofferError {
  return error instanceof CofferError && (codes.length === 0 || codes.includes(error.code))
}

/** Any thrown value as something that can cross a thread. Unknown errors become UNEXPECTED and keep their stack. */
export function serializeError(error: unknown): SerializedError {
  if (error instanceof CofferError) {
    return {
      code: error.code,
      message: error.message,
      ...beside(error.said),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.details === undefined ? {} : { details: error.details }),
      ...(error.stack === undefined ? {} : { stack: withCauses(error) }),
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  const stack = error instanceof Error ? withCauses(error) : undefined
  return { code: 'UNEXPECTED', message, ...(stack === undefined ? {} : { stack }) }
}

/** The error that `serializeError` described, on the other side. */
export function deserializeError(data: SerializedError): CofferError {
  const error = new CofferError(data.code, data.message, {
    said: data.said,
    ...(data.hint === undefined ? {} : { hint: data.hint }),
    ...(data.details === undefined ? {} : { details: data.details }),
  })
  if (data.stack !== undefined) error.stack = data.stack
  return error
}

function withCauses(error: Error): string {
  const stack = error.stack ?? `${error.name}: ${error.message}`
  return error.cause instanceof Error ? `${stack}\ncaused by ${withCauses(error.cause)}` : stack
}
