import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { TopicPlan } from '../../restore/plan.ts'
import { choicesOf, writeAtomically } from '../../restore/state.ts'
import type { Session } from '../session.ts'
import type { FlowPosition } from './flow.ts'
import type { Tally } from './tally.ts'

/** Older than this, what was compared says too little about the target as it is now. */
const OLDEST_MS = 24 * 60 * 60 * 1000
const SAVE_EVERY_MS = 3_000
const FORMAT = 'coffer-validation/2'

interface Kept {
  format: typeof FORMAT
  began_at: number
  saved_at: number
  /** By archived topic, with where its target partitions ended. */
  done: Record<string, { tally: Tally; ends: number[] }>
  /** By target `topic/partition` of a flow's first partition. */
  open: Record<string, FlowPosition>
}

/**
 * What a content check has compared so far, in a local file of the user's profile: a validation that was stopped or
 * killed goes on there. It is dropped once the check is complete, and never used for another manifest, target or scope.
 */
export class Checkpoint {
  readonly #path: string
  readonly #places: Session['places']
  #kept: Kept
  #savedAt = Date.now()
  #saving: Promise<void> = Promise.resolve()
  /** When the first part was compared; null where this run began anew. */
  readonly resumedFrom: number | null

  private constructor(path: string, places: Session['places'], kept: Kept | null) {
    this.#path = path
    this.#places = places
    this.resumedFrom = kept?.began_at ?? null
    this.#kept = kept ?? { format: FORMAT, began_at: Date.now(), saved_at: Date.now(), done: {}, open: {} }
  }

  static async open(session: Session): Promise<Checkpoint> {
    const path = join(session.profile, 'validations', `${idOf(session)}.json`)
    return new Checkpoint(path, session.places, await load(path))
  }

  /** A topic that was written to since it was compared is none that is done. */
  done(topic: TopicPlan): Tally | null {
    const kept = Object.hasOwn(this.#kept.done, topic.source) ? this.#kept.done[topic.source] : undefined
    return kept !== undefined && isDeepStrictEqual(kept.ends, this.#endsOf(topic)) ? kept.tally : null
  }

  position(key: string): FlowPosition | null {
    return Object.hasOwn(this.#kept.open, key) ? (this.#kept.open[key] ?? null) : null
  }

  topicDone(topic: TopicPlan, keys: readonly string[], tally: Tally): void {
    this.#kept.done[topic.source] = { tally, ends: this.#endsOf(topic) }
    for (const key of keys) delete this.#kept.open[key]
    this.#save()
  }

  moved(key: string, position: FlowPosition): void {
    this.#kept.open[key] = structuredClone(position)
    if (Date.now() - this.#savedAt >= SAVE_EVERY_MS) this.#save()
  }

  #endsOf({ target, flows }: TopicPlan): number[] {
    return flows.flatMap(({ partitions }) => partitions.map((one) => this.#places.get(`${target}/${one}`)?.end ?? -1))
  }

  /** Where a profile can't be written a validation is only not resumable. */
  #save(): void {
    this.#savedAt = Date.now()
    this.#kept.saved_at = this.#savedAt
    const bytes = Buffer.from(JSON.stringify(this.#kept))
    this.#saving = this.#saving.then(() => writeAtomically(this.#path, [bytes])).catch(() => {})
  }

  /** After a stop: keeps what there is. */
  async keep(): Promise<void> {
    this.#save()
    await this.#saving
  }

  async drop(): Promise<void> {
    await this.#saving
    await rm(this.#path, { force: true }).catch(() => {})
  }
}

function idOf({ config, scope, places }: Session): string {
  const { prepared, identity, restore, existing } = scope
  const decisive = [
    config.backup_id,
    prepared.loaded.sha256,
    identity.clusterId,
    prepared.plan.topics.map(({ source, target }) => [source, target, existing.get(target)?.topicId ?? null]),
    choicesOf(restore.restore),
    config.checks.content.topics,
    config.checks.content.allow_appended,
    [...places.values()].map(({ base, start }) => [base, start]),
  ]
  return createHash('sha256').update(JSON.stringify(decisive)).digest('hex').slice(0, 24)
}

async function load(path: string): Promise<Kept | null> {
  try {
    const kept = JSON.parse(await readFile(path, 'utf8')) as Kept
    return kept.format === FORMAT && Date.now() - kept.began_at < OLDEST_MS ? kept : null
  } catch {
    return null
  }
}
