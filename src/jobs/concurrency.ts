/**
 * Runs `work` on every item, at most `limit` at a time, in order of the items. The first failure stops new work from
 * being started; it is thrown once all that had been started has ended, so that nothing runs on behind the caller.
 */
export async function forEachConcurrent<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]()
  let failure: { error: unknown } | null = null
  const lane = async () => {
    while (failure === null) {
      const next = queue.next()
      if (next.done === true) return
      try {
        await work(next.value)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, limit) }, lane))
  if (failure !== null) throw (failure as { error: unknown }).error
}
