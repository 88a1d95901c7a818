import type { PowerMonitor, PowerSaveBlocker } from 'electron'
import type { Services } from '../worker/services/services.ts'
import type { Strings } from './strings.ts'

/**
 * Keeps the machine from falling asleep over a running job, and tells the services where it does all the same, because its
 * lid was closed.
 */
export function watchPower(t: Strings, monitor: PowerMonitor, blocker: PowerSaveBlocker, services: Services): void {
  let blocked: number | null = null
  services.subscribe((event) => {
    if (event.type !== 'started' && event.type !== 'finished') return
    // Told before the job is counted, or discounted: looked at a moment later.
    setImmediate(() => {
      if (services.runningJobs > 0 && blocked === null) blocked = blocker.start('prevent-app-suspension')
      if (services.runningJobs === 0 && blocked !== null) {
        blocker.stop(blocked)
        blocked = null
      }
    })
  })
  monitor.on('suspend', () => {
    void services.sleep.begins(t.sleeps)
  })
  monitor.on('resume', () => {
    void services.sleep.ends(t.wakes)
  })
}
