import type { ExtractPlanResult, ExtractResult, ExtractScope } from '../../contract/results/extract.ts'
import { count, plural } from '../../contract/words.ts'
import { paint, table } from '../paint.ts'
import { bytes, duration } from '../words.ts'
import { warningLines } from './checks.ts'

export function extractPlanText(result: ExtractPlanResult): string[] {
  return [
    paint('bold', `Extraction for matter "${result.matter}". Dry run, nothing was written.`),
    ...scopeLines(result),
    `  to read  ${plural(result.segments_to_read, 'segment')} with at most ${plural(result.records_at_most, 'record')} (${bytes(result.bytes_at_most)}, ${bytes(result.stored_bytes)} stored)${result.segments_skipped > 0 ? `; ${plural(result.segments_skipped, 'segment')} can hold no match` : ''}`,
    '',
    ...table(
      ['topic', 'partitions', 'segments', 'records at most', 'size at most'],
      result.topics.map((topic) => [
        topic.topic,
        count(topic.partitions),
        count(topic.segments_to_read),
        count(topic.records_at_most),
        bytes(topic.bytes_at_most),
      ]),
    ),
    ...moreTopics(result),
    ...warningLines(result.warnings),
  ]
}

export function extractText(result: ExtractResult): string[] {
  const whole = result.state === 'complete'
  return [
    paint(
      whole ? 'green' : 'red',
      `${whole ? 'Extracted' : 'DAMAGED: extracted only'} ${plural(result.records, 'record')} for matter "${result.matter}" in ${duration(result.duration_seconds)}.`,
    ),
    ...scopeLines(result),
    `  read     ${plural(result.segments_read, 'segment')}; ${plural(result.segments_skipped, 'segment')} could hold no match`,
    `  package  ${result.output} (${bytes(result.package_bytes)})`,
    `  SHA-256  ${result.package_sha256}`,
    `  content  ${result.content_sha256}`,
    result.signed
      ? `  signed   by ${result.signed_by}${result.signature_level === null ? '' : `, PDF ${result.signature_level}`}`
      : paint('yellow', '  signed   no: nothing in the package says who made it'),
    `  custody  ${result.custody_recorded ? 'entered in the archive' : 'in the package only'}`,
    ...(result.redacted > 0 ? [`  redacted ${plural(result.redacted, 'record')}`] : []),
    ...result.failures.map(({ reason, code }) => paint('red', `${reason} [${code}]`)),
    ...(result.failures_total > result.failures.length
      ? [paint('red', `and ${count(result.failures_total - result.failures.length)} more`)]
      : []),
    ...warningLines(result.warnings),
  ]
}

function scopeLines(scope: ExtractScope): string[] {
  const { window, filter } = scope
  return [
    `  archive  ${scope.location}, backup "${scope.backup_id}"`,
    `  window   ${window === null ? 'all times' : `${window.start ?? 'the beginning'} to ${window.end ?? 'the end'}, both included, by ${scope.time} time`}`,
    ...(filter === null ? [] : [`  filter   ${filter}`]),
  ]
}

function moreTopics({ topics, topics_total }: ExtractScope): string[] {
  return topics_total > topics.length ? [`and ${plural(topics_total - topics.length, 'topic')} more`] : []
}
