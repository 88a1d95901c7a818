import type { JobSummary, WindowEvent } from '../../contract/ipc/job.ts'
import type { CallHandlers } from '../../contract/ipc/map.ts'
import { DEFAULT_SETTINGS, type Settings } from '../../contract/ipc/settings.ts'
import { Plans } from '../plans/plans.ts'
import { resumeAfterSleep } from './after-sleep.ts'
import { activityHandlers } from './areas/activity.ts'
import { appHandlers } from './areas/app.ts'
import { approvalHandlers } from './areas/approvals.ts'
import { archiveHandlers } from './areas/archives.ts'
import { clusterHandlers, storageHandlers } from './areas/clusters.ts'
import { connectionHandlers } from './areas/connections.ts'
import { controlHandlers } from './areas/controls.ts'
import { fileHandlers } from './areas/files.ts'
import { holdHandlers } from './areas/holds.ts'
import { jobHandlers } from './areas/jobs.ts'
import { keyHandlers } from './areas/keys.ts'
import { overviewHandlers } from './areas/overview.ts'
import { planHandlers } from './areas/plans.ts'
import { draftHandlers, settingHandlers, vaultHandlers } from './areas/profile.ts'
import { reportHandlers } from './areas/reports.ts'
import { requestHandlers } from './areas/requests.ts'
import { restoreHandlers } from './areas/restore.ts'
import { scheduleHandlers } from './areas/schedules.ts'
import { updateHandlers } from './areas/updates.ts'
import { verifyHandlers } from './areas/verify.ts'
import { Background } from './background.ts'
import { ServiceCore, type ServiceOptions } from './core.ts'
import type { HeldFiles } from './held-files.ts'
import { resumeJob } from './resume.ts'
import { Sleep } from './sleep.ts'

export type { ServiceOptions } from './core.ts'

/** Every call of the IPC map, whatever host it came through: an area a file. Hosts hand calls over and add nothing. */
export class Services {
  readonly handlers: CallHandlers
  /** The profile's schedules: a host that lives long enough starts them. */
  readonly background: Background
  /** What becomes of jobs while the machine sleeps. */
  readonly sleep: Sleep
  readonly #core: ServiceCore
  /** Jobs that failed of a sleep that nobody told of: a browser's host has no power events. */
  readonly #afterSleep: ReturnType<typeof resumeAfterSleep>
  #begun = false
  #closed: Promise<void> | null = null
  readonly #closeRequests: () => Promise<void>

  constructor(options: ServiceOptions) {
    const core = new ServiceCore(options)
    this.#core = core
    this.#afterSleep = resumeAfterSleep({
      subscribe: (listener) => core.jobs.subscribe(listener),
      resume: async (jobId) => {
        const { settings } = await core.memory()
        if (settings.get().resumeAfterSleep) await resumeJob(core, jobId)
      },
      ...(options.settleMs === undefined ? {} : { settleMs: options.settleMs }),
    })
    this.background = new Background(core)
    const { close, ...requests } = requestHandlers(core)
    this.#closeRequests = close
    const plans = new Plans(core)
    core.connections.onSaved.push((id) => plans.connectionChanged(id))
    this.handlers = {
      ...appHandlers(core),
      ...overviewHandlers(core),
      ...keyHandlers(core),
      ...connectionHandlers(core),
      ...archiveHandlers(core),
      ...clusterHandlers(core),
      ...storageHandlers(core),
      ...planHandlers(core, plans),
      ...scheduleHandlers(core, plans),
      ...jobHandlers(core),
      ...vaultHandlers(core),
      ...draftHandlers(core),
      ...settingHandlers(core),
      ...fileHandlers(core),
      ...verifyHandlers(core),
      ...activityHandlers(core),
      ...holdHandlers(core),
      ...restoreHandlers(core),
      ...approvalHandlers(core),
      ...requests,
      ...reportHandlers(core),
      ...controlHandlers(core),
      ...updateHandlers(core),
    }
    this.sleep = new Sleep(core, this.handlers)
  }

  /** To be called by the host when its window opens: that somebody came is recorded, and at the end that they went. */
  begin(): void {
    this.#begun = true
    const { host, version } = this.#core.options
    void this.#core.activity.record({ action: 'app opened', subject: `Coffer ${version}`, details: { host } })
  }

  /** @returns what ends the subscription */
  subscribe(listener: (event: WindowEvent) => void): () => void {
    return this.#core.jobs.subscribe(listener)
  }

  /** Files that the window was given, by their ids. */
  get files(): HeldFiles {
    return this.#core.files
  }

  /** The jobs of this session, newest first. */
  get jobs(): JobSummary[] {
    return this.#core.jobs.list()
  }

  /** What the person at this machine has set; how it is at first where that can't be read. */
  async settings(): Promise<Settings> {
    return this.#core.memory().then(
      (memory) => memory.settings.get(),
      () => DEFAULT_SETTINGS,
    )
  }

  get runningJobs(): number {
    return this.#core.jobs.runningCount
  }

  /** Stops what runs, at a durable point where it gets there in time. */
  close(graceMs = 10_000): Promise<void> {
    // A user who is impatient asks twice.
    this.#closed ??= this.#close(graceMs)
    return this.#closed
  }

  async #close(graceMs: number): Promise<void> {
    this.#afterSleep.end()
    await Promise.all([this.#core.jobs.close(graceMs), this.background.stop(graceMs)])
    await this.#closeRequests()
    const { version } = this.#core.options
    if (this.#begun) await this.#core.activity.record({ action: 'app closed', subject: `Coffer ${version}` })
    this.#begun = false
    await this.#core.close()
    this.files.close()
  }
}
