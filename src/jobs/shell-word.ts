/** One word for a POSIX shell, whatever it holds: for commands that a person is to copy. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9._:,@%+=/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
