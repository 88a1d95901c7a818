import { parse, stringify } from 'yaml'
import type { ConnectionKind } from '../../contract/ipc/connection.ts'
import type { RestoreChoices } from '../../contract/ipc/restore.ts'

/** Where an archive is, as a file has it: a folder or address in one line, or the section of a connection. */
export type StorageText = { path: string } | { yaml: string }

type Section = Record<string, unknown>

/**
 * The file that `coffer restore` takes. Pure, and the same text for the same choices: an approval is bound to its digest.
 * @param target the connection's text; a selection of topics in it gives way to the choices
 */
export function restoreFile(choices: RestoreChoices, target: string, storage: StorageText): string {
  return written({
    mode: 'restore',
    backup_id: choices.backupId,
    target: clusterOf(target),
    storage: storageOf(storage),
    restore: restoreSection(choices),
  })
}

/**
 * The file that `coffer validation run` takes: what was restored is compared record by record, and the report is kept as
 * JSON and PDF.
 * @param signWith name of a key of the key store; null: unsigned
 */
export function validationFile(
  choices: RestoreChoices,
  target: string,
  storage: StorageText,
  signWith: string | null,
): string {
  const { groups } = choices
  return written({
    backup_id: choices.backupId,
    target: clusterOf(target),
    storage: storageOf(storage),
    restore: restoreSection(choices),
    checks: {
      content: { enabled: true, sample_percentage: 100 },
      message_count: { enabled: true },
      offset_range: { enabled: true },
      integrity: { enabled: true },
      ...(groups === 'none'
        ? {}
        : {
            consumer_group_offsets:
              groups === 'all'
                ? { enabled: true, verify_all_groups: true }
                : { enabled: true, verify_all_groups: false, groups },
          }),
    },
    evidence: {
      formats: ['json', 'pdf'],
      ...(signWith === null ? {} : { signing: { enabled: true, key: signWith } }),
    },
  })
}

function restoreSection(choices: RestoreChoices): Section {
  const { streams, window, mapping, partitions, groups } = choices
  return {
    ...(streams === null ? {} : { topics: streams }),
    ...(window.start === null ? {} : { time_window_start: window.start }),
    ...(window.end === null ? {} : { time_window_end: window.end }),
    ...(Object.keys(mapping).length === 0 ? {} : { topic_mapping: mapping }),
    ...(Object.keys(partitions).length === 0
      ? {}
      : {
          repartitioning: Object.fromEntries(
            Object.entries(partitions).map(([topic, count]) => [
              topic,
              { strategy: 'murmur2', target_partitions: count },
            ]),
          ),
        }),
    create_topics: choices.createTopics,
    ...(choices.allowNonEmpty ? { allow_non_empty_target: true } : {}),
    ...(groups === 'none'
      ? {}
      : groups === 'all'
        ? { auto_consumer_groups: true }
        : { consumer_groups: groups, reset_consumer_offsets: true }),
  }
}

function clusterOf(yaml: string): Section {
  const { topics: _, ...cluster } = sectionOf('target', yaml)
  return cluster
}

function storageOf(storage: StorageText): Section | string {
  return 'path' in storage ? storage.path : sectionOf('storage', storage.yaml)
}

/** A connection's text, which may stand below its own key. */
function sectionOf(kind: ConnectionKind, yaml: string): Section {
  const section = parse(yaml) as Section
  const inner = section[kind]
  const isWhole = Object.keys(section).length === 1 && typeof inner === 'object' && inner !== null
  return isWhole ? (inner as Section) : section
}

const written = (file: Section): string => stringify(file, { lineWidth: 0, aliasDuplicateObjects: false })
