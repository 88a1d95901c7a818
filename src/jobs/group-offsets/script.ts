import type { OffsetChange } from '../../contract/results.ts'

/**
 * The same changes as commands of Kafka's own tool, for whoever commits them elsewhere. Names are quoted: a group may be
 * called anything (failure 34).
 */
export function resetScript(
  changes: readonly OffsetChange[],
  bootstrap: readonly string[],
  { backupId, restoreId }: { backupId: string; restoreId: string },
): string {
  const lines = changes.map(({ group_id, topic, partition, wanted, reason }) => {
    if (wanted === null) return comment(`left: group ${group_id} on ${topic}:${partition}: ${reason ?? ''}`)
    const words = [
      '--group',
      quoted(group_id),
      '--topic',
      quoted(`${topic}:${partition}`),
      '--to-offset',
      String(wanted),
    ]
    return `reset ${words.join(' ')}`
  })
  return [
    '#!/bin/sh',
    comment(`Consumer groups after restore ${restoreId} of backup ${backupId}. Stop their consumers first.`),
    comment('KAFKA_OPTS_FILE: a properties file with the security settings, where the cluster needs some.'),
    'set -eu',
    'reset() {',
    `  kafka-consumer-groups.sh --bootstrap-server ${quoted(bootstrap.join(','))} \\`,
    '    ${KAFKA_OPTS_FILE:+--command-config "$KAFKA_OPTS_FILE"} --reset-offsets --execute "$@"',
    '}',
    ...lines,
    '',
  ].join('\n')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** One line, whatever the text holds. */
function comment(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it takes out
  return `# ${text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]/g, ' ')}`
}
