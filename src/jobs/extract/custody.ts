import { basename } from 'node:path'
import { type CofferError, isCofferError } from '../../contract/errors.ts'
import { appendCustody, type CustodyFacts, chainEntry, custodyLine, readCustody } from '../../journal/custody.ts'
import type { Building } from './package.ts'

/**
 * Enters the extraction into the archive's chain of custody, where the storage may be written, and gives the whole chain
 * for the package, with a last line about the package itself that only the package has.
 */
export async function recordCustody(
  { storage, config, work }: Building,
  packageId: string,
  contentSha256: string,
): Promise<{ lines: string; recorded: boolean; problems: string[] }> {
  const { backup_id, evidence, output } = config
  const { signer_name: name, signer_role: role } = evidence.signing
  const facts = (action: CustodyFacts['action'], subject: string): CustodyFacts => ({
    action,
    subject,
    sha256: contentSha256,
    location: basename(output),
    details: { matter: config.case.matter, records: work.counts.records },
    actor: { name, role },
  })
  const problems: string[] = []
  const extracted = facts('extracted', `records of ${packageId}`)
  if (!work.custody) {
    try {
      await appendCustody(storage, backup_id, extracted)
      work.custody = true
      await work.save(true)
    } catch (error) {
      if (!isCofferError(error)) throw error
      problems.push(notRecorded(error))
    }
  }
  const chain = await readCustody(storage, backup_id)
  for (const { key, reason } of chain.problems) {
    problems.push(`The archive’s chain of custody is not whole: "${key}": ${reason}.`)
  }
  // a damaged chain would fail the package too: then the package has its own, and says so
  const entries = chain.problems.length === 0 ? [...chain.entries] : []
  const now = Date.now()
  if (!work.custody || entries.length === 0) entries.push(chainEntry(entries.at(-1) ?? null, extracted, now))
  entries.push(chainEntry(entries.at(-1) ?? null, facts('packaged', packageId), now))
  return { lines: entries.map((entry) => `${custodyLine(entry)}\n`).join(''), recorded: work.custody, problems }
}

function notRecorded(error: CofferError): string {
  return `The archive’s own chain of custody has no entry about this extraction: ${error.message}.`
}
