import { areNames, english, isKnown, isList, type Said, type SaidValue, type Saying } from '../contract/said/said.ts'
import { isForeign } from './error-words.ts'
import { duration, locale } from './format.ts'
import { i18n } from './i18n.ts'

type Translate = (key: string, options: object) => string
const translate = (key: string, options: object) => (i18n.t as unknown as Translate)(key, options)

let prepared = false

/** What a value of a sentence may be formatted as, beside i18next's own. */
function prepare(): void {
  if (prepared) return
  prepared = true
  const check = (name: string) => translate(`support.${name}`, { ns: 'reports', defaultValue: name })
  const { formatter } = i18n.services
  formatter?.add('day', (iso: string) => instant(iso))
  formatter?.add('time', (seconds: number) => duration(seconds))
  formatter?.add('check', check)
  // a check's name may have a comma in it
  formatter?.add('checks', (names: readonly string[]) => listed(names.map((name) => quoted(check(name)))))
  formatter?.add('operations', (names: readonly string[]) => listed(names.map(spelled)))
  for (const any of ['anyOperation', 'nor']) {
    formatter?.add(any, (names: readonly string[]) => listed(names.map(spelled), 'disjunction'))
  }
  formatter?.add('comma', (sentences: Sentences) => sentences.join(', '))
  for (const joint of ['and', 'or'] as const) {
    formatter?.add(joint, (sentences: Sentences) => sentences.join(` ${translate(`joint.${joint}`, { ns: 'app' })} `))
  }
  formatter?.add('names', (names: readonly string[]) => listed(names))
}

/** Sentences within another, for a format to join; without one they stand one after the other. */
class Sentences extends Array<string> {
  override toString(): string {
    return this.join('; ')
  }
}

function listed(names: readonly string[], type: 'conjunction' | 'disjunction' = 'conjunction'): string {
  return new Intl.ListFormat(locale(), { type }).format(names)
}

const quoted = (name: string): string => (locale() === 'de' ? `„${name}“` : `“${name}”`)

/** A Kafka operation as its tools spell it: `DescribeConfigs`. */
const spelled = (operation: string): string => operation.charAt(0).toUpperCase() + operation.slice(1)

/** `5. April 2026, 02:14:05 UTC`: in UTC, as evidence has it. */
function instant(iso: string): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return iso
  const written = new Intl.DateTimeFormat(locale(), {
    dateStyle: 'long',
    timeStyle: 'medium',
    timeZone: 'UTC',
    hourCycle: 'h23',
  })
  return `${written.format(at)} UTC`
}

/** The sentence in the window's language; null where a host of another version has words that are not known here. */
export function saidWords(said: Saying): string | null {
  if (!isKnown(said)) return null
  prepare()
  const { id, values = {} } = said
  const filled = Object.entries(values).map(([name, value]) => [name, valueIn(value)])
  // the values stand apart: none may pass for an option of i18next
  const options = { ns: 'said', replace: Object.fromEntries(filled) }
  return translate(id, typeof values.count === 'number' ? { ...options, count: values.count } : options)
}

/** A value as a text or a number; names stay a list, for their format. */
function valueIn(value: SaidValue): string | number | readonly string[] {
  if (typeof value === 'string' || typeof value === 'number') return value
  const words = (one: Said) => saidWords(one) ?? english(one)
  if (!isList(value)) return words(value)
  return areNames(value) ? value : Sentences.from(value, words)
}

/** A sentence of the engine in the window's language. Null: it is there in English alone, and the window's is another. */
export function spoken(text: string, said: Saying | undefined): string | null {
  if (!isForeign(i18n.language)) return text
  return said === undefined ? null : saidWords(said)
}
