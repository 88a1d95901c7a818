import type { DumpedRecord, JavaClient } from '../rig/java-client.ts'

/**
 * Compares two topics record by record, as Apache Kafka's own consumer reads them (read_committed): key, value,
 * headers in order, and timestamp. Offsets may differ, since aborted records leave holes in the source only.
 * @returns the number of records compared, and the first difference in words
 */
export async function compareTopics(
  java: JavaClient,
  source: string,
  target: string,
): Promise<{ records: number; difference: string | null }> {
  const [before, after] = [await java.records([source]), await java.records([target])]
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const difference = differenceOf(before[i], after[i])
    if (difference !== null) return { records: i, difference: `${source} record ${i}: ${difference}` }
  }
  return { records: before.length, difference: null }
}

function differenceOf(before: DumpedRecord | undefined, after: DumpedRecord | undefined): string | null {
  if (before === undefined) return 'there is one too many'
  if (after === undefined) return 'it is missing'
  for (const field of ['partition', 'timestamp', 'key', 'value', 'headers'] as const) {
    const [was, is] = [JSON.stringify(before[field]), JSON.stringify(after[field])]
    if (was !== is) return `its ${field} was ${was} and is ${is}`
  }
  return null
}
