import { literalTopics, selectTopics } from '../../contract/config/topics.ts'
import type { BackupConfig, RestoreConfig } from '../../contract/config/types.ts'
import { CofferError, isCofferError } from '../../contract/errors.ts'
import type { CheckStepName } from '../../contract/results.ts'
import { say } from '../../contract/said/said.ts'
import type { Cluster, Operation } from '../../kafka/cluster.ts'
import { openStorage } from '../../storage/open.ts'
import { chooseTopics } from '../backup/source.ts'
import { wantedGroups } from '../restore/groups.ts'
import type { TopicPlan } from '../restore/plan.ts'
import { prepare } from '../restore/prepare.ts'
import { checkAllGroups, checkNamedGroups, checkTopicRights, mayCreate } from './rights.ts'
import type { Steps } from './steps.ts'

/** What a backup does with its topics. Their configurations go into the manifest. */
const TO_BACK_UP: readonly Operation[] = ['describe', 'read', 'describeConfigs']
/** What a restore does with its targets: it reads back where it stands, so as to write nothing twice. */
const TO_RESTORE: readonly Operation[] = ['describe', 'read', 'write', 'describeConfigs']

/** The steps that need a cluster, for those who can't get that far. */
export const KAFKA_STEPS: readonly CheckStepName[] = ['topics', 'topic-acl', 'group-acl']

/** Which topics a backup would read, and whether it may; and the groups, where it takes a snapshot of them. */
export async function checkSource(config: BackupConfig, cluster: Cluster, steps: Steps): Promise<void> {
  const { topics: selection } = config.source
  const names: string[] = []
  const found = await steps.try('topics', selection.include.join(', ') || '*', async () => {
    const chosen = await chosenNames(config, cluster)
    const others = selectTopics(literalTopics(selection), selection).filter((name) => !chosen.includes(name))
    const { hidden, missing } = await lookFor(cluster, others)
    names.push(...chosen, ...hidden)
    // With a reason that says more than "nothing matched", where there is one.
    if (missing.length > 0) throw topicMissing(missing)
    if (names.length === 0) await chooseTopics(cluster, config)
    const told = say('check.chosen', { count: chosen.length })
    return hidden.length === 0
      ? told
      : say('check.chosenHidden', { chosen: told, hidden: say('check.hidden', { count: hidden.length }) })
  })
  if (found || names.length > 0) await checkTopicRights(cluster, config.source, names, TO_BACK_UP, steps)
  else steps.skip('topic-acl', 'topics', say('check.noTopic'))
  if (config.backup.consumer_group_snapshot) await checkAllGroups(cluster, config.source, steps)
  else steps.skip('group-acl', 'groups', say('check.noSnapshot'))
}

async function chosenNames(config: BackupConfig, cluster: Cluster): Promise<string[]> {
  try {
    return (await chooseTopics(cluster, config)).map((topic) => topic.name)
  } catch (error) {
    if (isCofferError(error, 'NOTHING_MATCHED')) return []
    throw error
  }
}

/**
 * Why a topic that is named is not among those shown: a broker answers "not authorized" for a name that may not be
 * described, whether or not there is such a topic, and "unknown" for one that may be described and is not there.
 */
async function lookFor(cluster: Cluster, names: readonly string[]): Promise<{ hidden: string[]; missing: string[] }> {
  const hidden: string[] = []
  const missing: string[] = []
  for (const name of names) {
    try {
      if (!(await cluster.authorized({ type: 'topic', name })).has('describe')) hidden.push(name)
    } catch (error) {
      if (!isCofferError(error, 'TOPIC_MISSING')) throw error
      missing.push(name)
    }
  }
  return { hidden, missing }
}

function topicMissing(names: readonly string[]): CofferError {
  const message = `${names.map((name) => `"${name}"`).join(', ')} ${names.length === 1 ? 'does' : 'do'} not exist`
  return new CofferError('TOPIC_MISSING', `topic ${message}`, {
    hint: 'Check the spelling in source.topics.include.',
    details: { topics: names },
  })
}

/** Which topics a restore would write to, whether it may, and whether it may commit for the groups it brings along. */
export async function checkTarget(config: RestoreConfig, cluster: Cluster, steps: Steps): Promise<void> {
  const storage = await openStorage(config.storage)
  try {
    let plans: TopicPlan[] = []
    const planned = await steps.try('topics', `backup ${config.backup_id}`, async () => {
      plans = (await prepare(config, storage)).plan.topics
      return say('check.wouldRestore', { count: plans.length })
    })
    if (!planned) {
      steps.skip('topic-acl', 'topics', say('check.noTopicsTold'))
      steps.skip('group-acl', 'groups', say('check.noGroupsTold'))
      return
    }
    await checkTargets(config, cluster, plans, steps)
    const begun = performance.now()
    try {
      const wanted = await wantedGroups(storage, config.backup_id, config.restore)
      if (wanted === null || !wanted.commit) steps.skip('group-acl', 'groups', say('check.noGroupRestored'))
      else {
        const ids = wanted.groups.map((group) => group.group_id)
        await checkNamedGroups(cluster, config.target, ids, ['describe', 'read'], steps)
      }
    } catch (error) {
      if (!(error instanceof CofferError)) throw error
      steps.fail('group-acl', 'groups', error, begun)
    }
  } finally {
    await storage.close()
  }
}

async function checkTargets(
  config: RestoreConfig,
  cluster: Cluster,
  plans: readonly TopicPlan[],
  steps: Steps,
): Promise<void> {
  const there = new Set((await cluster.topics()).map((topic) => topic.name))
  const present: string[] = []
  for (const plan of plans) {
    if (there.has(plan.target) || (await lookFor(cluster, [plan.target])).hidden.length > 0) {
      present.push(plan.target)
      continue
    }
    await steps.try('topic-acl', `topic ${plan.target}`, async () => {
      if (!config.restore.create_topics) {
        throw new CofferError('TOPIC_MISSING', `topic "${plan.target}" does not exist`, {
          hint: 'Create it, or let the restore do so with "create_topics: true".',
          details: { topic: plan.target },
        })
      }
      const replicationFactor = config.restore.default_replication_factor
      return mayCreate(cluster, config.target, { name: plan.target, partitions: plan.partitions, replicationFactor })
    })
  }
  const needed: readonly Operation[] = config.restore.purge_topics ? [...TO_RESTORE, 'delete'] : TO_RESTORE
  if (present.length > 0) await checkTopicRights(cluster, config.target, present, needed, steps)
}
