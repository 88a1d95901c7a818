import { CofferError } from '../../contract/errors.ts'
import type { JobContext } from '../../contract/jobs.ts'
import { english, type Said, say } from '../../contract/said/said.ts'
import { appendCustody, type CustodyFacts } from '../../journal/custody.ts'
import type { Storage } from '../../storage/storage.ts'

/**
 * Appends a custody line for work that is done: that the line can't be written (an archive that may only be read) is said,
 * and takes nothing back.
 * @returns why there is no line; null where there is one
 */
export async function noteCustody(
  context: JobContext,
  storage: Storage,
  backupId: string,
  facts: CustodyFacts,
): Promise<Said | null> {
  try {
    await appendCustody(storage, backupId, facts)
    return null
  } catch (error) {
    if (!(error instanceof CofferError)) throw error
    const problem = say('warn.noCustodyLine', { action: facts.action, why: error.said ?? error.message })
    context.log('warn', english(problem))
    return problem
  }
}
