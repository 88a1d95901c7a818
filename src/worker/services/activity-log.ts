import type { ActivityFacts } from '../../contract/activity.ts'
import type { ActivityAction } from '../../contract/activity-actions.ts'
import { recordActivity } from '../../jobs/activity/record.ts'
import { withoutSecrets } from '../activity-facts.ts'

/** Something that was done in the window and is no job. */
export interface WindowActivity {
  action: ActivityAction
  subject: string
  /** Where something was changed; never a secret. */
  before?: ActivityFacts | null
  after?: ActivityFacts | null
  details?: ActivityFacts
}

/** The window's way into the activity journal of its profile. */
export class ActivityLog {
  readonly #profile: string
  readonly #environment: () => Record<string, string>
  #last: Promise<unknown> = Promise.resolve()
  /** Why the journal could not be written, once that has happened. */
  problem: string | null = null

  constructor(profile: string, environment: () => Record<string, string>) {
    this.#profile = profile
    this.#environment = environment
  }

  /**
   * Records what was done, in the order of the calls. It never throws and keeps nobody waiting who doesn't await it:
   * that it could not be written is `problem`.
   */
  record({ action, subject, before = null, after = null, details = {} }: WindowActivity): Promise<void> {
    const next = this.#last.then(async () => {
      const environment = this.#environment()
      const clean = (facts: ActivityFacts | null) => cleaned(facts, environment)
      const problem = await recordActivity(this.#profile, environment, [
        {
          action,
          phase: 'event',
          subject: withoutSecrets(subject, environment),
          via: 'window',
          name: environment.COFFER_OPERATOR || null,
          before: clean(before),
          after: clean(after),
          details: clean(details) ?? {},
        },
      ])
      if (problem !== null) this.problem = problem
    })
    this.#last = next.catch((error: unknown) => {
      this.problem = `the activity journal failed: ${String(error)}`
    })
    return this.#last as Promise<void>
  }
}

function cleaned(facts: ActivityFacts | null, environment: Record<string, string>): ActivityFacts | null {
  if (facts === null) return null
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === 'string' ? withoutSecrets(value, environment) : value,
    ]),
  )
}
