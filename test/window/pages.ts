import type { SampleWorld } from './sample-world.ts'

/**
 * Every page of the window, for the tests that hold for the window as a whole (accessible, words, screens): a new page
 * comes in by a line. A page's state is set up by sample-world.ts.
 */
export interface WindowPage {
  /** Also the name of its picture. */
  name: string
  /** What stands behind the "#", with an empty profile; null: the page is there only when something is. */
  empty: string | null
  /** The same with the sample archive and what was done with it; null: it looks the same. */
  filled: ((world: SampleWorld) => string) | null
}

const same = (name: string, address: string): WindowPage => ({ name, empty: address, filled: () => address })

export const PAGES: readonly WindowPage[] = [
  same('overview', '/'),
  same('requests', '/requests'),
  { name: 'request-new', empty: '/requests/new', filled: null },
  { name: 'request', empty: null, filled: ({ requestId }) => `/requests/${requestId}` },
  { name: 'request-extract', empty: null, filled: ({ requestId }) => `/requests/${requestId}/edit` },
  same('backups', '/backups'),
  same('backup-new', '/backups/new'),
  same('schedules', '/backups/schedules'),
  { name: 'plan', empty: null, filled: ({ planId }) => `/backups/plans/${planId}` },
  same('archives', '/backups/archives'),
  { name: 'archives-listing', empty: null, filled: ({ connectionId }) => `/backups/archives/in/${connectionId}` },
  {
    name: 'archive',
    empty: null,
    filled: ({ connectionId, backupId }) => `/backups/archives/in/${connectionId}/${backupId}`,
  },
  same('restore', '/restore'),
  same('jobs', '/jobs'),
  { name: 'job', empty: null, filled: ({ jobId }) => `/jobs/${jobId}` },
  same('reports', '/reports'),
  same('report-monthly', '/reports/new'),
  { name: 'report', empty: null, filled: ({ connectionId, reportId }) => `/reports/${connectionId}/${reportId}` },
  same('controls', '/controls'),
  same('controls-framework', '/controls/gdpr'),
  same('verify', '/verify'),
  same('activity', '/activity'),
  same('approvals', '/approvals'),
  same('connections', '/connections'),
  same('keys', '/keys'),
  same('settings', '/settings'),
  { name: 'not-found', empty: '/no/such/page', filled: null },
]
