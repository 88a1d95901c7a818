import { REPLACED, Secret, withoutUrlSecrets } from '../../contract/secret.ts'

/**
 * Names whose values are secret wherever they stand in a configuration file, whether OSO's or ours. Slack's webhook URLs
 * and PagerDuty's keys are credentials too.
 */
const SECRET_NAME =
  /pass(word|phrase|wd)?$|secret|token|(access|account|integration|routing|api|shared|private)_?key$|^webhook_url$|credential|authorization|connection_string|sasl_?jaas|(^|_)pin$|^(hash_|mask_)?key_?material$/i

/** Ends like a secret's name and holds a path or a switch. */
const NOT_SECRET = /(_path|_location|_file|_url|_mechanism)$/i

/** What stands in these stands under names of topics, which may be called anything. */
const BY_TOPIC: ReadonlySet<string> = new Set(['topic_mapping', 'repartitioning'])

/** `${VAR}` alone names where a secret comes from and gives nothing away. */
const VARIABLE = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/

/**
 * The configuration as a report may show it: every value that is a Secret, that stands under a secret's name, or that is
 * a password inside a URL becomes `[secret]`. Also makes it plain JSON: dates become ISO 8601, what JSON can't hold is left out.
 */
export function withoutSecrets(value: unknown, name = ''): unknown {
  if (value === null || value === undefined) return value ?? null
  if (value instanceof Secret) return REPLACED
  if (isSecretName(name) && typeof value !== 'boolean') return hide(value)
  switch (typeof value) {
    case 'string':
      return withoutUrlSecrets(value)
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'boolean':
    case 'bigint':
      return value
    case 'object':
      break
    default:
      return null
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof RegExp) return withoutUrlSecrets(String(value))
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, name))
  if (value instanceof Map) return withoutSecrets(Object.fromEntries(value))
  if (value instanceof Set) return withoutSecrets([...value])
  const shown: Record<string, unknown> = {}
  const byTopic = BY_TOPIC.has(name)
  for (const [key, item] of Object.entries(value)) shown[key.toWellFormed()] = withoutSecrets(item, byTopic ? '' : key)
  return shown
}

function isSecretName(name: string): boolean {
  return name === 'webhook_url' || (SECRET_NAME.test(name) && !NOT_SECRET.test(name))
}

function hide(value: unknown): unknown {
  return typeof value === 'string' && VARIABLE.test(value) ? value : REPLACED
}

/** Every string of a report made well-formed, since half a surrogate pair has no form in JSON that all readers share. */
export function wellFormed<T>(value: T): T {
  if (typeof value === 'string') return value.toWellFormed() as T
  if (Array.isArray(value)) return value.map(wellFormed) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name.toWellFormed(), wellFormed(item)])) as T
}
