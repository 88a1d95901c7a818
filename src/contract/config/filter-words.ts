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
      return `is one of ${comparison.texts.map((text) => JSON.stringify(text)).join(', ')}`
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
