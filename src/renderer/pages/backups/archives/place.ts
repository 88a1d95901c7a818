import type { ArchiveLocationInput } from '../../../../contract/ipc/archive.ts'

/** Addresses of the archive views: `in/CONNECTION` and `path/PATH`, with `/BACKUP` behind them for one backup. */

export function addressOf(location: ArchiveLocationInput, backupId?: string): string {
  const place =
    'path' in location ? `path/${encodeURIComponent(location.path)}` : `in/${encodeURIComponent(location.connectionId)}`
  return `/backups/archives/${place}${backupId === undefined ? '' : `/${encodeURIComponent(backupId)}`}`
}

/** From the parameters of a route. */
export function locationOf(params: Record<string, string | undefined>): ArchiveLocationInput {
  return params.path === undefined ? { connectionId: params.connectionId ?? '' } : { path: params.path }
}
