import { CofferError } from '../../contract/errors.ts'
import type { Plan, PlanInput } from '../../contract/ipc/plan.ts'
import type { ConfigSource } from '../../contract/jobs.ts'
import type { StoredConnection } from '../services/connection-store.ts'
import type { ServiceCore } from '../services/core.ts'
import { checkPlanFile, missingVariables, planYaml } from './plan-file.ts'
import { PlanStore, type StoredPlan } from './plan-store.ts'

/** The plans of a profile, with the connections that they are made from. */
export class Plans {
  readonly store: PlanStore
  readonly #core: ServiceCore

  constructor(core: ServiceCore) {
    this.#core = core
    this.store = new PlanStore(core.options.profile)
  }

  async list(): Promise<Plan[]> {
    const connections = await this.#core.connections.list()
    return Promise.all((await this.store.list()).map((one) => this.#shown(one, connections)))
  }

  async get(id: string): Promise<Plan> {
    return this.#shown(await this.store.get(id), await this.#core.connections.list())
  }

  async save(plan: PlanInput, isNew: boolean): Promise<Plan> {
    const yaml = await this.yaml(plan)
    checkPlanFile(yaml, `${plan.id}.yaml`, this.store.folder, await this.#core.readyEnvironment())
    await this.store.save(plan, yaml, isNew)
    return this.get(plan.id)
  }

  /** @throws USAGE where a connection is gone or is none of its kind */
  async yaml(plan: PlanInput): Promise<string> {
    const source = await this.#connection(plan.sourceId, 'source')
    const storage = await this.#connection(plan.storageId, 'storage')
    return planYaml(plan, source, storage, (path) => this.#core.path(path))
  }

  /** An unsaved plan, for a job. */
  async config(plan: PlanInput): Promise<ConfigSource> {
    return { text: await this.yaml(plan), name: `${plan.id}.yaml`, directory: this.store.folder }
  }

  /** A saved plan as its file stands, for a job. */
  async savedConfig(id: string): Promise<ConfigSource> {
    await this.store.get(id)
    return { text: await this.store.text(id), name: this.store.pathOf(id), directory: this.store.folder }
  }

  /** Writes the files of the plans that use a connection which was changed. */
  async connectionChanged(connectionId: string): Promise<void> {
    for (const plan of await this.store.list()) {
      if (plan.sourceId !== connectionId && plan.storageId !== connectionId) continue
      try {
        await this.store.rewrite(plan.id, await this.yaml(plan))
      } catch (error) {
        // its other connection is gone: its file stays as it was, and goes on working
        if (!(error instanceof CofferError)) throw error
      }
    }
  }

  async #connection(id: string, kind: 'source' | 'storage'): Promise<StoredConnection> {
    const found = await this.#core.connections.get(id)
    if (found.kind === kind) return found
    const what = kind === 'source' ? 'a cluster to back up' : 'a storage'
    throw new CofferError('USAGE', `expected a connection to ${what}, got "${found.name}", which is a ${found.kind}`)
  }

  async #shown(plan: StoredPlan, connections: readonly StoredConnection[]): Promise<Plan> {
    const text = await this.store.text(plan.id).catch(() => '')
    const nameOf = (id: string) => connections.find((one) => one.id === id)?.name ?? null
    return {
      ...plan,
      path: this.store.pathOf(plan.id),
      sourceName: nameOf(plan.sourceId),
      storageName: nameOf(plan.storageId),
      missing: missingVariables(text, await this.#core.readyEnvironment()),
    }
  }
}
