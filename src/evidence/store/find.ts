import { CofferError } from '../../contract/errors.ts'
import type { Storage } from '../../storage/storage.ts'
import { checkedReportId, isReportId } from './save.ts'

/** One report in a storage. */
export interface StoredReport {
  report_id: string
  /** `<prefix><report-id>/YYYY/MM/` */
  folder: string
  /** Every file of it, by key. */
  files: { key: string; name: string; size: number; stored_at: number }[]
}

/** How deep below the place a report's folder may lie. */
const DEEPEST = 8
/** Of a backup: nothing in them is a report, and one may hold millions of objects. */
const OF_A_BACKUP = new Set(['topics', 'manifests', 'consumer-groups', 'restores', 'custody', 'signatures'])
const MOST_FILES = 200

/**
 * Reports below a place, under whatever prefix, folder by folder: the objects of backups are not listed.
 * @param prefix where to look; empty: everywhere below the storage's own prefix
 */
export async function* findReports(storage: Storage, prefix = ''): AsyncGenerator<StoredReport> {
  const start = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
  let level = [start]
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    const next: string[] = []
    for (const folder of level) {
      for (const name of await storage.listFolders(folder)) {
        if (isReportId(name)) {
          const report = await reportIn(storage, `${folder}${name}/`, name)
          if (report !== null) yield report
        } else if (!OF_A_BACKUP.has(name)) next.push(`${folder}${name}/`)
      }
    }
    level = next
  }
}

/**
 * A report by its id, under whatever prefix.
 * @throws OBJECT_MISSING; PATH_ESCAPES for what is no report's id
 */
export async function findReport(storage: Storage, reportId: string, prefix = ''): Promise<StoredReport> {
  checkedReportId(reportId)
  for await (const report of findReports(storage, prefix)) {
    if (report.report_id === reportId) return report
  }
  throw new CofferError('OBJECT_MISSING', `no report "${reportId}" in ${storage.location}`, {
    hint: 'List the reports there with "coffer validation evidence-list --path PLACE".',
  })
}

async function reportIn(storage: Storage, folder: string, id: string): Promise<StoredReport | null> {
  const files: StoredReport['files'] = []
  let place = ''
  for await (const { key, size, lastModified } of storage.list(folder)) {
    const match = /^(\d{4}\/\d{2}\/)([^/]+)$/.exec(key.slice(folder.length))
    const name = match?.[2]
    if (name === undefined || !name.startsWith(`${id}.`)) continue
    place = `${folder}${match?.[1] ?? ''}`
    if (files.length < MOST_FILES) files.push({ key, name, size, stored_at: lastModified })
  }
  return files.length === 0 ? null : { report_id: id, folder: place, files }
}
