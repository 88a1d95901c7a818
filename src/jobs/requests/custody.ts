import { basename, dirname } from 'node:path'
import type { CustodyAction, CustodyEntry } from '../../contract/evidence/custody.ts'
import { appendCustody, type CustodyChain, readCustody } from '../../journal/custody.ts'
import { FilesystemStorage } from '../../storage/filesystem.ts'

/**
 * The chain of custody of a case folder: the same lines, hashes and checks as an archive's, in `custody/` of the folder.
 * A view, an export, a transfer and a check of a package each have one.
 */

export interface CaseEvent {
  action: CustodyAction
  /** A package's name, or what was looked at. */
  subject: string
  sha256: string | null
  /** Where it went or lay. */
  location: string | null
  details: CustodyEntry['details']
}

export async function noteInCase(folder: string, event: CaseEvent): Promise<CustodyEntry> {
  const storage = new FilesystemStorage(dirname(folder))
  try {
    return await appendCustody(storage, basename(folder), event)
  } finally {
    await storage.close()
  }
}

/** All lines, checked, and what is wrong with them. */
export async function caseCustody(folder: string): Promise<CustodyChain> {
  const storage = new FilesystemStorage(dirname(folder))
  try {
    return await readCustody(storage, basename(folder))
  } finally {
    await storage.close()
  }
}
