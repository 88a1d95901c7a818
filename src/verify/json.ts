import { CofferError } from '../contract/errors.ts'

export interface JsonLimits {
  /** Levels of lists and objects (default 64). */
  depth?: number
}

/**
 * JSON (RFC 8259) for evidence: duplicate member names, a byte-order mark, invalid UTF-8 and lone surrogates are refused, and integers that
 * a double can't hold come out as bigint.
 * @throws CofferError CHECK_FAILED saying what is wrong and at which byte or character
 */
export function parseStrictJson(_text: string | Uint8Array, _limits: JsonLimits = {}): unknown {
  throw new CofferError('UNSUPPORTED', 'strict JSON is being built')
}
