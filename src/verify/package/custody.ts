import { count, instant, object, readCanonical, sha256Of, text } from './document.ts'
import type { Lines } from './lines.ts'
import { grouped, quoted, Refusal } from './refusal.ts'
import type { PackageTools } from './tools.ts'

const FIELDS = ['action', 'actor', 'at', 'details', 'location', 'previous', 'seq', 'sha256', 'subject', 'tool']

/**
 * Follows the chain of custody (contract/evidence/custody.ts): whole from its first line, each line canonical and naming
 * the SHA-256 of the one before, the last one about this very package, so that it is not the chain of another.
 * @param about what the last line must name: the package's id, and the SHA-256 of its records
 * @returns how many lines there are, and the latest time in them, milliseconds
 * @throws Refusal CUSTODY_FAILURE or FORMAT_FAILURE
 */
export async function checkCustody(
  lines: Lines,
  tools: PackageTools,
  about: { packageId: string; contentSha256: string },
): Promise<{ lines: number; latest: number }> {
  let previous: string | null = null
  let last: Record<string, unknown> | null = null
  let latest = Number.NEGATIVE_INFINITY
  do {
    while (lines.next()) {
      const bytes = lines.bytes.subarray(lines.start, lines.end)
      const where = `custody.ndjson, line ${grouped(lines.number)}`
      const entry = readCanonical(bytes, where)
      checkEntry(entry, where)
      if (entry.seq !== lines.number || entry.previous !== previous) {
        throw new Refusal(
          'CUSTODY_FAILURE',
          `The chain of custody is broken at line ${grouped(lines.number)}: a line was changed, moved, added or taken out.`,
        )
      }
      previous = tools.sha256Hex(bytes)
      last = entry
      latest = Math.max(latest, Date.parse(entry.at as string))
    }
  } while (await lines.fill())
  if (last === null) throw new Refusal('CUSTODY_FAILURE', 'The chain of custody is empty.')
  const isOwn = last.action === 'packaged' && last.subject === about.packageId && last.sha256 === about.contentSha256
  if (!isOwn) {
    throw new Refusal(
      'CUSTODY_FAILURE',
      `The last line of the chain of custody is about ${quoted(last.subject)}, not about the making of this package: it is another's, or its end is gone.`,
    )
  }
  return { lines: lines.number, latest }
}

function checkEntry(entry: Record<string, unknown>, where: string): void {
  for (const name of Object.keys(entry)) {
    if (!FIELDS.includes(name)) throw new Refusal('FORMAT_FAILURE', `${where} has an unknown member ${quoted(name)}.`)
  }
  count(entry.seq, `${where}: seq`)
  instant(entry.at, `${where}: at`)
  text(entry.action, `${where}: action`)
  const actor = object(entry.actor, `${where}: actor`)
  text(actor.os_user, `${where}: actor.os_user`)
  text(actor.host, `${where}: actor.host`)
  text(object(entry.tool, `${where}: tool`).name, `${where}: tool.name`)
  text(entry.subject, `${where}: subject`)
  if (entry.sha256 !== null) sha256Of(entry.sha256, `${where}: sha256`)
  if (entry.location !== null) text(entry.location, `${where}: location`)
  object(entry.details, `${where}: details`)
  if (entry.previous !== null) sha256Of(entry.previous, `${where}: previous`)
}
