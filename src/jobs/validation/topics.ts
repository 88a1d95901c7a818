import { literalTopics, selectTopics } from '../../contract/config/topics.ts'
import { CofferError } from '../../contract/errors.ts'
import type { TopicPlan } from '../restore/plan.ts'

/**
 * The topics that a check is asked to look at, by their archived names; none means all.
 * @throws NOTHING_MATCHED for a plain name that was not restored: it would be left out unnoticed
 */
export function checkedTopics(topics: readonly TopicPlan[], include: readonly string[], key: string): TopicPlan[] {
  const selection = { include: [...include], exclude: [] }
  const names = topics.map((topic) => topic.source)
  const missing = literalTopics(selection).filter((name) => !names.includes(name))
  if (missing.length > 0) {
    throw new CofferError('NOTHING_MATCHED', `"${key}" names "${missing.join('", "')}", which was not restored`, {
      hint: `Its names are archived ones: ${names.slice(0, 10).join(', ')}.`,
    })
  }
  const selected = new Set(selectTopics(names, selection))
  return topics.filter((topic) => selected.has(topic.source))
}
