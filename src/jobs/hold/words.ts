import { CofferError } from '../../contract/errors.ts'

const MOST_REASON = 2_000
const MOST_WORDS = 200

/** One line of text that goes into the chain of custody. @throws USAGE */
export function checkedWords(text: string, flag: string, most = MOST_WORDS): string {
  const words = text.toWellFormed().trim()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  if (words !== '' && words.length <= most && !/[\u0000-\u001f\u007f]/.test(words)) return words
  throw new CofferError('USAGE', `expected one line of 1 to ${most} characters for "${flag}"`)
}

export function checkedReason(text: string): string {
  return checkedWords(text, '--reason', MOST_REASON)
}
