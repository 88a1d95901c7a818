import type { ValidationConfig } from '../../contract/config/validation.ts'
import { checkConsumerGroups } from './consumer-groups/check.ts'
import { checkContent } from './content/check.ts'
import { checkIntegrity } from './integrity/check.ts'
import { checkMessageCount } from './message-count/check.ts'
import { checkOffsetRange } from './offset-range/check.ts'
import type { Answer, Session } from './session.ts'
import { checkTopicConfiguration } from './topic-configuration/check.ts'
import { checkWebhook } from './webhook/check.ts'

export interface NamedCheck {
  /** As the report has it. */
  name: string
  run: (session: Session) => Promise<Answer>
}

/** The checks that a file asks for, in the order in which they run: the content first, since others use what it counts. */
export function checksOf({ checks }: ValidationConfig): NamedCheck[] {
  const all: (NamedCheck & { wanted: boolean })[] = [
    { name: 'ContentCheck', run: checkContent, wanted: checks.content.enabled },
    { name: 'MessageCountCheck', run: checkMessageCount, wanted: checks.message_count.enabled },
    { name: 'OffsetRangeCheck', run: checkOffsetRange, wanted: checks.offset_range.enabled },
    { name: 'ConsumerGroupOffsetCheck', run: checkConsumerGroups, wanted: checks.consumer_group_offsets.enabled },
    { name: 'IntegrityCheck', run: checkIntegrity, wanted: checks.integrity.enabled },
    { name: 'TopicConfigurationCheck', run: checkTopicConfiguration, wanted: checks.topic_configuration.enabled },
    ...checks.custom_webhooks.map((webhook) => ({
      name: `CustomWebhook:${webhook.name}`,
      run: (session: Session) => checkWebhook(webhook, session),
      wanted: true,
    })),
  ]
  return all.filter(({ wanted }) => wanted).map(({ name, run }) => ({ name, run }))
}
