import { english, type Said, say } from '../said/said.ts'
import type { Comparison, ExtractFilter } from './extract-filter.ts'

/** A filter in one line of words, for reports: `value $.customer_id equals "C17" and not key begins with "x"`. */
export function filterWords(filter: ExtractFilter): string {
  if ('all' in filter) return filter.all.map(nested).join(' and ')
  if ('any' in filter) return filter.any.map(nested).join(' or ')
  if ('not' in filter) return `not ${nested(filter.not)}`
  if (filter.on === 'contains') return `value contains ${JSON.stringify(filter.text)}`
  const subject =
    filter.on === 'json'
      ? `value ${filter.path}`
      : filter.on === 'key'
        ? 'key'
        : `header ${JSON.stringify(filter.name)}`
  return `${subject} ${comparisonWords(filter)}`
}

function nested(filter: ExtractFilter): string {
  return 'all' in filter || 'any' in filter ? `(${filterWords(filter)})` : filterWords(filter)
}

function comparisonWords(comparison: Comparison): string {
  switch (comparison.is) {
    case 'equals':
      return `equals ${JSON.stringify(comparison.text)}`
    case 'in':
      return `is one of ${quoted(comparison.texts)}`
    case 'prefix':
      return `begins with ${JSON.stringify(comparison.text)}`
    case 'matches':
      return `matches /${comparison.pattern}/`
    case 'greater_than':
      return `is greater than ${comparison.number}`
    case 'less_than':
      return `is less than ${comparison.number}`
    case 'exists':
      return comparison.wanted ? 'exists' : 'does not exist'
  }
}

/**
 * What the line of `filterWords` is made of, for windows in other languages.
 * @returns undefined where a sentence can't be made of so much, such as of groups within groups within groups
 */
export function filterSaid(filter: ExtractFilter): Said | undefined {
  const said = saidOfFilter(filter, false)
  return english(said) === filterWords(filter) ? said : undefined
}

function saidOfFilter(filter: ExtractFilter, within: boolean): Said {
  const parts = (all: ExtractFilter[]) => ({ parts: all.map((one) => saidOfFilter(one, true)) })
  if ('all' in filter) return say(within ? 'filter.allWithin' : 'filter.all', parts(filter.all))
  if ('any' in filter) return say(within ? 'filter.anyWithin' : 'filter.any', parts(filter.any))
  if ('not' in filter) return say('filter.not', { part: saidOfFilter(filter.not, true) })
  if (filter.on === 'contains') return say('filter.contains', { text: JSON.stringify(filter.text) })
  const is = comparisonSaid(filter)
  if (filter.on === 'json') return say('filter.value', { path: filter.path, is })
  return filter.on === 'key'
    ? say('filter.key', { is })
    : say('filter.header', { name: JSON.stringify(filter.name), is })
}

function comparisonSaid(comparison: Comparison): Said {
  switch (comparison.is) {
    case 'equals':
      return say('filter.equals', { text: JSON.stringify(comparison.text) })
    case 'in':
      return say('filter.in', { texts: quoted(comparison.texts) })
    case 'prefix':
      return say('filter.prefix', { text: JSON.stringify(comparison.text) })
    case 'matches':
      return say('filter.matches', { pattern: comparison.pattern })
    case 'greater_than':
      return say('filter.greater', { number: comparison.number })
    case 'less_than':
      return say('filter.less', { number: comparison.number })
    case 'exists':
      return say(comparison.wanted ? 'filter.exists' : 'filter.missing')
  }
}

const quoted = (texts: readonly string[]): string => texts.map((text) => JSON.stringify(text)).join(', ')
