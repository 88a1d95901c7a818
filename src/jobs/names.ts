const SHOWN = 10

/** Names in a hint: the first ten, quoted, and how many more there are. */
export function listed(names: readonly string[]): string {
  const first = quoted(names)
  return names.length > SHOWN ? `${first} and ${names.length - SHOWN} more` : first
}

/** The same where the sentence around it is said in the window's language too. */
export function listedInBrief(names: readonly string[]): string {
  const first = quoted(names)
  return names.length > SHOWN ? `${first} …` : first
}

function quoted(names: readonly string[]): string {
  return names
    .slice(0, SHOWN)
    .map((name) => `"${name}"`)
    .join(', ')
}
