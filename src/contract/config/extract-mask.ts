import { z } from 'zod'
import { int, list, refuse, text } from './fields.ts'
import { parseJsonPath } from './json-path.ts'

/**
 * A rule that hides a part of each extracted record. The record's proof stays that of the original.
 * `hash`: HMAC-SHA-256 with the key in COFFER_MASK_KEY, so that equal values stay equal; the key is never written.
 */
export interface MaskRule {
  /** `mask-1` … in the file's order, or the rule's own `name`. */
  id: string
  on: { kind: 'json'; path: string } | { kind: 'key' } | { kind: 'header'; name: string }
  how:
    | { kind: 'remove' }
    | { kind: 'replace'; text: string }
    | { kind: 'keep_last'; characters: number }
    | { kind: 'hash' }
}

const yes = () =>
  z.string().transform((value, context): true => (value === 'true' ? true : refuse(context, 'expected true')))

export const maskRule = z.strictObject({
  name: text(60)
    .regex(/^[A-Za-z0-9._-]+$/, 'expected letters, digits, ".", "_" and "-"')
    .optional(),
  json: text()
    .superRefine((path, context) => {
      try {
        parseJsonPath(path)
      } catch (error) {
        refuse(context, (error as Error).message)
      }
    })
    .optional(),
  key: yes().optional(),
  header: text().optional(),
  remove: yes().optional(),
  replace: text().optional(),
  keep_last: int(1, 64).optional(),
  hash: yes().optional(),
})

export const maskRules = list(maskRule, 200).transform((rules, context): MaskRule[] =>
  rules.map((rule, index) => {
    const wrong = (message: string) => {
      context.addIssue({ code: 'custom', message, path: [index] })
      return z.NEVER
    }
    const subjects = (['json', 'key', 'header'] as const).filter((key) => rule[key] !== undefined)
    if (subjects.length !== 1) return wrong('expected one of json, key and header in a rule')
    const ways = (['remove', 'replace', 'keep_last', 'hash'] as const).filter((key) => rule[key] !== undefined)
    if (ways.length !== 1) return wrong('expected one of remove, replace, keep_last and hash in a rule')
    const id = rule.name ?? `mask-${index + 1}`
    if (rules.findIndex((other, at) => (other.name ?? `mask-${at + 1}`) === id) !== index) {
      return wrong(`expected each rule to have a name of its own, got "${id}" twice`)
    }
    const on: MaskRule['on'] =
      rule.json !== undefined
        ? { kind: 'json', path: rule.json }
        : rule.header !== undefined
          ? { kind: 'header', name: rule.header }
          : { kind: 'key' }
    const how: MaskRule['how'] =
      rule.replace !== undefined
        ? { kind: 'replace', text: rule.replace }
        : rule.keep_last !== undefined
          ? { kind: 'keep_last', characters: rule.keep_last }
          : rule.hash !== undefined
            ? { kind: 'hash' }
            : { kind: 'remove' }
    return { id, on, how }
  }),
)

/** A rule in words, for the report: `value $.iban: all but the last 4 characters hidden`. */
export function maskWords({ on, how }: MaskRule): string {
  const subject =
    on.kind === 'json' ? `value ${on.path}` : on.kind === 'header' ? `header ${JSON.stringify(on.name)}` : 'key'
  switch (how.kind) {
    case 'remove':
      return `${subject}: removed`
    case 'replace':
      return `${subject}: replaced by ${JSON.stringify(how.text)}`
    case 'keep_last':
      return `${subject}: hidden but for the last ${how.characters} characters`
    case 'hash':
      return `${subject}: replaced by a keyed hash (HMAC-SHA-256), equal values staying equal`
  }
}
