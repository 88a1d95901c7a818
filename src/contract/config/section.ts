import { z } from 'zod'
import type { ConfigSource } from '../jobs.ts'
import { clusterOf } from './cluster.ts'
import type { KafkaEndpoint, StorageConfig } from './endpoint.ts'
import { loadConfig, refuseUnsupported } from './load.ts'
import { type Problem, problemError, problemsOf } from './problems.ts'
import { configFile, storageSection } from './schema.ts'
import { storageOf } from './storage.ts'
import type { TopicSelection } from './types.ts'
import { type ParsedYaml, parseConfigYaml, type Tree } from './yaml.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** One side of a configuration on its own: a saved connection is one. */
export type LoneSection =
  | { section: 'source' | 'target'; cluster: KafkaEndpoint & { topics: TopicSelection } }
  | { section: 'storage'; storage: StorageConfig }

const loneSection = z.union([
  configFile.pick({ source: true }).required(),
  configFile.pick({ target: true }).required(),
  z.strictObject({ storage: storageSection }),
])
const BY_NAME = { source: loneSection.options[0], target: loneSection.options[1], storage: loneSection.options[2] }

/** Whether a text is one of `source`, `target` and `storage` alone, rather than a whole configuration file. */
export function isLoneSection(source: ConfigSource, environment: Environment): boolean {
  return nameOf(parse(source, environment)) !== null
}

/** @throws as `loadConfig`, with the line; CONFIG_MISSING_KEY where it is no lone section */
export function loadSection(source: ConfigSource, environment: Environment): LoneSection {
  const yaml = parse(source, environment)
  const stop = (problems: Problem[]): never => {
    throw problemError(source.name, yaml, problems)
  }
  const name = nameOf(yaml)
  if (name === null) {
    const message = 'expected one of "source", "target" and "storage" and nothing else'
    return stop([{ code: 'CONFIG_MISSING_KEY', path: [], message }])
  }
  refuseUnsupported(yaml.tree as { [key: string]: Tree }, (code, path, message, hint) =>
    stop([{ code, path, message, ...(hint === undefined ? {} : { hint }) }]),
  )
  const parsed = BY_NAME[name].safeParse(yaml.tree)
  if (!parsed.success) return stop(problemsOf(parsed.error.issues, yaml))
  const problems: Problem[] = []
  const section = resolved(parsed.data, problems)
  return problems.length > 0 ? stop(problems) : section
}

/** The storage of a whole configuration file, or of a lone `storage` section. @throws as `loadConfig` */
export function loadStorage(source: ConfigSource, environment: Environment): StorageConfig {
  if (!isLoneSection(source, environment)) return loadConfig(source, environment, 'any').storage
  const section = loadSection(source, environment)
  if (section.section === 'storage') return section.storage
  const message = `missing "storage", there is only "${section.section}"`
  throw problemError(source.name, parse(source, environment), [{ code: 'CONFIG_MISSING_KEY', path: [], message }])
}

function resolved(data: z.output<typeof loneSection>, problems: Problem[]): LoneSection {
  if ('storage' in data) return { section: 'storage', storage: storageOf(data.storage, problems, []) }
  if ('source' in data) return { section: 'source', cluster: clusterOf(data.source, ['source'], problems) }
  return { section: 'target', cluster: clusterOf(data.target, ['target'], problems) }
}

function parse(source: ConfigSource, environment: Environment): ParsedYaml {
  return parseConfigYaml(source.text, source.name, { environment, now: new Date() })
}

function nameOf({ tree }: ParsedYaml): keyof typeof BY_NAME | null {
  if (typeof tree !== 'object' || Array.isArray(tree)) return null
  const [name, ...others] = Object.keys(tree)
  return others.length === 0 && name !== undefined && Object.hasOwn(BY_NAME, name)
    ? (name as keyof typeof BY_NAME)
    : null
}
