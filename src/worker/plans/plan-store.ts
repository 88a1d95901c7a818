import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CofferError } from '../../contract/errors.ts'
import { type PlanInput, planInput } from '../../contract/ipc/plan.ts'
import { isoTime } from '../../contract/time.ts'
import { withFolderLock } from '../../storage/filesystem-lock.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import { writeWhole } from '../../storage/write-whole.ts'

const stored = planInput.extend({ createdAt: z.string(), changedAt: z.string() })
export type StoredPlan = z.infer<typeof stored>

const file = z.object({ format: z.literal(1), plans: z.array(stored).max(10_000) })

/**
 * The plans of a profile: `plans/ID.yaml` is what runs, `plans/plans.json` the choices that it was made from. Both are
 * readable by their owner alone and hold no secret.
 */
export class PlanStore {
  readonly folder: string
  readonly #index: string

  /** @param profile folder; made when something is first saved */
  constructor(profile: string) {
    this.folder = join(profile, 'plans')
    this.#index = join(this.folder, 'plans.json')
  }

  pathOf(id: string): string {
    return join(this.folder, `${id}.yaml`)
  }

  /** By name. @throws CONFIG_UNREADABLE where the index is there and is not what this program wrote */
  async list(): Promise<StoredPlan[]> {
    let text: string
    try {
      text = await readFile(this.#index, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw unreadable(this.#index, error)
    }
    try {
      return file.parse(JSON.parse(text)).plans
    } catch (error) {
      throw unreadable(this.#index, error)
    }
  }

  /** @throws USAGE where there is none with this id */
  async get(id: string): Promise<StoredPlan> {
    const found = (await this.list()).find((one) => one.id === id)
    if (found === undefined) throw new CofferError('USAGE', `expected the id of a saved plan, got "${id}"`)
    return found
  }

  /** The YAML as it stands on disk: it may have been changed by hand. @throws CONFIG_UNREADABLE */
  async text(id: string): Promise<string> {
    try {
      return await readFile(this.pathOf(id), 'utf8')
    } catch (error) {
      throw new CofferError('CONFIG_UNREADABLE', `the file "${this.pathOf(id)}" could not be read`, {
        hint: 'Save the plan again: its file is then written anew.',
        cause: error,
      })
    }
  }

  /**
   * Writes both files. @param isNew false: the plan must be there already
   * @throws CONFIG_CONFLICT where the id or the name is another plan's
   */
  save(plan: PlanInput, yaml: string, isNew: boolean): Promise<StoredPlan> {
    return this.#change(async (all) => {
      const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()
      const before = all.find((one) => one.id === plan.id)
      if (isNew && all.some((one) => same(one.id, plan.id))) throw taken('id', plan.id)
      if (!isNew && before === undefined) throw new CofferError('USAGE', `there is no plan "${plan.id}" to change`)
      if (all.some((one) => one.id !== plan.id && same(one.name, plan.name))) throw taken('name', plan.name)
      const now = isoTime(Date.now())
      const saved: StoredPlan = { ...plan, createdAt: before?.createdAt ?? now, changedAt: now }
      await writeWhole(this.pathOf(plan.id), yaml)
      const others = all.filter((one) => one.id !== plan.id)
      return [[...others, saved].sort((a, b) => a.name.localeCompare(b.name)), saved]
    })
  }

  /** Writes the file of a plan whose connections have changed. */
  rewrite(id: string, yaml: string): Promise<void> {
    return this.#change(async (all) => {
      if (all.some((one) => one.id === id)) await writeWhole(this.pathOf(id), yaml)
      return [all, undefined]
    })
  }

  /** A missing one is no error. */
  remove(id: string): Promise<void> {
    return this.#change(async (all) => {
      await rm(this.pathOf(id), { force: true })
      return [all.filter((one) => one.id !== id), undefined]
    })
  }

  /** One change at a time, each on the index as it stands: the window may be open in several processes. */
  async #change<T>(change: (all: StoredPlan[]) => Promise<[StoredPlan[], T]>): Promise<T> {
    await makeFolder(this.folder, 0o700)
    return withFolderLock(this.folder, async () => {
      const [plans, result] = await change(await this.list())
      await writeWhole(this.#index, `${JSON.stringify({ format: 1, plans }, null, 2)}\n`)
      return result
    })
  }
}

function taken(what: 'id' | 'name', value: string): CofferError {
  return new CofferError('CONFIG_CONFLICT', `there is already a plan with the ${what} "${value}"`, {
    hint: 'Give it another name, or change the one that exists.',
  })
}

function unreadable(path: string, cause: unknown): CofferError {
  return new CofferError('CONFIG_UNREADABLE', `the plans in "${path}" could not be read`, {
    hint: 'Nothing was changed. Mend the file, or move it away to start with an empty list.',
    cause,
  })
}
