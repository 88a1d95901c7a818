/**
 * What a filter asks of a record. The words are those of reports that were signed, and are compared when a package is
 * verified (contract/config/filter-words.ts): they never change.
 */
export const FILTER = {
  all: '{{parts, and}}',
  any: '{{parts, or}}',
  /** One of several parts that has parts itself. */
  allWithin: '({{parts, and}})',
  anyWithin: '({{parts, or}})',
  not: 'not {{part}}',
  contains: 'value contains {{text}}',
  value: 'value {{path}} {{is}}',
  key: 'key {{is}}',
  header: 'header {{name}} {{is}}',
  equals: 'equals {{text}}',
  in: 'is one of {{texts}}',
  prefix: 'begins with {{text}}',
  matches: 'matches /{{pattern}}/',
  greater: 'is greater than {{number}}',
  less: 'is less than {{number}}',
  exists: 'exists',
  missing: 'does not exist',
} as const
