import type { TFunction } from 'i18next'
import { ERROR_EXIT, type ErrorCode, type SerializedError } from '../contract/errors.ts'

type T = TFunction<'errors'>

/** A host of another version may know a code that this window does not. */
export const known = (code: string | null): ErrorCode =>
  code !== null && Object.hasOwn(ERROR_EXIT, code) ? (code as ErrorCode) : 'UNEXPECTED'

/** What an error's code means, without a full stop. */
export const errorTitle = (t: T, { code }: Pick<SerializedError, 'code'>): string => t(`${known(code)}.title`)

/** What to try, in general; the error's own hint knows the case, in English. */
export const errorHint = (t: T, { code }: Pick<SerializedError, 'code'>): string => t(`${known(code)}.hint`)

/** Whether what the engine says is not in the window's language. */
export const isForeign = (language: string): boolean => language !== 'en' && !/^en-(GB|US)/.test(language)
