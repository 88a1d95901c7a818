import type { ArchiveLocationInput } from '../../../contract/ipc/archive.ts'

/** Address of a report's page: `CONNECTION/REPORT`, or `at/PATH/REPORT` for a place that is not connected. */
export function reportAddress(location: ArchiveLocationInput, reportId: string): string {
  const place = 'path' in location ? `at/${encodeURIComponent(location.path)}` : location.connectionId
  return `/reports/${place}/${encodeURIComponent(reportId)}`
}

/** From the parameters of a route. */
export function reportPlace(params: Record<string, string | undefined>): ArchiveLocationInput {
  return params.path === undefined ? { connectionId: params.connectionId ?? '' } : { path: params.path }
}
