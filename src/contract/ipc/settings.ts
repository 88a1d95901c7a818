import { z } from 'zod'

/** What a person sets once for the application; each has a value from the first start. */
export const settings = z.object({
  /** `system`: what the operating system or the browser says. */
  language: z.enum(['system', 'en', 'de']),
  theme: z.enum(['system', 'light', 'dark', 'contrast']),
  /** Beside each other in schedules and evidence; this says which comes first. */
  clock: z.enum(['local', 'utc']),
  /** A protected archive counts as well kept while its last good backup is no older. */
  targetHours: z.number().int().min(1).max(8_760),
  /** A restore counts as tested when a validation passed within so many days. */
  testedRestoreDays: z.number().int().min(1).max(3_660),
  startAtLogin: z.boolean(),
  /** The desktop goes on in the tray when its window is closed, while jobs run or schedules wait. */
  staysInTray: z.boolean(),
  notifications: z.object({
    /** A job or a schedule failed. */
    failures: z.boolean(),
    /** No good backup for longer than the target. */
    overdue: z.boolean(),
    /** A job that was started here is done. */
    finished: z.boolean(),
  }),
  /** A job that failed while the machine slept goes on by itself when it is awake. */
  resumeAfterSleep: z.boolean(),
})
export type Settings = z.infer<typeof settings>

export const DEFAULT_SETTINGS: Settings = {
  language: 'system',
  theme: 'system',
  clock: 'local',
  targetHours: 26,
  testedRestoreDays: 90,
  startAtLogin: false,
  staysInTray: true,
  notifications: { failures: true, overdue: true, finished: false },
  resumeAfterSleep: true,
}

/** Those that are to change; the others stay. */
export const settingsChange = settings.partial()
export type SettingsChange = z.infer<typeof settingsChange>
