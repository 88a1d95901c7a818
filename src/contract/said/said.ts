import { count, day, duration } from '../words.ts'
import { ENGLISH, type SaidId } from './english.ts'
import type { Said, SaidValue, SaidValues, Saying } from './type.ts'

export type { Said, SaidValue, SaidValues, Saying }

/** What stands in the contract wherever a sentence does: the English one, and what it is made of. */
export interface Reason {
  reason: string
  said?: Said
}

/** @param values `count` chooses between one and many */
export function say(id: SaidId, values?: SaidValues): Said {
  return saidAs(id, values)
}

/** A sentence of its parts, which is what every sentence is made by. */
function saidAs(id: string, values: SaidValues | undefined): Said {
  const saying: Saying = values === undefined ? { id } : { id, values }
  return saying as Said
}

/** A sentence with its English words, to be spread into a finding, a lock and the like. */
export function because(id: SaidId, values?: SaidValues): { reason: string; said: Said } {
  const said = say(id, values)
  return { reason: english(said), said }
}

/** What is known of a sentence that may have no words of its own, such as somebody else's: `{}` or `{ said }`. */
export function beside(said: Said | undefined): { said?: Said } {
  return said === undefined ? {} : { said }
}

/** Deeper than any sentence of ours; a file that somebody made up may be anything. */
const MOST_DEPTH = 6
const MOST_TEXT = 4_000
const MOST_VALUES = 50

/** The sentence in English: lowercase, no full stop. A name that is not known gives itself. */
export function english(said: Saying, depth = 0): string {
  const template = templateOf(said)
  if (template === undefined || depth > MOST_DEPTH) return said.id
  return template.replace(/\{\{(\w+)(?:, (\w+))?\}\}/g, (_, name: string, format: string | undefined) =>
    shown(said.values?.[name], format, depth),
  )
}

/** Whether the words of a sentence are known here. */
export const isKnown = (said: Saying): boolean => templateOf(said) !== undefined

function templateOf({ id, values }: Saying): string | undefined {
  const [group = '', name = ''] = id.split('.')
  const texts: Readonly<Record<string, Readonly<Record<string, string>>>> = ENGLISH
  const own = Object.hasOwn(texts, group) ? texts[group] : undefined
  const key = values?.count === undefined ? name : `${name}_${values.count === 1 ? 'one' : 'other'}`
  return own !== undefined && Object.hasOwn(own, key) ? own[key] : undefined
}

function shown(value: SaidValue | undefined, format: string | undefined, depth: number): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return numberAs(value, format)
  if (typeof value === 'string') return format === 'day' ? day(value) : value
  if (!isList(value)) return english(value, depth + 1)
  if (!areNames(value)) return value.map((one) => english(one, depth + 1)).join(JOINTS[format ?? ''] ?? '; ')
  if (format === 'nor') return value.join(' nor ')
  const operations = format === 'operations' || format === 'anyOperation'
  return listed(
    operations ? value.map((one) => OPERATIONS[one] ?? one) : value,
    format === 'anyOperation' ? 'or' : 'and',
  )
}

function numberAs(value: number, format: string | undefined): string {
  return format === 'number' ? count(value) : format === 'time' ? duration(value) : `${value}`
}

/** What stands between sentences that are a part of another, by the format; else a semicolon. */
const JOINTS: Readonly<Record<string, string>> = { comma: ', ', and: ' and ', or: ' or ' }

/** Kafka's operations, where their name does not say it. */
const OPERATIONS: Readonly<Record<string, string>> = { describeConfigs: 'read the configuration of', write: 'write to' }

export function isList(value: SaidValue): value is readonly string[] | readonly Said[] {
  return Array.isArray(value)
}

export function areNames(list: readonly string[] | readonly Said[]): list is readonly string[] {
  return list.every((one) => typeof one === 'string')
}

/** `a, b and c` */
function listed(names: readonly string[], joint: 'and' | 'or'): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} ${joint} ${names.at(-1)}`
}

/**
 * A sentence out of a file that anybody may have written. It counts only where it is known and makes exactly the English
 * sentence that stands beside it: else a window in another language would say something else than the file.
 */
export function readSaid(value: unknown, sentence: string): Said | undefined {
  const said = checkedSaid(value, 0)
  return said !== undefined && isKnown(said) && isSame(english(said), sentence) ? said : undefined
}

/** The shape alone; what its words are is not looked at. */
export function checkedSaid(value: unknown, depth = 0): Said | undefined {
  if (typeof value !== 'object' || value === null || depth > MOST_DEPTH) return undefined
  const { id, values } = value as Record<string, unknown>
  if (typeof id !== 'string' || id.length > 100) return undefined
  if (values === undefined) return saidAs(id, undefined)
  if (typeof values !== 'object' || values === null) return undefined
  const entries = Object.entries(values)
  if (entries.length > MOST_VALUES) return undefined
  const checked: Record<string, SaidValue> = {}
  for (const [name, one] of entries) {
    const good = checkedValue(one, depth)
    if (good === undefined) return undefined
    checked[name] = good
  }
  return saidAs(id, checked)
}

function checkedValue(value: unknown, depth: number): SaidValue | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'string') return value.length > MOST_TEXT ? undefined : value
  if (!Array.isArray(value)) return checkedSaid(value, depth + 1)
  if (value.length > MOST_VALUES) return undefined
  if (value.every((one) => typeof one === 'string' && one.length <= MOST_TEXT)) return value as string[]
  const all = value.map((one) => checkedSaid(one, depth + 1))
  return all.every((one) => one !== undefined) ? all : undefined
}

/** Sentences for a list: in English, and what those are made of that are the engine's own. */
export function toldOf(all: readonly (string | Said)[]): { texts: string[]; sayings: Said[] } {
  return {
    texts: all.map((one) => (typeof one === 'string' ? one : english(one))),
    sayings: all.filter((one) => typeof one !== 'string'),
  }
}

/** Sentences as the warnings of a result: in English, with what they are made of beside them. */
export function warned(all: readonly (string | Said)[]): { warnings: string[]; sayings: Said[] } {
  const { texts, sayings } = toldOf(all)
  return { warnings: texts, sayings }
}

/** Of some sentences the one that makes this English one: for lists of sentences, which have theirs beside them. */
export function saidOf(sentence: string, all: readonly Said[] | undefined): Said | undefined {
  return all?.find((one) => isSame(english(one), sentence))
}

/** Whether a text is a sentence of ours, with or without its capital and its full stop. */
function isSame(words: string, sentence: string): boolean {
  return bare(words) === bare(sentence)
}

const bare = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '')

/** What every sentence, however deep, is filled with: changed by a rule, such as one that takes secrets out. */
export function mapTexts(said: Said, rule: (text: string) => string): Said {
  const changed = (value: SaidValue): SaidValue => {
    if (typeof value === 'number') return value
    if (typeof value === 'string') return rule(value)
    if (!isList(value)) return mapTexts(value, rule)
    return areNames(value) ? value.map(rule) : value.map((one) => mapTexts(one, rule))
  }
  const { id, values } = said
  if (values === undefined) return said
  return saidAs(id, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, changed(value)])))
}
