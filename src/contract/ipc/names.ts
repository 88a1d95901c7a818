/**
 * The names of the calls, apart from their schemas (map.ts, which the type checker holds to this list), so that preload
 * is a page of code that can be read through and not a validation library.
 */
export const CALL_NAMES = [
  'app.info',
  'overview.get',
  'overview.openSample',
  'files.pick',
  'files.hold',
  'files.get',
  'files.make',
  'files.saveAs',
  'files.reveal',
  'files.release',
  'connections.list',
  'connections.save',
  'connections.remove',
  'connections.check',
  'archives.list',
  'archives.describe',
  'archives.validate',
  'jobs.startFromYaml',
  'jobs.cancel',
  'jobs.list',
  'holds.overview',
  'holds.list',
  'holds.change',
  'holds.extend',
  'approvals.list',
  'approvals.request',
  'approvals.decide',
  'activity.page',
  'activity.verify',
  'activity.export',
  'jobs.pause',
  'jobs.resume',
  'jobs.page',
  'jobs.get',
  'vault.state',
  'vault.create',
  'vault.unlock',
  'vault.lock',
  'vault.forget',
  'drafts.get',
  'drafts.set',
  'drafts.remove',
  'drafts.list',
  'settings.get',
  'settings.set',
] as const

export type CallName = (typeof CALL_NAMES)[number]

/** The Electron channel of a call, and that of the events. */
export const channelOf = (name: CallName): string => `coffer:${name}`
export const EVENT_CHANNEL = 'coffer:event'
