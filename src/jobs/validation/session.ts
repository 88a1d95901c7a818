import type { ValidationConfig } from '../../contract/config/validation.ts'
import type { CheckOutcome, ReportCheck } from '../../contract/evidence/report.ts'
import type { JobContext } from '../../contract/jobs.ts'
import { english, type Said, say } from '../../contract/said/said.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import type { Storage } from '../../storage/storage.ts'
import type { Walk } from './content/flow.ts'
import type { Tally } from './content/tally.ts'
import type { LanePlace } from './places.ts'
import type { Scope } from './scope.ts'

/** What all checks of one validation share. */
export interface Session {
  config: ValidationConfig
  storage: Storage
  cluster: Cluster
  scope: Scope
  /** Target partitions that exist, by `topic/partition`. */
  places: ReadonlyMap<string, LanePlace>
  walk: Walk
  context: JobContext
  /** Folder of the user's profile: for what a stopped validation has done. */
  profile: string
  /** By flow (`keyOf`): what the content check counted, where it read all of it. */
  counted: Map<string, { expected: number; found: number }>
  /** By archived topic. */
  tallies: Map<string, Tally>
}

/** What a check comes to, without its name and duration. */
export interface Answer {
  outcome: CheckOutcome
  /** One sentence with the figures. */
  detail: string
  /** What it is made of; absent where it is somebody else's. */
  said?: Said
  data: Record<string, unknown>
}

export type Check = Omit<ReportCheck, 'duration_ms'>

/** The sentence of an answer, with what it is made of. */
export function detailed(said: Said | readonly Said[]): Pick<Answer, 'detail' | 'said'> {
  const whole = 'id' in said ? said : say('many.parts', { parts: said })
  return { detail: english(whole), said: whole }
}
