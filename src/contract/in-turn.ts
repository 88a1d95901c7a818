/** Runs work in its turn; gives what the work gives, or fails as it fails. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** @returns what runs one work after the other, in the order they were given; one that fails does not hold up the next */
export function oneAfterTheOther(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work)
    last = next.catch(() => {})
    return next
  }
}
