import { cp, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CofferError } from '../../../contract/errors.ts'
import type { AreaHandlers, CallOutput } from '../../../contract/ipc/map.ts'
import { DEFAULT_SETTINGS } from '../../../contract/ipc/settings.ts'
import type { OverviewResult } from '../../../contract/results.ts'
import { attentionOf } from '../attention.ts'
import type { ServiceCore } from '../core.ts'

const DAYS = 30
/** An overview reads every manifest of every place: no page asks for that at each visit. */
const KEPT_MS = 3 * 60_000

export const SAMPLE_BACKUP = 'sample-ledger'
const SAMPLE_NAME = 'Sample archive'

export function overviewHandlers(core: ServiceCore): AreaHandlers<'overview'> {
  let kept: { at: number; key: string; result: Promise<OverviewResult> } | null = null

  async function read(fresh: boolean): Promise<OverviewResult> {
    const storages = (await core.connections.list()).filter((one) => one.kind === 'storage')
    const key = JSON.stringify(storages)
    if (!fresh && kept !== null && kept.key === key && Date.now() - kept.at < KEPT_MS) return kept.result
    const places = storages.map((one) => ({ name: one.name, archive: { config: core.configOf(one) } }))
    const result = core.ask({ kind: 'overview', places, days: DAYS })
    const mine = { at: Date.now(), key, result }
    kept = mine
    result.catch(() => {
      if (kept === mine) kept = null
    })
    return result
  }

  // What a job changed is seen at the next look.
  core.jobs.subscribe((event) => {
    if (event.type === 'finished') kept = null
  })

  return {
    'overview.get': async ({ fresh }) => {
      const [overview, schedules, connections, settings] = await Promise.all([
        read(fresh),
        core.ask({ kind: 'schedule', request: { action: 'list' } }),
        core.connections.list(),
        core.memory().then(
          (memory) => memory.settings.get(),
          () => DEFAULT_SETTINGS,
        ),
      ])
      const storages = connections.filter((one) => one.kind === 'storage').length
      return {
        overview,
        attention: attentionOf(overview, schedules.schedules),
        schedules: schedules.schedules.map((one) => ({
          name: one.name,
          kind: one.kind,
          cron: one.cron,
          timezone: one.timezone,
          paused: one.paused,
          nextAt: one.next_runs[0] ?? null,
          lastGoodAt: one.last_good_at,
          overdue: one.overdue,
        })),
        targets: { backupHours: settings.targetHours, restoreDays: settings.testedRestoreDays },
        connected: { clusters: connections.length - storages, storages },
      }
    },
    'overview.openSample': () => openSample(core),
  }
}

/** Copies the sample once; the copy is the user's to break. @throws UNEXPECTED where this program came without it */
async function openSample(core: ServiceCore): Promise<CallOutput<'overview.openSample'>> {
  const from = join(core.options.assets ?? 'assets', 'sample', 'archive')
  const to = join(core.options.profile, 'sample')
  if ((await stat(from).catch(() => null)) === null) {
    throw new CofferError('UNEXPECTED', `the sample archive is not in "${from}"`, {
      hint: 'It comes with Coffer: install it again.',
    })
  }
  await cp(from, to, { recursive: true, force: false, errorOnExist: false })
  const known = (await core.connections.list()).find((one) => one.name === SAMPLE_NAME)
  const yaml = `backend: filesystem\npath: ${JSON.stringify(to)}\n`
  const saved = known ?? (await core.connections.save({ id: null, name: SAMPLE_NAME, kind: 'storage', yaml }))
  return { connectionId: saved.id, backupId: SAMPLE_BACKUP }
}
