import { Document, isMap, isScalar, type Node, Pair, parseDocument, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import { loadConfig } from '../../contract/config/load.ts'
import type { PlanInput, RetentionPreset } from '../../contract/ipc/plan.ts'
import type { StoredConnection } from '../services/connection-store.ts'
import { configurationOf, variablesIn } from '../services/connection-text.ts'

/** Where a period comes from, for the file's head; the window says the same with its words. */
const SOURCES: Record<RetentionPreset, string> = {
  sox: 'SOX section 802, 17 CFR 210.2-06',
  hipaa: 'HIPAA, 45 CFR 164.316(b)(2)(i)',
  'pci-dss': 'PCI DSS v4.0.1, requirement 10.5.1',
  'mifid-5': 'MiFID II, Directive 2014/65/EU article 16(6) and (7)',
  'mifid-7': 'MiFID II, Directive 2014/65/EU article 16(7), as the authority asked',
  gdpr: 'GDPR, Regulation (EU) 2016/679 article 5(1)(e): no longer than necessary',
  custom: 'as your own policy says',
}

const PATHS_OF_CLUSTER = ['ssl_ca_location', 'ssl_certificate_location', 'ssl_key_location']

/**
 * A plan as the configuration file that `coffer backup --config` runs: OSO's keys as they stand, secrets as the `${VAR}`s
 * that the connections name. Paths are made absolute, since a scheduled file has a folder of its own.
 * @param absolute a path as it was typed, absolute
 */
export function planYaml(
  plan: PlanInput,
  source: StoredConnection,
  storage: StoredConnection,
  absolute: (path: string) => string,
): string {
  const document = new Document(new YAMLMap(), { schema: 'failsafe' })
  const root = document.contents as unknown as YAMLMap
  document.commentBefore = [
    ` ${plan.name}. Written by Coffer, and written again whenever the plan is saved.`,
    ` Run it anywhere with: coffer backup --config ${plan.id}.yaml`,
    ` To be kept for ${plan.retention.days} days (${SOURCES[plan.retention.preset]}).`,
    " Nothing in this file enforces that: the storage's own lock (S3 Object Lock) must.",
  ].join('\n')
  set(root, 'mode', 'backup')
  set(root, 'backup_id', quoted(plan.mode === 'full' ? `${plan.id}-$\{DATETIME}` : plan.id))

  const cluster = sectionOf(source) as YAMLMap
  cluster.delete('topics')
  const security = cluster.get('security')
  if (isMap<unknown, unknown>(security)) for (const key of PATHS_OF_CLUSTER) makeAbsolute(security, key, absolute)
  const topics = new YAMLMap()
  if (plan.include.length > 0) set(topics, 'include', patternList(plan.include))
  if (plan.exclude.length > 0) set(topics, 'exclude', patternList(plan.exclude))
  if (topics.items.length > 0) set(cluster, 'topics', topics)
  set(root, 'source', cluster)

  const place = sectionOf(storage)
  if (isMap<unknown, unknown>(place)) makeAbsolute(place, 'path', absolute)
  else if (isScalar(place)) place.value = absoluteFolder(String(place.value), absolute)
  set(root, 'storage', place)

  const backup = new YAMLMap()
  set(backup, 'compression', plan.compression)
  set(backup, 'consumer_group_snapshot', String(plan.consumerGroups))
  if (plan.internalTopics) set(backup, 'include_internal_topics', 'true')
  set(root, 'backup', backup)

  const evidence = new YAMLMap()
  if (plan.key !== null) {
    const signing = new YAMLMap()
    set(signing, 'enabled', 'true')
    set(signing, 'key', quoted(plan.key))
    if (plan.timestampUrl !== null) set(signing, 'timestamp_url', quoted(plan.timestampUrl))
    set(evidence, 'signing', signing)
  }
  const kept = new YAMLMap()
  set(kept, 'retention_days', String(plan.retention.days))
  set(evidence, 'storage', kept)
  set(root, 'evidence', evidence)
  return document.toString({ lineWidth: 0 })
}

/**
 * Reads the file as the job will. Where a variable has no value yet, only the job can: nothing is checked.
 * @returns the names of the variables that have no value
 * @throws CONFIG_… with the line
 */
export function checkPlanFile(
  text: string,
  name: string,
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  const missing = missingVariables(text, environment)
  if (missing.length === 0) loadConfig({ text, name, directory }, environment, 'backup')
  return missing
}

export function missingVariables(text: string, environment: Readonly<Record<string, string | undefined>>): string[] {
  return planVariables(text).filter((name) => !environment[name])
}

/** The environment variables that a plan's file names, without those that the program sets itself. */
export function planVariables(text: string): string[] {
  return variablesIn(text).filter((name) => name !== 'DATETIME' && name !== 'DATE')
}

function sectionOf(connection: StoredConnection): Node {
  // "failsafe": every scalar stays the text that it is, "0123" and "on" too
  const document = parseDocument(configurationOf(connection), { schema: 'failsafe' })
  const { contents } = document
  const [first] = isMap<unknown, unknown>(contents) ? contents.items : []
  const section = first?.value as Node | null | undefined
  return section ?? new YAMLMap()
}

function set(map: YAMLMap, key: string, value: unknown): void {
  map.delete(key)
  map.add(new Pair(new Scalar(key), typeof value === 'string' ? new Scalar(value) : value))
}

function quoted(text: string): Scalar {
  const scalar = new Scalar(text)
  scalar.type = Scalar.QUOTE_DOUBLE
  return scalar
}

function patternList(patterns: readonly string[]): YAMLSeq {
  const list = new YAMLSeq()
  for (const pattern of patterns) list.add(quoted(pattern))
  return list
}

function makeAbsolute(map: YAMLMap, key: string, absolute: (path: string) => string): void {
  const node = map.get(key, true)
  if (!isScalar(node) || typeof node.value !== 'string' || node.value === '') return
  if (!node.value.includes('${')) node.value = absolute(node.value)
}

function absoluteFolder(location: string, absolute: (path: string) => string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(location) || location.includes('${') ? location : absolute(location)
}
