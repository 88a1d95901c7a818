import { randomUUID } from 'node:crypto'
import type { KafkaEndpoint } from '../../contract/config/endpoint.ts'
import { CofferError, isCofferError } from '../../contract/errors.ts'
import { type Said, say } from '../../contract/said/said.ts'
import type { Cluster, Operation, Resource } from '../../kafka/cluster.ts'
import { forEachConcurrent } from '../concurrency.ts'
import { aclHint, type MissingRights, userOf } from './ask.ts'
import type { Steps } from './steps.ts'

/** Questions to the cluster at a time. */
const ASKED_AT_ONCE = 8
/** Topics or groups that are named one by one when something is missing; the rest is counted. */
const NAMED = 20

/** What is wrong with one topic or group. */
type Lack = { name: string; error: CofferError }

/**
 * What the user must be allowed to do with each topic. One line where all is well, else one for each topic that lacks
 * something, with the command that would allow it.
 */
export async function checkTopicRights(
  cluster: Cluster,
  endpoint: KafkaEndpoint,
  topics: readonly string[],
  needed: readonly Operation[],
  steps: Steps,
): Promise<void> {
  const began = performance.now()
  const lacks: Lack[] = []
  await forEachConcurrent(topics, ASKED_AT_ONCE, async (topic) => {
    const missing = await missingOn(cluster, { type: 'topic', name: topic }, needed)
    if (missing.length > 0) lacks.push({ name: topic, error: refused(endpoint, missing, { topic }) })
  })
  if (lacks.length === 0) {
    const may = allowed(endpoint, needed, topics.length, say('many.topics', { count: topics.length }))
    return steps.pass('topic-acl', topics.length === 1 ? `topic ${topics[0]}` : 'topics', may, began)
  }
  tell('topic-acl', 'topic', lacks, steps)
}

/** What the user must be allowed to do with groups that the configuration names. */
export async function checkNamedGroups(
  cluster: Cluster,
  endpoint: KafkaEndpoint,
  groups: readonly string[],
  needed: readonly Operation[],
  steps: Steps,
): Promise<void> {
  const began = performance.now()
  const lacks: Lack[] = []
  await forEachConcurrent(groups, ASKED_AT_ONCE, async (group) => {
    const missing = await missingOn(cluster, { type: 'group', id: group }, needed)
    if (missing.length > 0) lacks.push({ name: group, error: refused(endpoint, missing, { group }) })
  })
  if (lacks.length > 0) return tell('group-acl', 'group', lacks, steps)
  const may = allowed(endpoint, needed, groups.length, say('many.groups', { count: groups.length }))
  steps.pass('group-acl', groups.length === 1 ? `group ${groups[0]}` : 'groups', may, began)
}

/**
 * Whether a snapshot of consumer groups would be whole. A broker shows only the groups that a user may describe, so
 * "no groups" and "no right to see them" look alike: the right itself is asked for, on a group that nobody has.
 */
export async function checkAllGroups(cluster: Cluster, endpoint: KafkaEndpoint, steps: Steps): Promise<void> {
  const user = userOf(endpoint)
  await steps.try('group-acl', 'groups', async () => {
    const anyGroup: Resource = { type: 'group', id: `coffer-check-${randomUUID()}` }
    if ((await cluster.authorized(anyGroup)).has('describe')) return say('check.everyGroup', { user })
    const seesAll = (await cluster.authorized({ type: 'cluster' })).has('describe')
    const groups = await cluster.groups()
    const missing: string[] = []
    await forEachConcurrent(groups, ASKED_AT_ONCE, async (id) => {
      if (!(await cluster.authorized({ type: 'group', id })).has('describe')) missing.push(id)
    })
    if (missing.length === 0 && seesAll)
      return say('check.eachGroup', { user, groups: say('check.consumerGroups', { count: groups.length }) })
    if (missing.length === 0 && groups.length > 0) {
      return say('check.someGroups', { user, groups: say('check.consumerGroups', { count: groups.length }) })
    }
    const all = say('check.consumerGroups', { count: groups.length })
    const lacks =
      missing.length > 0
        ? say('check.notGroups', { user, missing: missing.length, groups: all })
        : say('check.notAnyGroup', { user })
    throw new CofferError('KAFKA_NOT_AUTHORIZED', lacks, {
      hint: aclHint(endpoint, { operations: ['describe'], on: { group: '*' } }),
      details: { missing: missing.slice(0, NAMED) },
    })
  })
}

/** @throws KAFKA_NOT_AUTHORIZED with the command that would allow it, where `topic` may not be created */
export async function mayCreate(
  cluster: Cluster,
  endpoint: KafkaEndpoint,
  topic: { name: string; partitions: number; replicationFactor: number },
): Promise<Said> {
  try {
    await cluster.createTopics([{ ...topic, configs: {} }], { validateOnly: true })
    return say('check.mayCreate', { user: userOf(endpoint) })
  } catch (error) {
    if (!isCofferError(error, 'KAFKA_NOT_AUTHORIZED')) throw error
    throw refused(endpoint, ['create'], { topic: topic.name }, error)
  }
}

/** The operations that are not allowed. All of them where the resource may not even be described. */
async function missingOn(cluster: Cluster, resource: Resource, needed: readonly Operation[]): Promise<Operation[]> {
  const allowed = await cluster.authorized(resource)
  return needed.filter((operation) => !allowed.has(operation))
}

function refused(
  endpoint: KafkaEndpoint,
  operations: readonly Operation[],
  on: Exclude<MissingRights['on'], 'cluster'>,
  cause?: unknown,
): CofferError {
  const values = { user: userOf(endpoint), operations: [...operations] }
  const lacks =
    'topic' in on
      ? say('check.mayNotTopic', { ...values, topic: on.topic })
      : say('check.mayNotGroup', { ...values, group: on.group })
  return new CofferError('KAFKA_NOT_AUTHORIZED', lacks, {
    hint: aclHint(endpoint, { operations, on }),
    details: { ...on, missing: operations },
    cause,
  })
}

function tell(step: 'topic-acl' | 'group-acl', kind: string, lacks: Lack[], steps: Steps): void {
  lacks.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const { name, error } of lacks.slice(0, NAMED)) steps.fail(step, `${kind} ${name}`, error)
  const rest = lacks.length - NAMED
  if (rest > 0) {
    steps.fail(
      step,
      `${kind}s`,
      new CofferError('KAFKA_NOT_AUTHORIZED', `the same is missing on ${rest} more ${kind}s`),
    )
  }
}

function allowed(endpoint: KafkaEndpoint, needed: readonly Operation[], count: number, objects: Said): Said {
  const values = { user: userOf(endpoint), operations: [...needed] }
  return count === 1 ? say('check.mayOne', values) : say('check.mayAll', { ...values, objects })
}
