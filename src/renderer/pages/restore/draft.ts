import type { ArchiveDescription, ArchiveLocationInput } from '../../../contract/ipc/archive.ts'
import type { RestoreChoices } from '../../../contract/ipc/restore.ts'
import { readMoment, writeMoment } from '../../typed-time.ts'

/** A restore that was started: what it was told, and its jobs. */
export interface Run {
  choices: RestoreChoices
  clusterName: string
  restoreJob: string
  proofJob: string | null
}

/** What the wizard was told so far. Kept as it is typed, so that nothing is lost when the page is left. */
export interface Draft {
  at: 'backup' | 'target' | 'names' | 'preview' | 'start'
  place: ArchiveLocationInput | null
  backupId: string | null
  when: 'all' | 'until' | 'between'
  /** As it is typed, in UTC: `2026-11-03 14:02:11.250`. */
  start: string
  end: string
  targetId: string | null
  /** Archived names; null: every stream. */
  streams: string[] | null
  prefix: string
  /** Archived name → name on the target, where somebody typed one. */
  names: Record<string, string>
  /** Archived name → number of partitions, as typed. */
  partitions: Record<string, string>
  createTopics: boolean
  groups: 'none' | 'all' | 'some'
  groupNames: string[]
  allowNonEmpty: boolean
  /** Name of the key that signs the report; null: unsigned. */
  signWith: string | null
  run: Run | null
}

export const NEW_DRAFT: Draft = {
  at: 'backup',
  place: null,
  backupId: null,
  when: 'all',
  start: '',
  end: '',
  targetId: null,
  streams: null,
  prefix: '',
  names: {},
  partitions: {},
  createTopics: true,
  groups: 'none',
  groupNames: [],
  allowNonEmpty: false,
  signWith: null,
  run: null,
}

const TOPIC = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/
export const isTopicName = (name: string): boolean => TOPIC.test(name)

/** What was typed, as UTC. @returns milliseconds, or null for an empty, half-filled or wrong one */
export const timeOf = (text: string): number | null => readMoment(text, 'UTC')

/** For the field. @param at milliseconds */
export const fieldTime = (at: number): string => writeMoment(at, 'UTC')

export interface Span {
  first: number
  last: number
}

type Topics = ArchiveDescription['topics']

/** Earliest and latest record time of the chosen streams; null where the archive doesn't say. */
export function spanOf(topics: Topics, streams: readonly string[] | null): Span | null {
  const wanted = streams === null ? null : new Set(streams)
  let span: Span | null = null
  for (const { topic, partitions } of topics) {
    if (wanted !== null && !wanted.has(topic)) continue
    for (const { records, first_timestamp: from, last_timestamp: to } of partitions) {
      if (records === 0) continue
      if (from === null || to === null) return null
      const [first, last] = [Date.parse(from), Date.parse(to)]
      span = span === null ? { first, last } : { first: Math.min(span.first, first), last: Math.max(span.last, last) }
    }
  }
  return span
}

export type WindowProblem = 'incomplete' | 'reversed' | 'outside'

/** What is wrong with the times; `outside` (nothing of the archive lies there) only where the archive says its span. */
export function windowProblem(draft: Pick<Draft, 'when' | 'start' | 'end'>, span: Span | null): WindowProblem | null {
  if (draft.when === 'all') return null
  const end = timeOf(draft.end)
  const start = draft.when === 'between' ? timeOf(draft.start) : null
  if (end === null || (draft.when === 'between' && start === null)) return 'incomplete'
  if (start !== null && start > end) return 'reversed'
  if (span !== null && (end < span.first || (start !== null && start > span.last))) return 'outside'
  return null
}

/** The archived streams that are to be restored, in the archive's order. */
export function chosenStreams(draft: Draft, topics: Topics): string[] {
  const wanted = draft.streams === null ? null : new Set(draft.streams)
  return topics.map(({ topic }) => topic).filter((topic) => wanted?.has(topic) ?? true)
}

export const targetName = (draft: Pick<Draft, 'prefix' | 'names'>, stream: string): string =>
  draft.names[stream] ?? `${draft.prefix}${stream}`

export type NamesProblem =
  | { kind: 'none' }
  | { kind: 'name'; stream: string; name: string }
  | { kind: 'twice'; name: string }
  | { kind: 'partitions'; stream: string; value: string }
  | { kind: 'groups' }

/** The first thing that keeps the names and partitions from being used; null: they are good. */
export function namesProblem(draft: Draft, topics: Topics): NamesProblem | null {
  const streams = chosenStreams(draft, topics)
  if (streams.length === 0) return { kind: 'none' }
  const seen = new Set<string>()
  for (const stream of streams) {
    const name = targetName(draft, stream)
    if (!isTopicName(name)) return { kind: 'name', stream, name }
    if (seen.has(name)) return { kind: 'twice', name }
    seen.add(name)
    const value = draft.partitions[stream] ?? ''
    if (value !== '' && partitionCount(value) === null) return { kind: 'partitions', stream, value }
  }
  if (draft.groups === 'some' && draft.groupNames.length === 0) return { kind: 'groups' }
  return null
}

export function partitionCount(text: string): number | null {
  const value = /^\d{1,6}$/.test(text.trim()) ? Number(text) : 0
  return value >= 1 && value <= 100_000 ? value : null
}

/** @returns what the host is told; null while something is missing or wrong */
export function choicesOf(draft: Draft, topics: Topics): RestoreChoices | null {
  const { place, backupId, targetId } = draft
  if (place === null || backupId === null || targetId === null) return null
  if (windowProblem(draft, null) !== null || namesProblem(draft, topics) !== null) return null
  const streams = chosenStreams(draft, topics)
  const mapping: Record<string, string> = {}
  const partitions: Record<string, number> = {}
  for (const stream of streams) {
    const name = targetName(draft, stream)
    if (name !== stream) mapping[stream] = name
    const wanted = partitionCount(draft.partitions[stream] ?? '')
    if (wanted !== null) partitions[name] = wanted
  }
  return {
    location: place,
    backupId,
    targetId,
    streams: streams.length === topics.length ? null : streams,
    window: {
      start: draft.when === 'between' ? iso(draft.start) : null,
      end: draft.when === 'all' ? null : iso(draft.end),
    },
    mapping,
    partitions,
    createTopics: draft.createTopics,
    allowNonEmpty: draft.allowNonEmpty,
    groups: draft.groups === 'some' ? draft.groupNames : draft.groups,
  }
}

function iso(field: string): string | null {
  const at = timeOf(field)
  return at === null ? null : new Date(at).toISOString()
}
